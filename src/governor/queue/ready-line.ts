// The jobs that may start next, by principal, first come first by priority: the front of each line in memory, the rest where
// `fetch` finds it. Holds no job that is claimed. What the store keeps of jobs is job-store.ts.
import type { StoredJob } from "./stored-job.ts";

/** Jobs at the front of one principal's line. */
interface Front {
  readonly jobs: StoredJob[];
  /** Whether there are none behind them. */
  whole: boolean;
}

/** Where the lines are kept whole. */
export interface ReadySource {
  /** The first `most` ready jobs of `principal`, in order, claimed ones too. */
  fetch(principal: string, most: number): readonly StoredJob[];
  /** Principals that have a ready job. */
  principals(): readonly string[];
}

/** Jobs of a front when it is fetched: several times what is claimed at once, as claimed ones are read with it and left out. */
const FETCHED = 1024;
/** A front that grew beyond this forgets its end. */
const FRONT_MAX = 4096;

export class ReadyLine {
  readonly #source: ReadySource;
  readonly #fronts = new Map<string, Front>();
  readonly #claimed = new Set<number>();
  /** Principals that may have a ready job; null: to be asked for. */
  #principals: Set<string> | null = null;

  constructor(source: ReadySource) {
    this.#source = source;
  }

  /** The first job of each principal that has one, by principal. */
  heads(): readonly StoredJob[] {
    this.#principals ??= new Set(this.#source.principals());
    const heads: StoredJob[] = [];
    for (const principal of [...this.#principals].sort()) {
      const head = this.#front(principal).jobs[0];
      if (head === undefined) this.#principals.delete(principal);
      else heads.push(head);
    }
    return heads;
  }

  /** `job` is ready from here on. */
  add(job: StoredJob): void {
    if (this.#claimed.has(job.id)) return;
    this.#principals?.add(job.principal);
    const front = this.#fronts.get(job.principal);
    if (front === undefined) return;
    const place = front.jobs.findLastIndex((other) => isBefore(other, job)) + 1;
    if (place === front.jobs.length && !front.whole) return;
    front.jobs.splice(place, 0, job);
    if (front.jobs.length <= FRONT_MAX) return;
    front.jobs.length = FETCHED;
    front.whole = false;
  }

  /** The job is not ready any more. */
  remove({ id, principal }: Pick<StoredJob, "id" | "principal">): void {
    const jobs = this.#fronts.get(principal)?.jobs ?? [];
    const place = jobs.findIndex((job) => job.id === id);
    if (place >= 0) jobs.splice(place, 1);
  }

  isClaimed(id: number): boolean {
    return this.#claimed.has(id);
  }

  claim(job: Pick<StoredJob, "id" | "principal">): void {
    this.#claimed.add(job.id);
    this.remove(job);
  }

  /** The job is claimed no more; whether it is ready again is for `add`. */
  release(id: number): void {
    this.#claimed.delete(id);
  }

  releaseAll(): void {
    this.#claimed.clear();
    this.refetch();
  }

  /** Many jobs became ready at once. */
  refetch(): void {
    this.#fronts.clear();
    this.#principals = null;
  }

  #front(principal: string): Front {
    const known = this.#fronts.get(principal);
    if (known !== undefined && (known.whole || known.jobs.length > 0)) return known;
    const most = FETCHED + this.#claimed.size;
    const fetched = this.#source.fetch(principal, most);
    const jobs = fetched.filter(({ id }) => !this.#claimed.has(id));
    const front = { jobs, whole: fetched.length < most };
    this.#fronts.set(principal, front);
    return front;
  }
}

function isBefore(one: StoredJob, other: StoredJob): boolean {
  return one.priority === other.priority ? one.id < other.id : one.priority > other.priority;
}
