// The command line as an operator would run it, on a place's home and nothing else: a fixed environment, bounded time and
// output. Not the library.
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { WritCommand } from "./case.ts";

export interface RanWrit {
  /** As a shell would give it; null: it was ended. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunWritOptions = Pick<WritCommand, "words"> & Partial<WritCommand>;

const WRIT = fileURLToPath(new URL("../../bin/writ.js", import.meta.url));
const TIME_MS = 100_000;
/** Bytes of each stream that are kept. */
const OUTPUT_MAX = 1_048_576;

/**
 * Runs `writ WORDS` with the home of `place`, in its working directory, without input. Another uid, or a boot clock that is
 * ahead, needs root.
 */
export function runWrit(
  place: { readonly root: string; readonly home: string },
  { words, environment = {}, uid = null, boot_clock = 0 }: RunWritOptions,
): Promise<RanWrit> {
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: place.root,
    ...environment,
    XDG_STATE_HOME: place.root,
    WRIT_HOME: place.home,
  };
  const ahead = String(Math.round(boot_clock / 1000));
  // unshare(1): what it forks is in the new time namespace.
  const [program = "", ...args] = [
    ...(boot_clock === 0 ? [] : ["unshare", "--time", "--boottime", ahead, "--monotonic", ahead, "--fork"]),
    process.execPath,
    WRIT,
    ...words,
  ];
  const child = spawn(program, args, {
    ...(uid === null ? {} : { uid, gid: uid }),
    cwd: `${place.root}/work`,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIME_MS,
    killSignal: "SIGKILL",
  });
  const kept = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk: Buffer) => {
      if (kept[name].length < OUTPUT_MAX) kept[name] += chunk.toString("utf8");
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...kept }));
  });
}
