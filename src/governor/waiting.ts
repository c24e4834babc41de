// The waiting line: deferred runs, decided again in the order they came, when a hold ends or their time has come. Not
// the decision itself, which each entry makes.

/** One deferred run. */
export interface WaitingEntry {
  /** Decides again. Null: it is done waiting, whatever came of it; else ms until it is worth trying again. Never rejects. */
  retry(): Promise<number | null>;
}

/** Bounds of the time between two tries of one entry, ms: no busy loop, and no answer that comes much too late. */
export const RETRY_MS = { min: 100, max: 30_000 } as const;

export class WaitingLine {
  #entries: { readonly entry: WaitingEntry; due: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #sweeping = false;
  #woken = false;

  get size(): number {
    return this.#entries.length;
  }

  /** Puts an entry at the end of the line; it is tried after `after` ms (null: unknown) or when something ends. */
  add(entry: WaitingEntry, after: number | null): void {
    this.#entries.push({ entry, due: performance.now() + bounded(after) });
    this.#arm();
  }

  /** Takes an entry out of the line. Idempotent. */
  remove(entry: WaitingEntry): void {
    this.#entries = this.#entries.filter((waiting) => waiting.entry !== entry);
    this.#arm();
  }

  /** Something ended: everyone is tried again, first come first. */
  wake(): void {
    this.#woken = true;
    void this.#sweep();
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    do {
      const all = this.#woken;
      this.#woken = false;
      for (const waiting of this.#entries) {
        if (!this.#entries.includes(waiting) || !(all || waiting.due <= performance.now())) continue;
        const after = await waiting.entry.retry();
        if (after === null) this.#entries = this.#entries.filter((kept) => kept !== waiting);
        else waiting.due = performance.now() + bounded(after);
      }
    } while (this.#woken);
    this.#sweeping = false;
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#sweeping || this.#entries.length === 0) return;
    const due = Math.min(...this.#entries.map((waiting) => waiting.due));
    this.#timer = setTimeout(() => void this.#sweep(), Math.max(0, due - performance.now()) + 1);
  }
}

function bounded(after: number | null): number {
  return Math.min(RETRY_MS.max, Math.max(RETRY_MS.min, after ?? RETRY_MS.max));
}
