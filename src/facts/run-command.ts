// A port for the one foreign program that observation asks (systemctl), so that tests can answer in its place.
import { execFile } from "node:child_process";

/** Runs `file` with `args` and gives its standard output, or null when it fails, is missing or takes too long. */
export type RunCommand = (file: string, args: readonly string[]) => Promise<string | null>;

/** ms. */
const TIMEOUT = 500;

/** Bytes. */
const OUTPUT_MAX = 64 * 1024;

/** Runs it for real: absolute path, no shell, an environment of our own. */
export const runCommand: RunCommand = (file, args) =>
  new Promise((resolve) => {
    const options = { timeout: TIMEOUT, maxBuffer: OUTPUT_MAX, env: { LC_ALL: "C", PATH: "/usr/bin:/bin" } };
    execFile(file, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
  });
