// Moves bytes one way between two connections, each chunk claimed before it is written, no faster than they are taken.
import type { Duplex } from "node:stream";

export interface PumpRules {
  /** Whether so many bytes may cross; called before they do. */
  readonly claim: (bytes: number) => boolean;
  /** A chunk was not permitted; nothing of it crossed. */
  readonly over: () => void;
  /** Some bytes crossed. */
  readonly moved: () => void;
}

/**
 * Resolves when `from` ended and `to` was told so, or when either was closed. Never rejects. At most one chunk and `to`'s
 * own buffer are held.
 */
export function pump(from: Duplex, to: Duplex, rules: PumpRules): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      from.off("data", take);
      from.off("end", ended);
      from.off("close", closed);
      to.off("close", closed);
      to.off("drain", go);
      resolve();
    };
    const take = (chunk: Buffer): void => {
      if (to.destroyed || to.writableEnded) return;
      if (!rules.claim(chunk.length)) {
        settle();
        return rules.over();
      }
      rules.moved();
      if (!to.write(chunk)) from.pause();
    };
    const go = (): void => void from.resume();
    const ended = (): void => {
      if (to.destroyed) return settle();
      // Called once all was handed on, or with an error once it never will be.
      to.end(settle);
    };
    const closed = (): void => {
      // What closes without an end was cut off: the other side learns it by a cut, too.
      if (!from.readableEnded) to.destroy();
      settle();
    };
    from.on("data", take);
    from.on("end", ended);
    from.on("close", closed);
    to.on("close", closed);
    to.on("drain", go);
    if (from.destroyed || to.destroyed) return closed();
    if (from.readableEnded) return ended();
    from.resume();
  });
}
