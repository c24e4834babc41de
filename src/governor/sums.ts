// What is held and spent on this node: live holds, and sliding windows of what was settled. A projection of the ledger:
// everything here is rebuilt from record cores (sums-records.ts). Not the limits, which decide() applies.
import { assert } from "../stdx/assert.ts";
import type { EndedOutput } from "./outputs.ts";
import type { PathChain } from "./path-chain.ts";

/** What budgets count. */
export interface Amounts {
  readonly external_calls: number;
  /** Bytes. */
  readonly bytes_out: number;
}

/** A share of a hold that goes to one destination. */
export interface DestinationAmounts extends Amounts {
  /** The keyed hash of the canonical host (name-hash.ts). */
  readonly host: string;
}

/** What one admitted task reserves until it is settled. */
export interface Hold {
  /** Unique over all governor starts. */
  readonly id: string;
  readonly principal: string;
  /** The root of its line of submissions; a submission without a parent is its own root. */
  readonly lineage: string;
  readonly memory: number;
  readonly cpu: number;
  readonly provider: string | null;
  /** Ledger time, ms: when its time grant ends. */
  readonly ends_at: number;
  readonly destinations: readonly DestinationAmounts[];
  /** What it passes on to whatever it writes; null or absent: nothing beyond the spec's default label. */
  readonly carries?: HeldLabel | null;
  /** Places of outputs at which nothing was any more when it was taken; absent: none. */
  readonly ended?: readonly EndedOutput[];
}

/** The label of a task that may write, and where. */
export interface HeldLabel {
  readonly label: string;
  readonly untrusted: boolean;
  /** Its write grants, in the order of the grants. */
  readonly writes: readonly PathChain[];
}

export type Scope = "node" | "spec" | "principal" | "lineage" | "destination";

/** What one window of one key holds. */
export interface WindowSum extends Amounts {
  /** ms until the oldest settled part leaves; null: nothing settled in it. */
  readonly frees_in: number | null;
}

/** Windows slide in steps of this many ms: exact at the boundary within one step (docs/ARCHITECTURE.md, sums). */
export const BUCKET_MS = 10_000;

interface Bucket {
  readonly index: number;
  external_calls: number;
  bytes_out: number;
}

/** Live holds and settled windows. Every method is synchronous: read, decide and `take` make one transaction. */
export class Sums {
  readonly #holds = new Map<string, Hold>();
  /** By `scope\0key`; buckets in order of time. */
  readonly #settled = new Map<string, Bucket[]>();
  /** ms of settled history kept: no window of the spec language is longer. */
  readonly #keep_ms: number;

  constructor(keep_ms: number) {
    this.#keep_ms = keep_ms;
  }

  /** Adds a hold. Its id was never seen before. */
  take(hold: Hold): void {
    assert(!this.#holds.has(hold.id), "a hold is taken once");
    this.#holds.set(hold.id, hold);
  }

  /** Ends a hold without a charge: its decision never became durable. */
  drop(id: string): void {
    assert(this.#holds.delete(id), "only a live hold is dropped");
  }

  /** Ends a hold and charges what it used, at ledger time `time`. */
  settle(id: string, used: readonly DestinationAmounts[], time: number): void {
    const hold = this.#holds.get(id);
    assert(hold !== undefined, "only a live hold is settled");
    this.#holds.delete(id);
    for (const part of used) {
      for (const key of keysOf(hold, part.host)) this.#charge(key, part, time);
    }
  }

  /** A live hold; undefined: there is none of that id. */
  hold(id: string): Hold | undefined {
    return this.#holds.get(id);
  }

  /** Live holds in the order they were taken. */
  holds(): readonly Hold[] {
    return [...this.#holds.values()];
  }

  /** Held plus settled inside the last `window` ms at ledger time `now`. A bucket counts until all of it is too old. */
  window(scope: Scope, key: string, window: number, now: number): WindowSum {
    const oldest = Math.floor((now - window) / BUCKET_MS);
    const name = `${scope}\0${key}`;
    const buckets = (this.#settled.get(name) ?? []).filter((bucket) => bucket.index >= oldest);
    const held = this.#held(name);
    const first = buckets[0];
    return {
      external_calls: sum(buckets, "external_calls") + held.external_calls,
      bytes_out: sum(buckets, "bytes_out") + held.bytes_out,
      frees_in: first === undefined ? null : Math.max(0, (first.index + 1) * BUCKET_MS + window - now),
    };
  }

  /** Everything, in one comparable form: two projections are equal when these are. */
  snapshot(): {
    readonly holds: readonly Hold[];
    readonly settled: readonly (readonly [string, readonly Amounts[]])[];
  } {
    const settled = [...this.#settled].map(
      ([key, buckets]) => [key, buckets.map((bucket) => ({ ...bucket }))] as const,
    );
    return { holds: this.holds(), settled: settled.sort((a, b) => (a[0] < b[0] ? -1 : 1)) };
  }

  #charge(key: string, used: Amounts, time: number): void {
    if (used.external_calls === 0 && used.bytes_out === 0) return;
    const index = Math.floor(time / BUCKET_MS);
    const buckets = this.#settled.get(key) ?? [];
    const kept = buckets.filter((bucket) => bucket.index >= index - Math.ceil(this.#keep_ms / BUCKET_MS) - 1);
    const last = kept.at(-1);
    assert(last === undefined || last.index <= index, "ledger time never decreases");
    if (last?.index === index) {
      last.external_calls += used.external_calls;
      last.bytes_out += used.bytes_out;
    } else {
      kept.push({ index, external_calls: used.external_calls, bytes_out: used.bytes_out });
    }
    this.#settled.set(key, kept);
  }

  #held(name: string): Amounts {
    let external_calls = 0;
    let bytes_out = 0;
    for (const hold of this.#holds.values()) {
      for (const part of hold.destinations) {
        if (!keysOf(hold, part.host).includes(name)) continue;
        external_calls += part.external_calls;
        bytes_out += part.bytes_out;
      }
    }
    return { external_calls, bytes_out };
  }
}

function keysOf(hold: Hold, host: string): readonly string[] {
  return [
    "node\0",
    "spec\0",
    `principal\0${hold.principal}`,
    `lineage\0${hold.lineage}`,
    `destination\0${host}`,
  ];
}

function sum(buckets: readonly Bucket[], member: keyof Amounts): number {
  return buckets.reduce((total, bucket) => total + bucket[member], 0);
}
