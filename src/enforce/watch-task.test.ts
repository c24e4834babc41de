// watchTask: ends that come before anybody watches. What it does with a task that runs is tried by the executor's tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { grantsOf } from "../../test/enforce/confined-run.ts";
import { softLimits } from "./limits/soft-limits.ts";
import { openPipeMaker } from "./sandbox/task-pipes.ts";
import { NO_NETWORK } from "./serve-network.ts";
import { watchTask } from "./watch-task.ts";

test("a sandbox that ended while its gate was being made is over, with its exit and its output", async () => {
  const maker = openPipeMaker(null);
  const pipes = await maker.take();
  maker.close();
  const child = spawn("/bin/sh", ["-c", "echo out; exec 2>&-; exit 7"], { stdio: [...pipes.theirs] });
  pipes.closeTheirs();
  // As the launch does, which reads what a launcher says.
  pipes.stderr.resume();
  await Promise.all([once(child, "exit"), once(pipes.stderr, "close")]);
  const said: Uint8Array[] = [];
  const { ended } = watchTask({
    standing: { child, pipes, first: child.pid ?? 0, go: () => undefined, resize: () => undefined },
    grants: grantsOf({ command: ["true"], directory: "/" }),
    limits: softLimits({ memory: 2 ** 26, processes: 16, cpu: 1000 }, () => undefined),
    streams: { stdout: (chunk) => void said.push(chunk), stderr: () => undefined, egress: () => undefined },
    release: async () => ({
      models: { model_requests: 0, model_tokens: 0, model_bytes_out: 0, model_bytes_in: 0 },
      network: NO_NETWORK,
    }),
  });
  expect(await ended).toMatchObject({ cause: "exited", exit_code: 7, signal: null, output: 4 });
  expect(Buffer.concat(said).toString()).toBe("out\n");
});
