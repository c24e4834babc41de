// The strict reading of what a client asks about what is enrolled. Not the other messages (messages.ts).
import type { Enrol, EnrolledSource } from "../governor.ts";

/** Files of one enrolment, and names of one removal: the record of more would be over the ledger's bound. */
export const SOURCES_MAX = 1000;

/** Characters of a path or a name. */
const TEXT_MAX = 4096;

/** An enrolment as it should be, or null. */
export function readEnrol(value: unknown): Enrol | null {
  const members = membersOf(value, ["index_hash", "before", "files"]);
  if (members === null) return null;
  const { index_hash, before, files } = members;
  if (!isHex(index_hash, 64) || (before !== null && !isHex(before, 64))) return null;
  if (!Array.isArray(files) || files.length === 0 || files.length > SOURCES_MAX) return null;
  const read = files.map(readSource).filter((source) => source !== null);
  return read.length === files.length ? { index_hash, before, files: read } : null;
}

/** Names, at least one, or null. */
export function readNames(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > SOURCES_MAX) return null;
  return value.every(isText) ? value : null;
}

function readSource(value: unknown): EnrolledSource | null {
  const members = membersOf(value, ["file", "name", "as", "count", "digest"]);
  if (members === null) return null;
  const { file, name, as, count, digest } = members;
  if (!isText(file) || !isText(name) || !isHex(digest, 32)) return null;
  if ((as !== "values" && as !== "document") || !Number.isSafeInteger(count) || (count as number) < 1)
    return null;
  return { file, name, as, count: count as number, digest };
}

function membersOf(value: unknown, names: readonly string[]): { readonly [key: string]: unknown } | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const keys = Object.keys(value);
  const whole = keys.length === names.length && names.every((name) => Object.hasOwn(value, name));
  return whole ? (value as { readonly [key: string]: unknown }) : null;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_MAX;
}

function isHex(value: unknown, digits: number): value is string {
  return typeof value === "string" && value.length === digits && /^[0-9a-f]*$/.test(value);
}
