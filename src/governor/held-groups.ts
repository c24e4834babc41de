// Live holds of which nobody but a task that writes need know more than their sums: grouped by the minute that they end in, so that a
// decision costs the same beside ten thousand of them. Which holds these are, judge.ts says.
import { assert } from "../stdx/assert.ts";

/** Width of a group, ms: an expected time that is told may be late by this. */
const WIDTH_MS = 60_000;
/** Groups told one by one; those that end later are told as one. */
const TOLD_MAX = 16;

/** As much of a hold as a group knows. */
interface HeldAmounts {
  /** Bytes. */
  readonly memory: number;
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Ledger time, ms. */
  readonly ends_at: number;
}

/** Holds together; all have ended by `ends_at`. */
export interface HeldGroup extends HeldAmounts {
  readonly count: number;
}

export class HeldGroups {
  readonly #groups = new Map<number, { count: number; memory: number; cpu: number }>();
  #count = 0;

  /** Holds in all groups. */
  get count(): number {
    return this.#count;
  }

  add({ memory, cpu, ends_at }: HeldAmounts): void {
    const key = keyOf(ends_at);
    const group = this.#groups.get(key) ?? { count: 0, memory: 0, cpu: 0 };
    group.count += 1;
    group.memory += memory;
    group.cpu += cpu;
    this.#groups.set(key, group);
    this.#count += 1;
  }

  remove({ memory, cpu, ends_at }: HeldAmounts): void {
    const key = keyOf(ends_at);
    const group = this.#groups.get(key);
    assert(group !== undefined, "a hold leaves the group that it joined");
    group.count -= 1;
    group.memory -= memory;
    group.cpu -= cpu;
    if (group.count === 0) this.#groups.delete(key);
    this.#count -= 1;
  }

  /** The groups without some of their holds, those that end first before; at most 16. */
  told(without: readonly HeldAmounts[] = []): readonly HeldGroup[] {
    if (without.length > 0) return this.#without(without).told();
    const sorted = [...this.#groups].sort(([one], [other]) => one - other);
    const told = sorted
      .slice(0, TOLD_MAX)
      .map(([key, group]) => ({ ...group, ends_at: (key + 1) * WIDTH_MS }));
    for (const [key, { count, memory, cpu }] of sorted.slice(TOLD_MAX)) {
      const last = told[TOLD_MAX - 1];
      assert(last !== undefined, "what is over the bound stands behind what is not");
      last.count += count;
      last.memory += memory;
      last.cpu += cpu;
      last.ends_at = (key + 1) * WIDTH_MS;
    }
    return told;
  }

  #without(holds: readonly HeldAmounts[]): HeldGroups {
    const rest = new HeldGroups();
    for (const [key, group] of this.#groups) rest.#groups.set(key, { ...group });
    rest.#count = this.#count;
    for (const hold of holds) rest.remove(hold);
    return rest;
  }
}

function keyOf(ends_at: number): number {
  return Math.floor(ends_at / WIDTH_MS);
}
