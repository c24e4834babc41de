// One record on its way into the ledger: serialised, hashed and framed once, before it waits.
import { assert } from "../stdx/assert.ts";
import type { RandomBytes } from "../stdx/ports.ts";
import {
  bodyBytes,
  type EncodedFrame,
  encodeFrame,
  PAYLOAD_BYTES_MAX,
  payloadFormat,
  RECORD_BYTES_MAX,
  recordFormat,
} from "./frame.ts";
import type { FrameSlab } from "./frame-slab.ts";
import { unwritableError } from "./problem.ts";
import type { RecordInput } from "./record.ts";
import { payloadBody, recordText, SALT_BYTES } from "./record-codec.ts";

/** Frames without their flush number, which the flush stamps. */
export interface Entry {
  readonly sequence: number;
  readonly time: number;
  readonly record: Buffer;
  readonly payload: Buffer | null;
  /** RFC 6962 leaf hash; its own memory. */
  readonly leaf: Buffer;
  readonly bytes: number;
}

export interface EntryPorts {
  readonly dir: string;
  readonly wall: () => Date;
  readonly random: RandomBytes;
  readonly slabs: EntrySlabs;
}

/** Where frames are laid out: those that follow each other in a file follow each other in memory. */
export interface EntrySlabs {
  readonly records: FrameSlab;
  readonly payloads: FrameSlab;
}

/** Throws WRIT_LEDGER_UNWRITABLE for a record or payload over its bound; the ledger stays usable. */
export function encodeEntry(
  input: RecordInput,
  ports: EntryPorts,
  at: { readonly sequence: number; readonly time: number },
): Entry {
  const payload = input.payload === undefined ? null : framePayload(input, ports, at.sequence);
  const text = recordText({
    sequence: at.sequence,
    time: at.time,
    kind: input.kind,
    wall: wallText(ports.wall()),
    core: input.core,
    payload_hash: payload?.digest.toString("hex") ?? null,
  });
  const body = { before: NOTHING, text };
  refuseOver("record", bodyBytes(body), RECORD_BYTES_MAX, { input, ports });
  const record = encodeFrame(recordFormat, at.sequence, body, ports.slabs.records);
  return {
    sequence: at.sequence,
    time: at.time,
    record: record.bytes,
    payload: payload?.bytes ?? null,
    leaf: record.digest,
    bytes: record.bytes.length + (payload?.bytes.length ?? 0),
  };
}

const NOTHING = new Uint8Array(0);

function framePayload(input: RecordInput, ports: EntryPorts, sequence: number): EncodedFrame {
  const body = payloadBody(ports.random(SALT_BYTES), input.payload ?? {});
  refuseOver("payload", bodyBytes(body), PAYLOAD_BYTES_MAX, { input, ports });
  return encodeFrame(payloadFormat, sequence, body, ports.slabs.payloads);
}

/** What stands in for a wall clock outside the four-digit years of RFC 3339. Wall time is only shown. */
const UNREADABLE_WALL = "0000-01-01T00:00:00.000Z";
const WALL_LENGTH = UNREADABLE_WALL.length;

/** The last wall time that was written: many records have the same millisecond. */
let written: { readonly time: number; readonly text: string } = { time: Number.NaN, text: UNREADABLE_WALL };

function wallText(wall: Date): string {
  const time = wall.getTime();
  if (Number.isNaN(time)) return UNREADABLE_WALL;
  if (time !== written.time) written = { time, text: isoText(wall) };
  return written.text;
}

function isoText(wall: Date): string {
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
