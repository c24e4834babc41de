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
  readonly #groups = new Map<number, Group>();
  /** The keys of the groups, in order. */
  #keys: number[] = [];
  readonly #all: Group = { count: 0, memory: 0, cpu: 0 };

  /** Holds in all groups. */
  get count(): number {
    return this.#all.count;
  }

  add(hold: HeldAmounts): void {
    const key = keyOf(hold.ends_at);
    const known = this.#groups.get(key);
    const group = known ?? { count: 0, memory: 0, cpu: 0 };
    if (known === undefined) {
      this.#groups.set(key, group);
      this.#keys.splice(this.#keys.findLastIndex((other) => other < key) + 1, 0, key);
    }
    count(group, hold, 1);
    count(this.#all, hold, 1);
  }

  remove(hold: HeldAmounts): void {
    const key = keyOf(hold.ends_at);
    const group = this.#groups.get(key);
    assert(group !== undefined, "a hold leaves the group that it joined");
    count(group, hold, -1);
    count(this.#all, hold, -1);
    if (group.count > 0) return;
    this.#groups.delete(key);
    this.#keys.splice(this.#keys.indexOf(key), 1);
  }

  /** The groups without some of their holds, those that end first before; at most 16. */
  told(without: readonly HeldAmounts[] = []): readonly HeldGroup[] {
    if (without.length > 0) return this.#without(without).told();
    const told: HeldGroup[] = [];
    const rest = { ...this.#all };
    for (const key of this.#keys.slice(0, TOLD_MAX)) {
      const group = this.#groups.get(key);
      assert(group !== undefined, "a key is that of a group");
      told.push({ ...group, ends_at: endOf(key) });
      rest.count -= group.count;
      rest.memory -= group.memory;
      rest.cpu -= group.cpu;
    }
    const last = told.at(-1);
    if (rest.count === 0 || last === undefined) return told;
    // What ends later is told with the last one, at the end of them all.
    const { count: counted, memory, cpu } = last;
    const sums = { count: counted + rest.count, memory: memory + rest.memory, cpu: cpu + rest.cpu };
    return [...told.slice(0, -1), { ...sums, ends_at: endOf(this.#keys.at(-1) ?? 0) }];
  }

  #without(holds: readonly HeldAmounts[]): HeldGroups {
    const rest = new HeldGroups();
    for (const [key, group] of this.#groups) rest.#groups.set(key, { ...group });
    rest.#keys = [...this.#keys];
    Object.assign(rest.#all, this.#all);
    for (const hold of holds) rest.remove(hold);
    return rest;
  }
}

interface Group {
  count: number;
  memory: number;
  cpu: number;
}

function count(to: Group, { memory, cpu }: HeldAmounts, times: 1 | -1): void {
  to.count += times;
  to.memory += times * memory;
  to.cpu += times * cpu;
}

function endOf(key: number): number {
  return (key + 1) * WIDTH_MS;
}

function keyOf(ends_at: number): number {
  return Math.floor(ends_at / WIDTH_MS);
}
