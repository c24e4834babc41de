// How a connection that is refused is told and ended: in the words of the protocol that it speaks, then closed.
import type { Duplex } from "node:stream";
import { REFUSAL_STATUS, REFUSAL_TYPE, type Refusal, refusalBody } from "../http/refusal.ts";
import { LINGER_TIMEOUT } from "./bounds.ts";

/** Answers an HTTP/1.1 client with the refusal, and closes. Safe on a socket in any state. */
export function turnAwayHttp(socket: Duplex, refused: Refusal): void {
  const body = refusalBody(refused);
  const head = [
    `HTTP/1.1 ${REFUSAL_STATUS} Forbidden`,
    `content-type: ${REFUSAL_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  finish(socket, Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`));
}

/** RFC 8446 section 6.2: what a client shows as its reason. */
export const ALERTS = { access_denied: 49, unrecognized_name: 112 } as const;

/** Answers a ClientHello with a fatal alert, and closes. Safe on a socket in any state. */
export function turnAwayTls(socket: Duplex, alert: keyof typeof ALERTS): void {
  // A plaintext alert record of TLS 1.2, as before any key: type, version, length, fatal, description.
  finish(socket, Buffer.from([21, 3, 3, 0, 2, 2, ALERTS[alert]]));
}

/** Writes the last bytes and closes once they were taken, and what the client still sends is thrown away. */
function finish(socket: Duplex, bytes: Buffer): void {
  // Node takes its own listeners off a socket that it gives away; without one a reset would end the process.
  socket.on("error", () => socket.destroy());
  if (socket.destroyed || !socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), LINGER_TIMEOUT);
  socket.once("close", () => clearTimeout(timer));
  // Read on: closing with unread bytes resets the connection, and the answer would be lost with it.
  socket.resume();
  socket.end(bytes);
}
