// How `writ run` ends when its user, its reader or its working directory goes away.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { begin, endPlace, makeHomePlace, type Place, WRIT, writ } from "../../test/e2e/cli-process.ts";

let place: Place;
beforeAll(async () => {
  place = await makeHomePlace();
});
afterAll(() => endPlace(place));

test("a first SIGINT is the task's: it ends as the task ends", async () => {
  // In one process: a shell that is just starting its next command misses an interrupt, in a terminal as well (dash 0.5.12).
  const running = begin(place, ["run", "--", "sh", "-c", "echo up; exec sleep 300"]);
  await once(running.child.stdout ?? running.child, "data");
  running.child.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
});

test("a second signal ends a task that does not listen to the first", async () => {
  const running = begin(place, [
    "run",
    "--",
    "sh",
    "-c",
    "trap 'echo no' TERM; echo up; while :; do sleep 0.05; done",
  ]);
  await once(running.child.stdout ?? running.child, "data");
  running.child.kill("SIGTERM");
  await once(running.child.stdout ?? running.child, "data");
  running.child.kill("SIGTERM");
  expect((await running.ended).code).toBe(137);
});

test("a reader that goes away ends the task, and says nothing", async () => {
  const child = spawn(process.execPath, [WRIT, "run", "--", "yes"], {
    cwd: place.work,
    env: { ...place.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = await once(child, "close");
  expect([code, said]).toEqual([141, ""]);
});

test("a removed working directory is told as such", () => {
  const script = `mkdir gone && cd gone && rmdir ../gone && exec ${process.execPath} ${WRIT} run -- true`;
  const ran = spawnSync("/bin/sh", ["-c", script], {
    cwd: place.root,
    env: { ...place.env },
    encoding: "utf8",
  });
  expect(ran.status).toBe(125);
  expect(ran.stderr).toMatch(/^writ: error: the working directory cannot be read[^\n]*\nwrit: hint: cd ~/);
});

test("a record that is not there is exit code 1", async () => {
  expect((await writ(place, ["explain", "9999"])).code).toBe(1);
});
