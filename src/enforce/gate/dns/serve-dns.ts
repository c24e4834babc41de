// A task's name server, over UDP and TCP (RFC 1035 section 4.2): each query is answered from the grants. Not where the
// answer is made (answer-query.ts).
import type { Socket as Datagram } from "node:dgram";
import type { Socket } from "node:net";
import { answerQuery, QUERY_MAX } from "./answer-query.ts";
import type { SyntheticNames } from "./synthetic-names.ts";

/** A name that was refused, once for each name; `name` null: a query that is none, or for what is no host. */
export type RefusedQuery = (cause: "name_not_granted" | "dns_malformed", name: string | null) => void;

/** Serves one task's queries. */
export interface NameServer {
  /** Takes over a socket that listens on UDP; the caller closes it. */
  udp(socket: Datagram): void;
  /** Takes over a connection. */
  tcp(socket: Socket): void;
}

/** Names told of by name; the queries behind them count as refusals without one. */
const NAMES_TOLD_MAX = 1000;

/** Queries that could not be read, told of one by one; after that, one for every so many. */
const MALFORMED_TOLD_MAX = 16;
const MALFORMED_STEP = 1000;

/** ms without a byte on a TCP connection (RFC 7766 section 6.2.3 asks for a few seconds). */
const TCP_IDLE = 5_000;

/**
 * A name server. A name is told to `refused` when it is first asked for, not with every retry and record type of the
 * same look-up; what cannot be read is told of a few times, and then once in a thousand.
 */
export function createNameServer(names: SyntheticNames, refused: RefusedQuery): NameServer {
  const told = new Set<string | null>();
  let malformed = 0;
  const answer = (query: Uint8Array): Buffer | null => {
    const answered = answerQuery(query, names);
    if (answered.kind === "malformed") {
      malformed++;
      if (malformed <= MALFORMED_TOLD_MAX || malformed % MALFORMED_STEP === 0) refused("dns_malformed", null);
      return null;
    }
    if (answered.kind === "refused" && !told.has(answered.name) && told.size < NAMES_TOLD_MAX) {
      told.add(answered.name);
      refused("name_not_granted", answered.name);
    }
    return answered.packet;
  };
  return { udp: (socket) => serveUdp(socket, answer), tcp: (socket) => serveTcp(socket, answer) };
}

type Answer = (query: Uint8Array) => Buffer | null;

function serveUdp(socket: Datagram, answer: Answer): void {
  // A datagram that could not be taken or sent is as good as lost on the way.
  socket.on("error", () => undefined);
  socket.on("message", (query, from) => {
    const packet = answer(query);
    if (packet === null) return;
    // The client is gone, or the buffer is full: it asks again.
    const sent = (): void => undefined;
    socket.send(packet, from.port, from.address, sent);
  });
}

/** RFC 1035 section 4.2.2: each message behind its length in two octets. */
const LENGTH_FIELD = 2;

function serveTcp(socket: Socket, answer: Answer): void {
  let held = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE, () => socket.destroy());
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, Buffer.from(chunk)]);
    while (held.length >= LENGTH_FIELD) {
      const length = held.readUInt16BE(0);
      if (length > QUERY_MAX) return end(socket, answer);
      if (held.length < LENGTH_FIELD + length) break;
      const packet = answer(held.subarray(LENGTH_FIELD, LENGTH_FIELD + length));
      held = held.subarray(LENGTH_FIELD + length);
      if (packet === null) return void socket.destroy();
      const framed = Buffer.alloc(LENGTH_FIELD + packet.length);
      framed.writeUInt16BE(packet.length, 0);
      packet.copy(framed, LENGTH_FIELD);
      // A client that asks and does not read is not answered without bound.
      if (!socket.write(framed)) return void socket.destroy();
    }
  });
}

/** A query of a length that none has: told as one that cannot be read. */
function end(socket: Socket, answer: Answer): void {
  answer(new Uint8Array());
  socket.destroy();
}
