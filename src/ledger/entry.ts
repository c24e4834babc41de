// One record on its way into the ledger: serialised, hashed and framed once, before it waits.
import { assert } from "../stdx/assert.ts";
import type { RandomBytes } from "../stdx/ports.ts";
import {
  digestOf,
  encodeFrame,
  PAYLOAD_BYTES_MAX,
  payloadFormat,
  RECORD_BYTES_MAX,
  recordFormat,
} from "./frame.ts";
import { unwritableError } from "./problem.ts";
import type { RecordInput } from "./record.ts";
import { encodePayload, encodeRecord, SALT_BYTES } from "./record-codec.ts";

/** Frames without their flush number, which the flush stamps. */
export interface Entry {
  readonly sequence: number;
  readonly time: number;
  readonly record: Buffer;
  readonly payload: Buffer | null;
  /** RFC 6962 leaf hash; its own memory. */
  readonly leaf: Uint8Array;
  readonly bytes: number;
}

export interface EntryPorts {
  readonly dir: string;
  readonly wall: () => Date;
  readonly random: RandomBytes;
}

/** Throws WRIT_LEDGER_UNWRITABLE for a record or payload over its bound; the ledger stays usable. */
export function encodeEntry(
  input: RecordInput,
  ports: EntryPorts,
  at: { readonly sequence: number; readonly time: number },
): Entry {
  const payload = input.payload === undefined ? null : framePayload(input, ports, at.sequence);
  const body = encodeRecord({
    ...at,
    kind: input.kind,
    wall: wallText(ports.wall()),
    core: input.core,
    payload_hash: payload === null ? null : Buffer.from(digestOf(payload)).toString("hex"),
  });
  refuseOver("record", body.length, RECORD_BYTES_MAX, { input, ports });
  const record = encodeFrame(recordFormat, at.sequence, body);
  const bytes = record.length + (payload?.length ?? 0);
  return { ...at, record, payload, leaf: Uint8Array.from(digestOf(record)), bytes };
}

function framePayload(input: RecordInput, ports: EntryPorts, sequence: number): Buffer {
  const salt = ports.random(SALT_BYTES);
  const body = encodePayload(salt, input.payload ?? {});
  refuseOver("payload", body.length, PAYLOAD_BYTES_MAX, { input, ports });
  return encodeFrame(payloadFormat, sequence, body);
}

/** What stands in for a wall clock outside the four-digit years of RFC 3339. Wall time is only shown. */
const UNREADABLE_WALL = "0000-01-01T00:00:00.000Z";
const WALL_LENGTH = UNREADABLE_WALL.length;

function wallText(wall: Date): string {
  if (Number.isNaN(wall.getTime())) return UNREADABLE_WALL;
  const text = wall.toISOString();
  assert(text.endsWith("Z"), "wall time is written in UTC");
  return text.length === WALL_LENGTH ? text : UNREADABLE_WALL;
}

function refuseOver(
  what: string,
  bytes: number,
  limit: number,
  by: { readonly input: RecordInput; readonly ports: EntryPorts },
): void {
  if (bytes <= limit) return;
  const message = `the ${what} of a \`${by.input.kind}\` has ${bytes} bytes (limit is ${limit}), so it cannot be recorded`;
  throw unwritableError(by.ports.dir, message, {
    cause: null,
    freeBytes: null,
    hint: "ask for less in one task",
  });
}
