// What settled tasks really used, by their class (task-class.ts): a projection of the ledger's cores, of bounded size. Not what is
// made of it: the floor of the next ask is decided in decide/.
import type { Footprint, Quantiles } from "../decide/facts.ts";
import type { Observation } from "../enforce/execution.ts";

/** Settlements kept of one class: enough for a p95, few enough that a new version of the work shows within days. */
export const KEPT_MAX = 64;
/** Classes kept; the one settled longest ago is forgotten first. */
export const CLASSES_MAX = 4096;
/** Ledger time after which a settlement says nothing any more, ms: thirty days. What was too much once is no floor for ever. */
export const KEPT_MS: number = 30 * 24 * 60 * 60 * 1000;

/** What the latest tasks of one class used, each figure in a ring of its own; NaN: not measurable. */
interface Uses {
  /** Ledger time, ms. */
  readonly at: Float64Array;
  readonly memory: Float64Array;
  readonly cpu: Float64Array;
  readonly time: Float64Array;
  readonly bytes_out: Float64Array;
  /** Ever added. */
  count: number;
}

/** Ends of a task's own, or at a bound of its grant; of one that somebody else ended the figures say less than it needs. */
const OWN_ENDS: ReadonlySet<Observation["cause"]> = new Set<Observation["cause"]>([
  "exited",
  "signalled",
  "out_of_memory",
  "out_of_time",
  "output_over_limit",
]);

export class Footprints {
  /** The class settled longest ago first. */
  readonly #uses = new Map<string, Uses>();

  /** Adds what was observed of a task of `name`, settled at ledger time `at`. */
  add(name: string, seen: Observation, at: number): void {
    if (!OWN_ENDS.has(seen.cause)) return;
    const { memory_peak, memory_source, cpu, wall } = seen;
    const uses = this.#uses.get(name) ?? noUses();
    const place = uses.count % KEPT_MAX;
    uses.count += 1;
    uses.at[place] = at;
    uses.memory[place] = memory_source === null ? Number.NaN : (memory_peak ?? Number.NaN);
    uses.cpu[place] = cpu ?? Number.NaN;
    uses.time[place] = wall;
    uses.bytes_out[place] = seen.external_bytes_out + seen.model_bytes_out;
    this.#uses.delete(name);
    this.#uses.set(name, uses);
    if (this.#uses.size <= CLASSES_MAX) return;
    const oldest = this.#uses.keys().next();
    if (oldest.done !== true) this.#uses.delete(oldest.value);
  }

  /** What tasks of class `name` used, at ledger time `now`; null: none was settled lately. */
  of(name: string, now: number): Footprint | null {
    const uses = this.#uses.get(name);
    if (uses === undefined) return null;
    const all = Math.min(uses.count, KEPT_MAX);
    let count = 0;
    for (let place = 0; place < all; place += 1) if (isLate(uses, place, now)) count += 1;
    if (count === 0) return null;
    const of = (figures: Float64Array): Quantiles | null =>
      quantiles(
        count === all
          ? figures.slice(0, all)
          : figures.slice(0, all).filter((_, place) => isLate(uses, place, now)),
      );
    return {
      count,
      memory: of(uses.memory),
      cpu: of(uses.cpu),
      time: of(uses.time),
      bytes_out: of(uses.bytes_out),
    };
  }

  /** In one comparable form. */
  snapshot(): readonly (readonly [string, Uses])[] {
    return [...this.#uses];
  }
}

function noUses(): Uses {
  const figures = (): Float64Array => new Float64Array(KEPT_MAX);
  return {
    at: figures(),
    memory: figures(),
    cpu: figures(),
    time: figures(),
    bytes_out: figures(),
    count: 0,
  };
}

function isLate({ at }: Uses, place: number, now: number): boolean {
  return now - (at[place] ?? Number.NEGATIVE_INFINITY) < KEPT_MS;
}

/** By nearest rank (Hyndman & Fan, Sample Quantiles, 1996, type 1), so that each is a figure that was seen; null: none was. */
function quantiles(figures: Float64Array): Quantiles | null {
  // NaN is sorted behind every number.
  figures.sort();
  let seen = figures.length;
  while (seen > 0 && Number.isNaN(figures[seen - 1])) seen -= 1;
  const ranked = (part: number): number => figures[Math.max(0, Math.ceil(part * seen) - 1)] ?? 0;
  return seen === 0 ? null : { p50: ranked(0.5), p95: ranked(0.95), max: ranked(1) };
}
