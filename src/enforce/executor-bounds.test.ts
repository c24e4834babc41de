// How a confined task ends: time, output, processes, memory, stop, and its governor's death.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { depth } from "../../test/depth.ts";
import { type AccountName, accounts, openRunner } from "../../test/enforce/confined-runner.ts";
import { confinedSuite } from "../../test/enforce/confined-suite.ts";
import { processesWith, waitUntilGone } from "../../test/enforce/processes-with.ts";

const PYTHON = "/usr/bin/python3";

describe.each(accounts())("executor: a task of %s", (account: AccountName) => {
  const at = confinedSuite(account);
  const { shell } = at;

  test("P7 a task ends when its time is over", async () => {
    const marker = `${at.round}00${process.pid}17`;
    const { observation } = await at.runner.run({
      asked: shell(`trap '' TERM INT HUP; sleep 1000.${marker}; sleep 1001.${marker}`, { time: 300 }),
    });
    expect(observation?.cause).toBe("out_of_time");
    expect(observation?.wall).toBeGreaterThanOrEqual(300);
    expect(processesWith(`.${marker}`)).toEqual([]);
  });

  test("P7 output ends at its grant, and the task with it", async () => {
    const { observation, stdout, stderr } = await at.runner.run({
      asked: shell("yes writ & yes writ >&2", { output: 100_000 }),
    });
    expect(observation).toMatchObject({ cause: "output_over_limit", output: 100_000 });
    expect(stdout.length + stderr.length).toBe(100_000);
  });

  test("P7 processes are bounded", async () => {
    const script = "i=0; while [ $i -lt 60 ]; do sleep 30 & i=$((i+1)); done; echo all";
    const { stdout, observation } = await at.runner.run({ asked: shell(script, { processes: 16 }) });
    expect(stdout).toBe("");
    expect(observation?.exit_code).not.toBe(0);
  });

  test("P7 memory is bounded", async (context) => {
    if (!existsSync(PYTHON)) context.skip(`no ${PYTHON} to fill memory with`);
    const asked = {
      command: [PYTHON, "-c", "x = bytearray(400 << 20); print(len(x))"],
      directory: at.work,
      memory: 64 << 20,
    };
    const { stdout, observation } = await at.runner.run({ asked });
    expect(stdout).toBe("");
    expect(observation?.exit_code).not.toBe(0);
  });

  test("P7 the private /tmp is bounded by the memory grant", async () => {
    const asked = shell("head -c 100000000 /dev/zero > /tmp/bomb", { memory: 64 << 20 });
    const { observation } = await at.runner.run({ asked });
    expect(observation?.exit_code).not.toBe(0);
  });

  test("P7 nothing outlives the task's first process", async () => {
    const marker = `${at.round}00${process.pid}23`;
    const { observation } = await at.runner.run({
      asked: shell(`setsid sleep 1000.${marker} & nohup sleep 1002.${marker} & exit 0`),
    });
    expect(observation?.cause).toBe("exited");
    expect(processesWith(`.${marker}`)).toEqual([]);
  });

  test("stop ends everything and names its cause; close does so for all", async () => {
    const script = (marker: string): string =>
      `trap '' TERM; echo ready; sleep 1000.${marker}; sleep 1001.${marker}`;
    const marker = `${at.round}00${process.pid}29`;
    const stopped = await at.runner.run({ asked: shell(script(marker)), stop: "cancelled" });
    expect(stopped.observation).toMatchObject({ cause: "cancelled", exit_code: null, signal: "SIGKILL" });
    expect(processesWith(`.${marker}`)).toEqual([]);
    const other = await openRunner(account);
    const closed = await other.run({
      asked: { ...shell(script(marker)), directory: other.folder },
      close: true,
    });
    expect(closed.observation?.cause).toBe("governor_stops");
    const late = await other.run({ asked: { ...shell("true"), directory: other.folder } });
    expect(late.error).toMatchObject({ code: "WRIT_WRIT_INVALID" });
    await other.close();
  });

  test("P7 a grant of n processes is n of the task's own", async () => {
    const script = "echo a; (echo b; (echo c); echo d); exit 7";
    const two = await at.runner.run({ asked: shell(script, { processes: 2 }) });
    expect(two.stdout).toBe("a\nb\n");
    const three = await at.runner.run({ asked: shell(script, { processes: 3 }) });
    expect(three.stdout).toBe("a\nb\nc\nd\n");
  });

  test("P1 the executor killed at any moment of a start leaves no process and no task that goes on", async () => {
    for (let round = 0; round < depth(4, 60); round += 1) {
      const other = await openRunner(account);
      const marker = `${at.round}00${process.pid}37${round}`;
      const started = other.begin({
        asked: {
          ...shell(`echo ready; sleep 1000.${marker}; sleep 1001.${marker}`),
          directory: other.folder,
        },
      });
      const died = started.catch(() => "the program ended before its task was ready");
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 90));
      await other.kill();
      await died;
      await waitUntilGone(`.${marker}`);
      await other.close();
    }
  });

  test("P7 the executor's death by SIGKILL takes every task with it", async () => {
    const other = await openRunner(account);
    const marker = `${at.round}00${process.pid}31`;
    const script = `trap '' TERM HUP INT; echo ready; setsid sleep 1000.${marker} & sleep 1001.${marker}; sleep 1002.${marker}`;
    await other.begin({ asked: { ...shell(script), directory: other.folder } });
    expect(processesWith(`.${marker}`).length).toBeGreaterThan(0);
    await other.kill();
    await waitUntilGone(`.${marker}`);
    await other.close();
  });
});
