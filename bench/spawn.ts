// What confinement adds to starting `true`: the executor's whole way (verify the writ, check grants, cgroup, launcher,
// sandbox, settle), without a network and with one from the pool, against bare bubblewrap with the same kind of namespaces,
// and against a bare spawn. Milliseconds from asking to ended, interleaved in one run.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GrantedCall } from "../src/decide/decision.ts";
import { type Asked, claimsOf, grantsOf, openBench, signed, taskOf } from "../test/enforce/confined-run.ts";
import type { BenchOptions, Row } from "./bench.ts";
import { interleave } from "./interleave.ts";

/** ms in which what waits for the next task is made anew. */
const READY_AFTER = 300;
const ROUNDS = 40;
const QUICK_ROUNDS = 6;
const NOBODY = 65_534;
const BWRAP =
  "--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-net --cap-drop ALL --die-with-parent --new-session --clearenv --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp -- /usr/bin/true".split(
    " ",
  );

/** Never made: what it costs is the network round it. */
const CALL: GrantedCall = {
  scheme: "https",
  host: "api.example.com",
  port: 443,
  methods: ["GET"],
  path: "/",
  requests_max: 1,
  bytes_out_max: 1000,
  bytes_in_max: null,
  content_types: null,
  address: null,
  ca: null,
  inspected: true,
  meter: null,
};

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-spawn-"));
  chmodSync(folder, 0o755);
  const isRoot = process.geteuid?.() === 0;
  const bed = await openBench(join(folder, "run"), isRoot ? NOBODY : null);
  let fence = 0;
  const alone: Asked = { command: ["true"], directory: folder, memory: 64 * 1024 ** 2, processes: 16 };
  const silent = {
    stdout: (): void => undefined,
    stderr: (): void => undefined,
    egress: (): void => undefined,
  };
  const online: Asked = { ...alone, calls: [CALL] };
  const confined = async (asked: Asked, pause = 0): Promise<number> => {
    await sleep(pause);
    fence += 1;
    const task = taskOf(asked);
    const token = signed(claimsOf(task, grantsOf(asked), fence), bed.privateKey);
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
        { name: "under a writ", once: () => confined(alone, READY_AFTER) },
        { name: "under a writ, with a network", once: () => confined(online, READY_AFTER) },
        { name: "under a writ, at once after another", once: () => confined(alone) },
        { name: "with a network, at once after another", once: () => confined(online) },
      ],
      quick ? QUICK_ROUNDS : ROUNDS,
      quick ? 2 : 5,
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
