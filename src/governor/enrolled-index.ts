// The file of what a home has enrolled: read whole and sealed or not at all, and made anew beside itself. Not what is in it
// (src/scan/enrolled), and not the record that puts a new one in force (enrolment.ts).
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createScanPorts } from "../enforce/scan-ports.ts";
import {
  type Added,
  type Addition,
  type Enrolled,
  emptyEnrolled,
  readEnrolled,
  withAddition,
  writeEnrolled,
} from "../scan/enrolled/enrolled-file.ts";
import type { HomePaths } from "./home.ts";
import { ensureProtectKey, readProtectKey, secretBytes, unsafeProtection } from "./protect-key.ts";
import { replaceFile } from "./write-file.ts";

/** What a home protects with, proved to be whole. Secret, both. */
export interface LoadedIndex {
  /** null: nothing is enrolled. */
  readonly index: Uint8Array | null;
  readonly key: Uint8Array;
  readonly enrolled: Enrolled;
  /** SHA-256 of the index, hexadecimal; null: there is none. */
  readonly hash: string | null;
}

/**
 * What is enrolled in the home of `paths`. `recorded`: the hash that the ledger's last enrolment names; null: it has none. Throws
 * WRIT_HOME_UNSAFE when the key or the index is missing, can be read by others, or is not what was recorded: then nothing may be
 * sent. An index without a record is used: what it protects is only more.
 */
export function loadEnrolled(paths: HomePaths, recorded: string | null): LoadedIndex {
  const key = readProtectKey(paths);
  if (!existsSync(paths.protected_index)) {
    if (recorded !== null)
      throw unsafeProtection(paths.protected_index, "is missing: the ledger has an enrolment");
    return { index: null, key, enrolled: emptyEnrolled(key, createScanPorts()), hash: null };
  }
  const loaded = loadIndex(paths.protected_index, key);
  if (recorded !== null && loaded.hash !== recorded)
    throw unsafeProtection(paths.protected_index, "is not the one that was enrolled last");
  return loaded;
}

/** The index in the file at `path`, sealed with `key`. Throws WRIT_HOME_UNSAFE. */
export function loadIndex(path: string, key: Uint8Array): LoadedIndex {
  const index = secretBytes(path);
  const read = readEnrolled(index, key, createScanPorts());
  if (!read.ok) throw unsafeProtection(path, `does not hold: ${read.error}`);
  return { index, key, enrolled: read.value, hash: indexHash(index) };
}

/** What an enrolment's record names an index by. */
export function indexHash(index: Uint8Array): string {
  return createHash("sha256").update(index).digest("hex");
}

/** Where the next index lies until its record is durable. */
export function nextIndex(paths: HomePaths): string {
  return `${paths.protected_index}.next`;
}

/** What additions come to. */
export interface Prepared {
  readonly added: readonly Added[];
  /** Of the new index, which lies at `nextIndex`; null: nothing is added, and none was written. */
  readonly hash: string | null;
  /** Of the one that it was made of; null: there was none. */
  readonly before: string | null;
}

/**
 * Writes the index with `additions` beside the one in force. The caller holds the lock of enrolments. Throws WRIT_HOME_UNSAFE and
 * the system's error.
 */
export function prepareIndex(
  paths: HomePaths,
  recorded: string | null,
  additions: readonly Addition[],
): Prepared {
  const ports = createScanPorts();
  if (recorded === null && !existsSync(paths.protected_index)) ensureProtectKey(paths);
  const { key, hash: before, ...loaded } = loadEnrolled(paths, recorded);
  let { enrolled } = loaded;
  const added: Added[] = [];
  for (const addition of additions) {
    const one = withAddition(enrolled, addition, key, ports);
    enrolled = one.enrolled;
    added.push(one);
  }
  if (!added.some(({ taken }) => taken > 0)) return { added, hash: null, before };
  const index = writeEnrolled(enrolled, key, ports);
  replaceFile(nextIndex(paths), index);
  return { added, hash: indexHash(index), before };
}
