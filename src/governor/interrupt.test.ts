// What a client can do to a running task beside ending it: pass a signal on, and take its output slowly.
import { afterEach, expect, test, vi } from "vitest";
import { type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

test("an interrupt reaches the task, whose own outcome stands", async () => {
  made = await makeHome();
  const governor = await made.open();
  const interrupt = new AbortController();
  const ran = governor.run(
    taskOf(made, ["sh", "-c", "trap 'echo caught; exit 7' INT; echo up; while :; do sleep 0.05; done"]),
    {
      wait: true,
      stdout: (chunk) => {
        said += Buffer.from(chunk).toString("utf8");
        if (said === "up\n") interrupt.abort("SIGINT");
      },
      stderr: () => undefined,
      interrupt: interrupt.signal,
    },
  );
  let said = "";
  expect((await ran).observation).toMatchObject({ cause: "exited", exit_code: 7 });
  expect(said).toBe("up\ncaught\n");
});

test("an interrupt reaches the children of a shell that waits for them", async () => {
  made = await makeHome();
  const governor = await made.open();
  const interrupt = new AbortController();
  // The child itself says that it is up: a shell takes no signal between its own echo and the start of the next child.
  const ran = governor.run(taskOf(made, ["sh", "-c", "sh -c 'echo up; exec sleep 300'; echo after"]), {
    wait: true,
    stdout: () => interrupt.abort("SIGINT"),
    stderr: () => undefined,
    interrupt: interrupt.signal,
  });
  expect((await ran).observation).toMatchObject({ cause: "signalled", signal: "SIGINT" });
});

test("an interrupt before the start starts nothing", async () => {
  made = await makeHome();
  const governor = await made.open();
  const { observation } = await governor.run(taskOf(made, ["sleep", "300"]), {
    wait: true,
    stdout: () => undefined,
    stderr: () => undefined,
    interrupt: AbortSignal.abort("SIGINT"),
  });
  expect(observation).toMatchObject({ cause: "cancelled", wall: 0 });
  const { records } = await tailHome(made.home, 100);
  expect(records.map(({ kind }) => kind)).toContain("settlement");
});

test("output is taken from the task no faster than its client takes it, and whole", async () => {
  made = await makeHome();
  const governor = await made.open();
  const mark = `${made.work}/out/written`;
  const wanted = 3 * 1024 * 1024;
  const held = Promise.withResolvers<void>();
  const task = taskOf(made, ["sh", "-c", `head -c ${wanted} /dev/zero; echo done > out/written`], {
    writes: ["out"],
  });
  let bytes = 0;
  const ran = governor.run(task, {
    wait: true,
    stdout: (chunk) => {
      bytes += chunk.length;
      return held.promise;
    },
    stderr: () => undefined,
  });
  await vi.waitUntil(() => bytes > 0, { timeout: 30_000 });
  // Long enough for three mebibytes through a pipe that nobody holds back.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { existsSync } = await import("node:fs");
  expect(existsSync(mark)).toBe(false);
  held.resolve();
  expect((await ran).observation).toMatchObject({ exit_code: 0, output: wanted });
  expect(bytes).toBe(wanted);
});
