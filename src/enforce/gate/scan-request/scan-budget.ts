// What one request's scan may take: time over all its searches together, and memory at any one moment. A scan runs in one
// go, so that a worker has one at a time; no other work of the worker goes on beside it.
import { SCAN_TIME_MAX, WORKING_SET_MAX } from "./bounds.ts";

/** Thrown where a search finds that its time is over; who searches turns it into a bound that is exhausted. */
export class ScanLate extends Error {}

/** Mutable on purpose: the searches of one request draw on the same one. */
export class ScanBudget {
  readonly #deadline: number;
  readonly #most: number;
  #held = 0;

  /** From now on: `time` in ms, `bytes` held at once. */
  constructor(time: number = SCAN_TIME_MAX, bytes: number = WORKING_SET_MAX) {
    this.#deadline = performance.now() + time;
    this.#most = bytes;
  }

  isLate(): boolean {
    return performance.now() > this.#deadline;
  }

  /** Throws ScanLate when the time is over. */
  check(): void {
    if (this.isLate()) throw new ScanLate();
  }

  /** Whether `bytes` more may be held; they count until they are released, also when they may not. */
  hold(bytes: number): boolean {
    this.#held += bytes;
    return this.#held <= this.#most;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}
