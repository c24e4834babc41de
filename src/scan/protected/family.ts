// Sequences of windows and whose they are: what coverage.ts counts. Not where windows come from.
import { type GramEntries, type GramTable, gramEntries, gramTable } from "./gram-table.ts";

export type Grade = "ordinary" | "high" | "canary";

/** What the index tells of its values: their names and grades, by number. */
export interface Enrolled {
  readonly names: readonly string[];
  readonly grades: readonly Grade[];
}

export interface Family {
  readonly table: GramTable;
  /** Of each sequence its value, how many windows it has, how many make a match, and its length in symbols. */
  readonly owners: Uint32Array;
  readonly counts: Uint32Array;
  readonly needed: Uint8Array;
  readonly lengths: Uint32Array;
}

/** Values that may share a window; one that more share tells nobody apart (a common prefix) and counts for none. */
const SHARED_MAX = 8;

/** Windows under which a sequence is no evidence. */
export const COUNT_MIN = 4;

/** Collects the sequences of one family, then builds it. */
export class FamilyBuilder {
  readonly #owners: number[] = [];
  readonly #lengths: number[] = [];
  #pairs = new Uint32Array(4096);
  #used = 0;

  /** Adds one sequence of hashed windows, each as often as it likes; its number, or null: too few to be evidence. */
  add(owner: number, length: number, keys: Uint32Array): number | null {
    if (!hasDifferent(keys, COUNT_MIN)) return null;
    const sequence = this.#owners.push(owner) - 1;
    this.#lengths.push(length);
    while (this.#used + 2 * keys.length > this.#pairs.length) this.#grow();
    const pairs = this.#pairs;
    let used = this.#used;
    for (let at = 0; at < keys.length; at += 1) {
      pairs[used] = keys[at] as number;
      pairs[used + 1] = sequence;
      used += 2;
    }
    this.#used = used;
    return sequence;
  }

  build({ grades }: Pick<Enrolled, "grades">): Family {
    const owners = Uint32Array.from(this.#owners);
    const pairs = this.#pairs.subarray(0, this.#used);
    const entries = gramEntries(pairs, (sequence) => owners[sequence] as number, SHARED_MAX);
    return familyOf(entries, { owners, lengths: Uint32Array.from(this.#lengths), grades });
  }

  #grow(): void {
    const wider = new Uint32Array(this.#pairs.length * 2);
    wider.set(this.#pairs);
    this.#pairs = wider;
  }
}

/** Whether at least `some` of `keys` differ. */
function hasDifferent(keys: Uint32Array, some: number): boolean {
  const seen: number[] = [];
  for (let at = 0; at < keys.length && seen.length < some; at += 1)
    if (!seen.includes(keys[at] as number)) seen.push(keys[at] as number);
  return seen.length >= some;
}

/** A family from its stored words: the tables and counts follow from them. */
export function familyOf(
  entries: GramEntries,
  { owners, lengths, grades }: Pick<Family, "owners" | "lengths"> & Pick<Enrolled, "grades">,
): Family {
  const counts = new Uint32Array(owners.length);
  for (const sequence of entries.sequences) counts[sequence] = (counts[sequence] as number) + 1;
  const needed = Uint8Array.from(counts, (count, at) =>
    neededOf(count, grades[owners[at] as number] ?? "high"),
  );
  return { table: gramTable(entries), owners, counts, needed, lengths };
}

/** Windows that are evidence whatever share they are: of a long key a part is enough. */
const ENOUGH = 48;

/**
 * How many windows of a sequence of `count` make a match: 60 %, of high values and canaries 40 % where that is at least 12;
 * never fewer than 4 nor more than 48.
 */
export function neededOf(count: number, grade: Grade): number {
  const most = Math.ceil(count * 0.6);
  const some = grade === "ordinary" ? most : Math.min(most, Math.max(12, Math.ceil(count * 0.4)));
  return Math.min(ENOUGH, Math.max(COUNT_MIN, some));
}
