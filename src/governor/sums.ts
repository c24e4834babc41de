// What is held and spent on this node: live holds, and sliding windows of what was settled. A projection of the ledger:
// everything here is rebuilt from record cores (sums-records.ts). Not the limits, which decide() applies.
import type { HeldModel } from "../decide/facts.ts";
import { assert } from "../stdx/assert.ts";
import { type HeldGroup, HeldGroups } from "./held-groups.ts";
import { HeldReads } from "./held-reads.ts";
import type { EndedOutput } from "./outputs.ts";
import type { PathChain } from "./path-chain.ts";
import { AMOUNTS, type Amounts, addAmounts, noAmounts, SettledWindow } from "./settled-window.ts";

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
  /** The hold of the task that submitted it, out of which its memory and cores come; absent: nobody's task did. */
  readonly parent?: string;
  /** Bytes of the node's; of a child only those of models that it loads. */
  readonly memory: number;
  /** Thousandths of the node's cores; of a child 0. */
  readonly cpu: number;
  readonly provider: string | null;
  /** Ledger time, ms: when its time grant ends. */
  readonly ends_at: number;
  readonly destinations: readonly DestinationAmounts[];
  /** Models that it reserves memory for, which stands in `memory` too; absent: none. */
  readonly models?: readonly HeldModel[];
  /** What it passes on to whatever it writes; null or absent: nothing beyond the spec's default label. */
  readonly carries?: HeldLabel | null;
  /** The class of its task (task-class.ts); absent in records of before classes were kept. */
  readonly class?: string;
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

/** Alike holds below this many are told one by one: a person can read them. */
const GROUPED_FROM = 16;

/** Live holds and settled windows. Every method is synchronous: read, decide and `take` make one transaction. */
export class Sums {
  readonly #holds = new Map<string, Hold>();
  /** Those of which each counts by itself. */
  readonly #apart = new Map<string, Hold>();
  readonly #groups = new HeldGroups();
  readonly #reads = new HeldReads();
  readonly #principals = new Map<string, { readonly memory: number; readonly cpu: number }>();
  /** Sums of what is held, by `scope\0key`. */
  readonly #held = new Map<string, ReturnType<typeof noAmounts>>();
  /** By `scope\0key`. */
  readonly #settled = new Map<string, SettledWindow>();
  /** Live holds by lineage. A lineage without one has ended: nobody can be added to it, so what it spent is forgotten. */
  readonly #lineages = new Map<string, number>();
  /** ms of settled history kept: no window of the spec language is longer. */
  readonly #keep_ms: number;

  constructor(keep_ms: number) {
    this.#keep_ms = keep_ms;
  }

  /**
   * Adds a hold. Its id was never seen before. `reads`: the places that it reads, where of it nobody but a task that writes there need
   * know more than its sums; null: it counts by itself.
   */
  take(hold: Hold, reads: readonly string[] | null = null): void {
    assert(!this.#holds.has(hold.id), "a hold is taken once");
    this.#holds.set(hold.id, hold);
    if (reads === null) this.#apart.set(hold.id, hold);
    else {
      this.#groups.add(hold);
      this.#reads.add(hold.id, reads);
    }
    this.#lineages.set(hold.lineage, (this.#lineages.get(hold.lineage) ?? 0) + 1);
    this.#hold(hold, 1);
  }

  /** Ends a hold without a charge: its decision never became durable. */
  drop(id: string): void {
    this.#leave(this.#release(id, "only a live hold is dropped"));
  }

  /** Ends a hold and charges what it used, at ledger time `time`. */
  settle(id: string, used: readonly DestinationAmounts[], time: number): void {
    const hold = this.#release(id, "only a live hold is settled");
    for (const part of used) {
      if (AMOUNTS.every((name) => part[name] === 0)) continue;
      for (const key of keysOf(hold, part.host)) this.#window(key).charge(part, time);
    }
    this.#leave(hold);
  }

  /** A live hold; undefined: there is none of that id. */
  hold(id: string): Hold | undefined {
    return this.#holds.get(id);
  }

  /** Live holds in the order they were taken. */
  holds(): readonly Hold[] {
    return [...this.#holds.values()];
  }

  /** Live holds as a task that writes `writes` may have them: those that are alike and read nothing there together, where they are many. */
  grouped(writes: readonly string[]): {
    readonly apart: readonly Hold[];
    readonly groups: readonly HeldGroup[];
  } {
    if (this.#groups.count < GROUPED_FROM) return { apart: this.holds(), groups: [] };
    const ids = writes.length === 0 ? [] : this.#reads.meeting(writes);
    const meeting = ids.flatMap((id) => this.#holds.get(id) ?? []);
    return { apart: [...this.#apart.values(), ...meeting], groups: this.#groups.told(meeting) };
  }

  /** Memory (bytes) and processor time (thousandths of a core) that live holds of `principal` have. */
  heldBy(principal: string): { readonly memory: number; readonly cpu: number } {
    return this.#principals.get(principal) ?? NOTHING_HELD;
  }

  /**
   * Held plus settled inside the last `window` ms at ledger time `now`, which never decreases for one window. A bucket counts
   * until all of it is too old.
   */
  window(scope: Scope, key: string, window: number, now: number): WindowSum {
    const name = `${scope}\0${key}`;
    const { settled, frees_in } = this.#settled.get(name)?.sum(window, now) ?? NOTHING_SETTLED;
    const sum = noAmounts();
    addAmounts(sum, settled);
    addAmounts(sum, this.#held.get(name) ?? NOTHING);
    return { ...sum, frees_in };
  }

  /** Everything, in one comparable form: two projections are equal when these are. */
  snapshot(): {
    readonly holds: readonly Hold[];
    readonly settled: readonly (readonly [string, readonly Amounts[]])[];
  } {
    const settled = [...this.#settled].map(([key, window]) => [key, window.buckets()] as const);
    return { holds: this.holds(), settled: settled.sort((a, b) => (a[0] < b[0] ? -1 : 1)) };
  }

  #release(id: string, otherwise: string): Hold {
    const hold = this.#holds.get(id);
    assert(hold !== undefined, otherwise);
    this.#holds.delete(id);
    if (!this.#apart.delete(id)) {
      this.#groups.remove(hold);
      this.#reads.remove(id);
    }
    this.#hold(hold, -1);
    return hold;
  }

  #leave({ lineage }: Hold): void {
    const others = (this.#lineages.get(lineage) ?? 1) - 1;
    if (others > 0) this.#lineages.set(lineage, others);
    else {
      this.#lineages.delete(lineage);
      this.#settled.delete(`lineage\0${lineage}`);
    }
  }

  #hold(hold: Hold, times: 1 | -1): void {
    const { memory, cpu } = this.heldBy(hold.principal);
    const all = { memory: memory + times * hold.memory, cpu: cpu + times * hold.cpu };
    if (all.memory === 0 && all.cpu === 0) this.#principals.delete(hold.principal);
    else this.#principals.set(hold.principal, all);
    for (const part of hold.destinations) {
      for (const key of keysOf(hold, part.host)) {
        const held = this.#held.get(key) ?? noAmounts();
        addAmounts(held, part, times);
        // Keys come and go with hosts and lineages: what is held by nobody is not kept.
        if (AMOUNTS.every((name) => held[name] === 0)) this.#held.delete(key);
        else this.#held.set(key, held);
      }
    }
  }

  #window(key: string): SettledWindow {
    const known = this.#settled.get(key);
    if (known !== undefined) return known;
    const made = new SettledWindow(this.#keep_ms);
    this.#settled.set(key, made);
    return made;
  }
}

const NOTHING_HELD = { memory: 0, cpu: 0 } as const;
const NOTHING: Amounts = noAmounts();
const NOTHING_SETTLED = { settled: NOTHING, frees_in: null } as const;

function keysOf(hold: Hold, host: string): readonly string[] {
  return [
    "node\0",
    "spec\0",
    `principal\0${hold.principal}`,
    `lineage\0${hold.lineage}`,
    `destination\0${host}`,
  ];
}
