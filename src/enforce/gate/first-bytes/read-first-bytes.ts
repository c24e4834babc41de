// Waits for a connection's first bytes, bounded in size and time, and leaves them unread for whoever serves it next.
import type { Duplex } from "node:stream";
import { type FirstBytes, firstBytes } from "./first-bytes.ts";

/** What a connection turned out to speak. */
export type Spoken = Exclude<FirstBytes, { kind: "more" }> | { readonly kind: "silent" | "gone" };

/** ms from the connection to its whole first message; a client sends it at once. */
export const FIRST_BYTES_TIMEOUT = 10_000;

/**
 * Resolves once: what is spoken, `silent` when that is not told within `timeout` ms, or `gone` when the other side ended
 * first. Never rejects. `socket` is paused afterwards, with every byte that came back in its buffer.
 */
export function readFirstBytes(socket: Duplex, timeout: number = FIRST_BYTES_TIMEOUT): Promise<Spoken> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let needed = 1;
    const settle = (spoken: Spoken): void => {
      clearTimeout(timer);
      socket.off("readable", read);
      socket.off("end", gone);
      socket.off("close", gone);
      socket.off("error", gone);
      socket.pause();
      // After its end a stream takes nothing back; nobody reads on then.
      if (spoken.kind !== "gone" && length > 0) socket.unshift(Buffer.concat(chunks, length));
      resolve(spoken);
    };
    const gone = (): void => settle({ kind: "gone" });
    const read = (): void => {
      for (;;) {
        const chunk: Buffer | null = socket.read();
        if (chunk === null) break;
        chunks.push(chunk);
        length += chunk.length;
      }
      if (length < needed) return;
      const told = firstBytes(Buffer.concat(chunks, length));
      if (told.kind !== "more") return settle(told);
      needed = told.needed;
    };
    const timer = setTimeout(() => settle({ kind: "silent" }), timeout);
    if (socket.destroyed || socket.readableEnded) return gone();
    socket.on("readable", read);
    socket.on("end", gone);
    socket.on("close", gone);
    socket.on("error", gone);
    read();
  });
}
