// What the node depends on outside itself: each destination, how much of the work needs it, and whether it could be done here.
import type { OpenRun } from "./execution-values.ts";

/** Destinations that are told apart: the rest is counted as one. */
const KEPT_MAX = 256;
/** The rest. */
const OTHERS = "others";

export interface Destination {
  /** Keyed hash of the host, or `others`. */
  readonly host: string;
  /** Executions that sent something there. */
  executions: number;
  /** Of them those that a provider here could have served. */
  avoidable: number;
  /** Records of its first and its latest use. */
  readonly first: number;
  last: number;
}

/** Sovereignty debt: how much of the work depends on others, and what of it could come back at no cost. */
export class Destinations {
  readonly #all: Map<string, Destination> = new Map();

  /** Adds an ended run. */
  add(run: OpenRun, sequence: number): void {
    for (const host of run.hosts) {
      const key = this.#all.has(host) || this.#all.size < KEPT_MAX ? host : OTHERS;
      const known = this.#all.get(key) ?? {
        host: key,
        executions: 0,
        avoidable: 0,
        first: sequence,
        last: sequence,
      };
      known.executions += 1;
      if ((run.avoidable ?? 0) > 0) known.avoidable += 1;
      known.last = sequence;
      this.#all.set(key, known);
    }
  }

  /** Most used first. */
  list(): readonly Destination[] {
    return [...this.#all.values()].sort(
      (left, right) => right.executions - left.executions || left.first - right.first,
    );
  }
}
