// The key of an install that what is enrolled, and the fingerprints of findings, are made with. Not what it seals.
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { HomePaths } from "./home.ts";
import { syncFolder } from "./write-file.ts";

/** The output size of SHA-256 (RFC 2104 section 3). */
const KEY_BYTES = 32;

/**
 * Makes the key if there is none: every home has one from its first day, so that a fingerprint stays what it is. Atomic: of two
 * that make one at once, one is kept. Throws the system's error.
 */
export function ensureProtectKey(paths: HomePaths): void {
  if (statSync(paths.protect_key, { throwIfNoEntry: false }) !== undefined) return;
  const fresh = `${paths.protect_key}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, randomBytes(KEY_BYTES), { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(fresh, paths.protect_key);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  syncFolder(paths.keys);
}

/** The key. Throws WRIT_HOME_UNSAFE when it is missing, can be read by others, or is no key. */
export function readProtectKey(paths: HomePaths): Uint8Array {
  const key = secretBytes(paths.protect_key);
  if (key.length === KEY_BYTES) return key;
  throw unsafeProtection(paths.protect_key, `has ${key.length} bytes, not ${KEY_BYTES}`);
}

/** The bytes of a file that is closed to others. Throws WRIT_HOME_UNSAFE. */
export function secretBytes(path: string): Uint8Array {
  let mode: number;
  let bytes: Uint8Array;
  try {
    mode = statSync(path).mode & 0o777;
    bytes = new Uint8Array(readFileSync(path));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw unsafeProtection(path, code === "ENOENT" ? "is missing" : `cannot be read: ${code}`);
  }
  if ((mode & 0o077) === 0) return bytes;
  throw new WritError("WRIT_HOME_UNSAFE", `\`${path}\` has mode ${mode.toString(8)}: limit is 600`, {
    hint: `chmod 600 ${shellQuote(path)}`,
  });
}

/** The error of what a home protects with. */
export function unsafeProtection(path: string, what: string): WritError {
  return new WritError("WRIT_HOME_UNSAFE", `\`${path}\` ${what}`, {
    hint: "put `protected.index` and `keys/protect` back from a backup, or enrol again in a new home",
  });
}
