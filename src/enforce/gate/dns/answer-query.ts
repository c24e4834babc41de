// Answers one DNS query of a task from its grants alone (RFC 1035): nobody is asked, so nothing can be said by asking.
import { type DecodedPacket, decode, encode, type Packet } from "dns-packet";
import { canonicalHost } from "../../../names/host.ts";
import type { SyntheticNames } from "./synthetic-names.ts";

/** What became of a query. */
export type QueryAnswer =
  /** For a granted name. */
  | { readonly kind: "answered"; readonly packet: Buffer }
  /** `name` is canonical; null: none that can be written down. */
  | { readonly kind: "refused"; readonly packet: Buffer; readonly name: string | null }
  /** No query at all: nothing is answered. */
  | { readonly kind: "malformed" };

/** The longest query read, in octets: a name of 255, one question and EDNS options fit several times. */
export const QUERY_MAX = 1024;

/**
 * Answers a query. A granted name has its synthetic address and no other record; every other name does not exist. Never
 * throws, whatever the bytes.
 */
export function answerQuery(query: Uint8Array, names: SyntheticNames): QueryAnswer {
  const asked = readQuery(query);
  if (asked === null) return { kind: "malformed" };
  const name = nameOf(asked);
  const reply = (rcode: number, answers: Packet["answers"] = []): Buffer => respond(asked, rcode, answers);
  if (asked.opcode !== 0) return { kind: "refused", packet: reply(NOT_IMPLEMENTED), name };
  const address = name === null ? null : names.addressOf(name);
  if (asked.question.class !== "IN" || name === null) {
    return { kind: "refused", packet: reply(REFUSED), name };
  }
  if (address === null) return { kind: "refused", packet: reply(NO_SUCH_NAME), name };
  if (asked.question.type !== "A") return { kind: "answered", packet: reply(NO_ERROR) };
  const record = { type: "A", class: "IN", name: asked.question.name, ttl: TTL, data: address } as const;
  return { kind: "answered", packet: reply(NO_ERROR, [record]) };
}

/** RFC 1035 section 4.1.1. */
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;
const REFUSED = 5;

/** s; the address holds for the whole task. */
const TTL = 60;

interface Asked {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly question: NonNullable<DecodedPacket["questions"]>[number];
}

/** Octets of the header (RFC 1035 section 4.1.1). */
const HEADER = 12;

/** A query of exactly one question whose name is written out; null for every other packet. */
function readQuery(query: Uint8Array): Asked | null {
  if (query.length <= HEADER || query.length > QUERY_MAX) return null;
  const bytes = Buffer.from(query);
  const flags = bytes.readUInt16BE(2);
  if ((flags & RESPONSE) !== 0) return null;
  // The question alone is decoded: what a client says beyond it is not needed, and is the richer half of the decoder.
  const end = endOfName(bytes);
  if (bytes.readUInt16BE(4) !== 1 || end === null || end + 4 > bytes.length) return null;
  const alone = Buffer.from(bytes.subarray(0, end + 4));
  alone.fill(0, 6, HEADER);
  const question = decodeQuestion(alone);
  if (question === null || !isWritten(question.name, bytes.subarray(HEADER, end))) return null;
  return {
    id: bytes.readUInt16BE(0),
    opcode: (flags >> 11) & 15,
    recursionDesired: (flags & RECURSION_DESIRED) !== 0,
    question,
  };
}

const RESPONSE = 0x80_00;
const RECURSION_DESIRED = 0x01_00;
const AUTHORITATIVE = 0x04_00;
const RECURSION_AVAILABLE = 0x00_80;

/** Where the name that begins behind the header ends; null: it is compressed, too long or cut off. */
function endOfName(bytes: Buffer): number | null {
  let at = HEADER;
  // RFC 1035 section 2.3.4: 255 octets; a label's first two bits are zero unless it is a pointer.
  while (at < bytes.length && at - HEADER < 255) {
    const length = bytes.readUInt8(at);
    if (length > 63) return null;
    at += 1 + length;
    if (length === 0) return at;
  }
  return null;
}

function decodeQuestion(packet: Buffer): Asked["question"] | null {
  try {
    return decode(packet).questions?.[0] ?? null;
  } catch {
    // The decoder throws on what it cannot read.
    return null;
  }
}

/** Whether the decoded text says what stood there: a dot or odd octets inside a label would read as another name. */
function isWritten(name: string, wire: Buffer): boolean {
  const labels = name === "." ? [] : name.split(".");
  const written = labels.flatMap((label) => [
    Buffer.from([Buffer.byteLength(label) & 255]),
    Buffer.from(label),
  ]);
  return Buffer.concat([...written, Buffer.of(0)]).equals(wire);
}

/** The canonical name of the question; null for what no host is called, as the root or `_dmarc.example.com`. */
function nameOf({ question }: Asked): string | null {
  if (!/^[\u0021-\u007e]+$/.test(question.name)) return null;
  const host = canonicalHost(question.name);
  return host.ok && host.value.kind === "name" ? host.value.name : null;
}

function respond(asked: Asked, rcode: number, answers: Packet["answers"]): Buffer {
  const flags = RECURSION_AVAILABLE | AUTHORITATIVE | (asked.recursionDesired ? RECURSION_DESIRED : 0);
  const packet = encode({
    type: "response",
    id: asked.id,
    flags,
    questions: [asked.question],
    answers: answers ?? [],
  });
  // The encoder knows no way to say these two.
  packet.writeUInt16BE(packet.readUInt16BE(2) | (asked.opcode << 11) | rcode, 2);
  return packet;
}
