// Records and payloads as bytes: canonical JSON (RFC 8785), one byte string for one record. Not framing (frame.ts).
import { hash } from "node:crypto";
import { assert } from "../stdx/assert.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json, JsonObject } from "../stdx/json.ts";
import type { TextBody } from "./frame.ts";
import { RECORD_KINDS, type RecordKind } from "./record.ts";

/** Bytes of the salt before a payload: as many as the hash has, so that a short payload cannot be guessed from it. */
export const SALT_BYTES = 32;

/** A record without its payload: exactly what its leaf commits to. */
export interface RecordCore {
  readonly sequence: number;
  readonly kind: RecordKind;
  readonly time: number;
  readonly wall: string;
  readonly core: JsonObject;
  readonly payload_hash: string | null;
}

/** The canonical bytes of a record. Throws `BrokenInvariant` for what canonical JSON cannot hold. */
export function encodeRecord(record: RecordCore): Buffer {
  return Buffer.from(recordText(record), "utf8");
}

/** The canonical text of a record, as `encodeRecord`. */
export function recordText(record: RecordCore): string {
  // Members in canonical order, written out so that the core is serialised once.
  const { kind, payload_hash: payloadHash, sequence, time, wall } = record;
  assert(Number.isSafeInteger(time) && time >= 0, "ledger time is a safe integer");
  const hashText = payloadHash === null ? "null" : `"${payloadHash}"`;
  const envelope = `"kind":"${kind}","payload_hash":${hashText},"sequence":${sequence},"time":${time},"wall":"${wall}"`;
  return `{"core":${canonicalJson(record.core)},${envelope}}`;
}

/** The record in `body`, or null when the bytes are not the canonical form of one. */
export function decodeRecord(body: Uint8Array): RecordCore | null {
  const value = parseCanonical(body);
  return isRecordCore(value) ? value : null;
}

/** A payload as stored: salt ‖ canonical payload. */
export function payloadBody(salt: Uint8Array, payload: JsonObject): TextBody {
  assert(salt.length === SALT_BYTES, "a salt has 32 bytes");
  return { before: salt, text: canonicalJson(payload) };
}

/** The payload in a stored body, or null when the bytes are not salt ‖ canonical JSON. */
export function decodePayload(body: Uint8Array): JsonObject | null {
  if (body.length < SALT_BYTES) return null;
  const value = parseCanonical(body.subarray(SALT_BYTES));
  return isObject(value) ? value : null;
}

/**
 * The payload in a stored body that a scan has read before and whose hash still is the one its record names: that its
 * spelling is canonical was seen then, and looking again costs as much as the reading. Null when it is no JSON object.
 */
export function rereadPayload(body: Uint8Array): JsonObject | null {
  if (body.length < SALT_BYTES) return null;
  const value = parseJson(utf8(body.subarray(SALT_BYTES)));
  return isObject(value) ? value : null;
}

/** Lower-case hexadecimal SHA-256 of a stored payload body: H(salt ‖ payload). */
export function payloadHash(body: Uint8Array): string {
  return hash("sha256", body, "hex");
}

function parseCanonical(bytes: Uint8Array): Json | undefined {
  const text = utf8(bytes);
  const value = parseJson(text);
  // Canonical text has one spelling: comparing it also catches duplicate keys, bad UTF-8 and numbers that lose digits.
  return value !== undefined && spelledCanonically(value, text) ? value : undefined;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function spelledCanonically(value: Json, text: string): boolean {
  // The engine's own text is that of RFC 8785 but for the order of members, and costs a fraction of ours. It writes what is no
  // Unicode as an escape, and no number that is not finite: without an escape, text that comes out again is well-formed.
  if (isOrdered(value, 0) && JSON.stringify(value) === text)
    return !text.includes("\\u") || isWellFormed(value, 0);
  return isWellFormed(value, 0) && canonicalJson(value) === text;
}

/** Whether the members of every object stand in the order of RFC 8785 section 3.2.3, nested no deeper than may be. */
function isOrdered(value: Json | undefined, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth >= NESTED_MAX) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) if (!isOrdered(item, depth + 1)) return false;
    return true;
  }
  let before: string | null = null;
  const object = value as JsonObject;
  for (const key of Object.keys(object)) {
    if (before !== null && before >= key) return false;
    if (!isOrdered(object[key], depth + 1)) return false;
    before = key;
  }
  return true;
}

/** Deepest nesting of a record or payload: what is read recursively must not exhaust the stack. */
const NESTED_MAX = 200;

/** `JSON.parse` lets escaped lone surrogates, overflowing numbers and any depth through; canonical JSON here has none. */
function isWellFormed(value: Json | undefined, depth: number): boolean {
  if (depth > NESTED_MAX) return false;
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item: Json) => isWellFormed(item, depth + 1));
  if (!isObject(value)) return true;
  return Object.entries(value).every(
    ([key, member]) => key.isWellFormed() && isWellFormed(member, depth + 1),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MEMBERS = 6;
const HASH_PATTERN = /^[0-9a-f]{64}$/;
const WALL_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function isRecordCore(value: Json | undefined): value is JsonObject & RecordCore {
  if (!isObject(value) || Object.keys(value).length !== MEMBERS) return false;
  const { core, kind, payload_hash: hashed, sequence, time, wall } = value as Partial<RecordCore>;
  return (
    isObject(core) &&
    RECORD_KINDS.some((known) => known === kind) &&
    (hashed === null || (typeof hashed === "string" && HASH_PATTERN.test(hashed))) &&
    isCount(sequence) &&
    isCount(time) &&
    typeof wall === "string" &&
    WALL_PATTERN.test(wall)
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
