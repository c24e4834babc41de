// Short texts in which a task's scan found nothing, so that the same is not looked at again. Not for bodies.

/** Texts that are remembered, and bytes of each. */
const TEXTS_MAX = 64;
const BYTES_MAX = 4096;

export class CleanTexts {
  /** In the order in which they came. */
  readonly #known = new Set<string>();

  /** Whether the very text held nothing; `inspected`: for detectors too. */
  has(bytes: Uint8Array, inspected: boolean): boolean {
    return bytes.length <= BYTES_MAX && this.#known.has(keyOf(bytes, inspected));
  }

  /** After a whole search that found nothing. */
  add(bytes: Uint8Array, inspected: boolean): void {
    if (bytes.length > BYTES_MAX) return;
    this.#known.add(keyOf(bytes, inspected));
    for (const oldest of this.#known) {
      if (this.#known.size <= TEXTS_MAX) return;
      this.#known.delete(oldest);
    }
  }
}

function keyOf(bytes: Uint8Array, inspected: boolean): string {
  return `${inspected ? "all" : "known"} ${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")}`;
}
