// What confinement adds to starting `true`: the executor's whole way (verify the writ, check grants, cgroup, launcher,
// sandbox, settle) against bare bubblewrap with the same kind of namespaces, and against a bare spawn. Milliseconds from
// asking to ended, interleaved in one run.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Asked, claimsOf, grantsOf, openBench, signed, taskOf } from "../test/enforce/confined-run.ts";
import type { Row } from "./bench.ts";
import { interleave } from "./interleave.ts";

const ROUNDS = 40;
const NOBODY = 65_534;
const BWRAP =
  "--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-net --cap-drop ALL --die-with-parent --new-session --clearenv --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp -- /usr/bin/true".split(
    " ",
  );

export async function bench(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-spawn-"));
  chmodSync(folder, 0o755);
  const isRoot = process.geteuid?.() === 0;
  const bed = await openBench(join(folder, "run"), isRoot ? NOBODY : null);
  let fence = 0;
  const asked: Asked = { command: ["true"], directory: folder, memory: 64 * 1024 ** 2, processes: 16 };
  const task = taskOf(asked);
  const grants = grantsOf(asked);
  const silent = {
    stdout: (): void => undefined,
    stderr: (): void => undefined,
    egress: (): void => undefined,
  };
  const confined = async (): Promise<number> => {
    fence += 1;
    const token = signed(claimsOf(task, grants, fence), bed.privateKey);
    const started = performance.now();
    const execution = await bed.executor.start(token, task, silent);
    const { exit_code } = await execution.ended;
    if (exit_code !== 0) throw new Error(`true ended with ${exit_code ?? "a signal"}`);
    return performance.now() - started;
  };
  try {
    const measured = await interleave(
      [
        { name: "bare bwrap", once: () => timed("bwrap", BWRAP) },
        { name: "bare spawn", once: () => timed("true", []) },
        { name: "under a writ", once: confined },
      ],
      ROUNDS,
      5,
    );
    const spawned = measured[1]?.median ?? Number.NaN;
    return measured.map(({ name, median, p90, ratio }) => ({
      what: name,
      median_ms: round(median),
      p90_ms: round(p90),
      ratio_to_bwrap: round(ratio),
      ratio_to_spawn: round(median / spawned),
    }));
  } finally {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    spawn(program, args, { stdio: "ignore" })
      .once("error", reject)
      .once("close", (code) =>
        code === 0
          ? resolve(performance.now() - started)
          : reject(new Error(`${program} ended with ${code ?? "a signal"}`)),
      );
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
