// What one scan may take: steps of work, bytes held at once, and time. Exhausting any of them ends the scan, and the scan's
// answer is then that it could not finish: a refusal, never a quiet end of the search.

/** Thrown where a search finds that a bound is exhausted; `scanBytes` turns it into its answer. */
export class ScanExhausted extends Error {
  /** `time`, `work`, `memory`, `depth` and the like: closed words, shown to people. */
  readonly bound: string;

  constructor(bound: string) {
    super(`the scan's ${bound} is exhausted`);
    this.bound = bound;
  }
}

export interface ScanLimits {
  /** ms, by `now`. */
  readonly time: number;
  /** Bytes looked at, over all views and layers. */
  readonly work: number;
  /** Bytes of views held at once. */
  readonly memory: number;
}

/** Mutable on purpose: all layers of one scan draw on the same one. */
export class ScanBudget {
  readonly #deadline: number;
  readonly #now: () => number;
  readonly #memory: number;
  #work: number;
  #held = 0;
  #since = 0;

  /** From now on; `now` in ms, a clock that never goes back. */
  constructor({ time, work, memory }: ScanLimits, now: () => number) {
    this.#now = now;
    this.#deadline = now() + time;
    this.#work = work;
    this.#memory = memory;
  }

  /** Says that about `bytes` were looked at: every loop over more than a few bytes calls it. Throws ScanExhausted. */
  spend(bytes: number): void {
    this.#work -= bytes;
    if (this.#work < 0) throw new ScanExhausted("work");
    this.#since += bytes;
    if (this.#since < CLOCK_EVERY) return;
    this.#since = 0;
    if (this.#now() > this.#deadline) throw new ScanExhausted("time");
  }

  /** Counts `bytes` as held until they are released. Throws ScanExhausted. */
  hold(bytes: number): void {
    this.#held += bytes;
    if (this.#held > this.#memory) throw new ScanExhausted("memory");
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Bytes of work between two looks at the clock: under a millisecond even of the slowest layer. */
const CLOCK_EVERY = 16_384;
