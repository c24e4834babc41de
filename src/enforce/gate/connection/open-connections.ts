// The connections of one task: how many are open, and their common end.
import type { Socket } from "node:net";
import { CONNECTIONS_MAX } from "./bounds.ts";

export class OpenConnections {
  readonly #open = new Set<Socket>();
  readonly #limit: number;

  constructor(limit: number = CONNECTIONS_MAX) {
    this.#limit = limit;
  }

  /** Takes a connection in; false when there are too many, and then it was destroyed. */
  admit(socket: Socket): boolean {
    // Stays for its whole life: an error nobody listens to would end the process.
    socket.on("error", () => socket.destroy());
    // An answer goes out in more than one write; with Nagle's algorithm the second would wait for an acknowledgement, which
    // its receiver delays (RFC 1122 sections 4.2.3.2 and 4.2.3.4). Node's own servers do the same.
    socket.setNoDelay(true);
    if (this.#open.size >= this.#limit) {
      socket.destroy();
      return false;
    }
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return true;
  }

  /** Destroys every connection; resolves when all are closed. */
  async end(): Promise<void> {
    await Promise.all(
      [...this.#open].map((socket) => {
        const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
        socket.destroy();
        return closed;
      }),
    );
  }
}
