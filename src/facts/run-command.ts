// A port for the few foreign programs that observation asks (systemctl, nvidia-smi), so that tests can answer in their place.
import { execFile } from "node:child_process";

/**
 * Runs `file` with `args` and gives its standard output, or null when it fails, is missing or takes longer than `timeout`
 * ms (500 when not said).
 */
export type RunCommand = (file: string, args: readonly string[], timeout?: number) => Promise<string | null>;

/** ms. */
const TIMEOUT = 500;

/** Bytes. */
const OUTPUT_MAX = 64 * 1024;

/** Runs it for real: absolute path, no shell, an environment of our own. */
export const runCommand: RunCommand = (file, args, timeout = TIMEOUT) =>
  new Promise((resolve) => {
    const options = { timeout, maxBuffer: OUTPUT_MAX, env: { LC_ALL: "C", PATH: "/usr/bin:/bin" } };
    execFile(file, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
  });
