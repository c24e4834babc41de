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
  readonly memory: Figures;
  readonly cpu: Figures;
  readonly time: Figures;
  readonly bytes_out: Figures;
  /** Ever added. */
  count: number;
}

/** One figure of the latest tasks: as they came, and in order, so that a quantile is looked up. */
interface Figures {
  readonly ring: Float64Array;
  /** NaN, of which no ring is free before it is full, stands behind every number. */
  readonly sorted: Float64Array;
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
    replace(uses.memory, place, memory_source === null ? Number.NaN : (memory_peak ?? Number.NaN));
    replace(uses.cpu, place, cpu ?? Number.NaN);
    replace(uses.time, place, wall);
    replace(uses.bytes_out, place, seen.external_bytes_out + seen.model_bytes_out);
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
    // Ledger time never decreases: as long as the oldest counts, all do.
    const oldest = uses.count > KEPT_MAX ? uses.count % KEPT_MAX : 0;
    const late = (_: number, place: number): boolean => isLate(uses, place, now);
    const count = isLate(uses, oldest, now) ? all : uses.at.slice(0, all).filter(late).length;
    if (count === 0) return null;
    const of = ({ ring, sorted }: Figures): Quantiles | null =>
      count === all ? quantiles(sorted) : quantiles(ring.slice(0, all).filter(late).sort());
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
  const figures = (): Figures => {
    return {
      ring: new Float64Array(KEPT_MAX).fill(Number.NaN),
      sorted: new Float64Array(KEPT_MAX).fill(Number.NaN),
    };
  };
  return {
    at: new Float64Array(KEPT_MAX),
    memory: figures(),
    cpu: figures(),
    time: figures(),
    bytes_out: figures(),
    count: 0,
  };
}

/** Puts `figure` into the ring, and in order in place of the one that was there. */
function replace({ ring, sorted }: Figures, place: number, figure: number): void {
  const gone = placeOf(sorted, ring[place] ?? Number.NaN);
  sorted.copyWithin(gone, gone + 1);
  sorted[KEPT_MAX - 1] = Number.NaN;
  const at = placeOf(sorted, figure);
  sorted.copyWithin(at + 1, at, KEPT_MAX - 1);
  sorted[at] = figure;
  ring[place] = figure;
}

/** The first place that holds `figure` or more. */
function placeOf(sorted: Float64Array, figure: number): number {
  let low = 0;
  let high = KEPT_MAX - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Number.NaN) < figure) low = middle + 1;
    else if (Number.isNaN(figure) && !Number.isNaN(sorted[middle] ?? Number.NaN)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isLate({ at }: Uses, place: number, now: number): boolean {
  return now - (at[place] ?? Number.NEGATIVE_INFINITY) < KEPT_MS;
}

/** By nearest rank (Hyndman & Fan, Sample Quantiles, 1996, type 1), so that each is a figure that was seen; null: none was. */
function quantiles(sorted: Float64Array): Quantiles | null {
  let seen = sorted.length;
  while (seen > 0 && Number.isNaN(sorted[seen - 1])) seen -= 1;
  const ranked = (part: number): number => sorted[Math.max(0, Math.ceil(part * seen) - 1)] ?? 0;
  return seen === 0 ? null : { p50: ranked(0.5), p95: ranked(0.95), max: ranked(1) };
}
