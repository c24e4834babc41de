// Which jobs were deferred, since when and why: how many may be passed by later ones, and when one that starves holds up the rest
// of its principal. Kept in memory alone: a deferred job is tried again after any start.

/** Deferred jobs of a principal behind which the next one is still tried: what does not fit holds up little, and no try is endless. */
export const PASSING_MAX = 16;
/** A job that has waited this long for room on the node is not passed any more by others of its principal, ms. */
const STARVING_MS = 600_000;
/** Causes that the end of others mends. */
const ROOM: ReadonlySet<string> = new Set(["memory_committed", "memory_unavailable", "cpu_committed"]);

interface Deferred {
  readonly principal: string;
  readonly since: number;
  readonly cause: string;
}

export class DeferredJobs {
  /** Those that wait for a time or for room. */
  readonly #waiting = new Map<number, Deferred>();
  /** When each was first deferred: it keeps its age while it is tried again. */
  readonly #since = new Map<number, number>();

  /** Whether `job` was deferred before, and nothing else came of it since. */
  has(job: number): boolean {
    return this.#since.has(job);
  }

  /** `job` of `principal` is deferred at ledger time `now`. */
  add(job: number, principal: string, cause: string, now: number): void {
    const since = this.#since.get(job) ?? now;
    this.#since.set(job, since);
    this.#waiting.set(job, { principal, since, cause });
  }

  /** Something else came of `job`. */
  end(job: number): void {
    this.#since.delete(job);
    this.#waiting.delete(job);
  }

  /** All are tried again. */
  retry(): void {
    this.#waiting.clear();
  }

  /** Keeps of those that wait only the ones of which `waits` holds. */
  keep(waits: (job: number) => boolean): void {
    for (const job of this.#waiting.keys()) if (!waits(job)) this.#waiting.delete(job);
  }

  /** Whether nothing more of `principal` is tried at ledger time `now`. */
  holdsUp(principal: string, now: number): boolean {
    let passed = 0;
    for (const deferred of this.#waiting.values()) {
      if (deferred.principal !== principal) continue;
      passed += 1;
      if (ROOM.has(deferred.cause) && now - deferred.since >= STARVING_MS) return true;
    }
    return passed >= PASSING_MAX;
  }
}
