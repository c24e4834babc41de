// The file of what a home has enrolled: read whole and sealed or not at all, replaced at once. Not what is in it
// (src/scan/enrolled).
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createScanPorts } from "../enforce/scan-ports.ts";
import {
  type Added,
  type Addition,
  type Enrolled,
  type EnrolledEntry,
  emptyEnrolled,
  readEnrolled,
  withAddition,
  writeEnrolled,
} from "../scan/enrolled/enrolled-file.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import { checkHome } from "./check-home.ts";
import { type HomePaths, homePaths } from "./home.ts";
import { takeHomeLock } from "./home-lock.ts";
import { readNodeFile } from "./node-file.ts";
import { replaceFile, syncFolder } from "./write-file.ts";

/** The index as it lies in the home, proved to be whole, and the key that it was made with. Secret, both. */
export interface EnrolledIndex {
  readonly index: Uint8Array;
  readonly key: Uint8Array;
}

/** The output size of SHA-256 (RFC 2104 section 3). */
const KEY_BYTES = 32;

/**
 * What is enrolled in the home of `paths`; null: nothing ever was. Throws WRIT_HOME_UNSAFE when the index or its key is
 * missing alone, can be read by others, or is not what was written: then nothing may be sent.
 */
export function loadEnrolled(paths: HomePaths): (EnrolledIndex & { readonly enrolled: Enrolled }) | null {
  const has = [paths.protected_index, paths.protect_key].map((path) => existsSync(path));
  if (!has.includes(true)) return null;
  if (has[0] === false) throw unsafe(paths.protected_index, "is missing, and its key is not");
  if (has[1] === false) throw unsafe(paths.protect_key, "is missing, and what it seals is not");
  const index = secretBytes(paths.protected_index);
  const key = secretBytes(paths.protect_key);
  if (key.length !== KEY_BYTES) throw unsafe(paths.protect_key, `has ${key.length} bytes, not ${KEY_BYTES}`);
  const read = readEnrolled(index, key, createScanPorts());
  if (!read.ok) throw unsafe(paths.protected_index, `does not hold: ${read.error}`);
  return { index, key, enrolled: read.value };
}

/**
 * Adds to what is enrolled at `home`; the file is replaced at once. Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, and
 * WRIT_HOME_UNWRITABLE, also while another process adds.
 */
export function addEnrolled(home: string, additions: readonly Addition[]): readonly Added[] {
  const paths = homePaths(home);
  readNodeFile(paths.node, home);
  checkHome(paths);
  try {
    const lock = takeHomeLock(`${paths.run}/protect.sqlite`);
    if (lock === null) throw unwritable(home, "another `writ protect` is at it", "writ protect list");
    try {
      return addHolding(paths, additions);
    } finally {
      lock.release();
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    if (cause instanceof WritError) throw cause;
    throw unwritable(home, code, "make room in the home, or let this user write to it", cause);
  }
}

/** What was enrolled at `home`, oldest first. Throws WRIT_HOME_MISSING and what `loadEnrolled` throws. */
export function listEnrolled(home: string): readonly EnrolledEntry[] {
  const paths = homePaths(home);
  readNodeFile(paths.node, home);
  return loadEnrolled(paths)?.enrolled.entries ?? [];
}

function addHolding(paths: HomePaths, additions: readonly Addition[]): readonly Added[] {
  const ports = createScanPorts();
  const before = loadEnrolled(paths);
  const key = before?.key ?? new Uint8Array(randomBytes(KEY_BYTES));
  let enrolled = before?.enrolled ?? emptyEnrolled(key, ports);
  const all: Added[] = [];
  for (const addition of additions) {
    const added = withAddition(enrolled, addition, key, ports);
    enrolled = added.enrolled;
    all.push(added);
  }
  if (!all.some(({ taken }) => taken > 0)) return all;
  if (before === null) {
    writeFileSync(paths.protect_key, key, { mode: 0o600, flag: "wx", flush: true });
    syncFolder(paths.keys);
  }
  replaceFile(paths.protected_index, writeEnrolled(enrolled, key, ports));
  return all;
}

function secretBytes(path: string): Uint8Array {
  let mode: number;
  let bytes: Uint8Array;
  try {
    mode = statSync(path).mode & 0o777;
    bytes = new Uint8Array(readFileSync(path));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw unsafe(path, `cannot be read: ${code}`);
  }
  if ((mode & 0o077) !== 0)
    throw new WritError("WRIT_HOME_UNSAFE", `\`${path}\` has mode ${mode.toString(8)}: limit is 600`, {
      hint: `chmod 600 ${shellQuote(path)}`,
    });
  return bytes;
}

function unsafe(path: string, what: string): WritError {
  return new WritError("WRIT_HOME_UNSAFE", `\`${path}\` ${what}`, {
    hint: "put `protected.index` and `keys/protect` back from a backup, or enrol again in a new home",
  });
}

function unwritable(home: string, what: string, hint: string, cause?: unknown): WritError {
  return new WritError("WRIT_HOME_UNWRITABLE", `cannot enrol in \`${home}\`: ${what}`, { hint, cause });
}
