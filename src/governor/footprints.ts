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

/** What one task used. */
interface Use {
  /** Ledger time, ms. */
  readonly at: number;
  readonly memory: number | null;
  readonly cpu: number | null;
  readonly wall: number;
  readonly bytes: number;
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
  readonly #uses = new Map<string, readonly Use[]>();

  /** Adds what was observed of a task of `name`, settled at ledger time `at`. */
  add(name: string, seen: Observation, at: number): void {
    if (!OWN_ENDS.has(seen.cause)) return;
    const { memory_peak, memory_source, cpu, wall } = seen;
    const memory = memory_source === null || memory_peak === null ? null : memory_peak;
    const bytes = seen.external_bytes_out + seen.model_bytes_out;
    const uses = [...(this.#uses.get(name) ?? []), { at, memory, cpu, wall, bytes }].slice(-KEPT_MAX);
    this.#uses.delete(name);
    this.#uses.set(name, uses);
    for (const oldest of this.#uses.keys()) {
      if (this.#uses.size <= CLASSES_MAX) break;
      this.#uses.delete(oldest);
    }
  }

  /** What tasks of class `name` used, at ledger time `now`; null: none was settled lately. */
  of(name: string, now: number): Footprint | null {
    const uses = (this.#uses.get(name) ?? []).filter(({ at }) => now - at < KEPT_MS);
    if (uses.length === 0) return null;
    return {
      count: uses.length,
      memory: quantiles(uses.map(({ memory }) => memory)),
      cpu: quantiles(uses.map(({ cpu }) => cpu)),
      time: quantiles(uses.map(({ wall }) => wall)),
      bytes_out: quantiles(uses.map(({ bytes }) => bytes)),
    };
  }

  /** In one comparable form. */
  snapshot(): readonly (readonly [string, readonly Use[]])[] {
    return [...this.#uses];
  }
}

/** By nearest rank (Hyndman & Fan, Sample Quantiles, 1996, type 1), so that each is a figure that was seen; null: none was. */
function quantiles(figures: readonly (number | null)[]): Quantiles | null {
  const seen = Float64Array.from(figures.filter((figure) => figure !== null)).sort();
  const ranked = (part: number): number => seen[Math.max(0, Math.ceil(part * seen.length) - 1)] ?? 0;
  return seen.length === 0 ? null : { p50: ranked(0.5), p95: ranked(0.95), max: ranked(1) };
}
