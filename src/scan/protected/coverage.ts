// Counts how much of each enrolled sequence a stream has shown, in any order, and says when that is a match. Not how
// windows are read (text-sweep.ts), nor columns across requests (columns.ts).
import type { Match } from "../finding.ts";
import type { Enrolled, Family } from "./family.ts";

/** Windows of one sequence count together within this many bytes for each of its symbols, and `REACH` more. */
const REACH_PER_SYMBOL = 16;
const REACH = 1024;

/** Bytes behind a match within which each further window of its value belongs to it without another look. */
const NEAR = 64;

interface OpenMatch {
  readonly owner: number;
  readonly start: number;
  end: number;
}

/** The different windows of one sequence that came, and where each was last: in the order of their first coming. */
interface Shown {
  readonly entries: number[];
  readonly starts: number[];
}

/**
 * INVARIANT: memory is bounded by the index, and work for a window by the sequences that have it times the windows that make
 * a match, whatever the stream.
 */
export class Coverage {
  readonly #family: Family;
  readonly #enrolled: Enrolled;
  readonly #shown = new Map<number, Shown>();
  /** The last match of each value: one for all ways of writing it is enough. */
  readonly #open = new Map<number, OpenMatch>();
  readonly #found: OpenMatch[] = [];

  constructor(family: Family, enrolled: Enrolled) {
    this.#family = family;
    this.#enrolled = enrolled;
  }

  /** The window of the table's entry `first` and those after it with its key stands at [start, end). */
  add(first: number, start: number, end: number): void {
    const { table, owners } = this.#family;
    const { keys, sequences } = table;
    const key = keys[first];
    let done = -1;
    for (let at = first; keys[at] === key && at < keys.length; at += 1) {
      const sequence = sequences[at] as number;
      const owner = owners[sequence] as number;
      // Sequences of one value follow each other.
      if (owner === done) continue;
      if (this.#goesOn(owner, start, end) || this.#shows(sequence, first, { start, end })) done = owner;
    }
  }

  matches(): readonly Match[] {
    return this.#found.map(({ owner, start, end }) => matchOf(this.#enrolled, owner, start, end));
  }

  /** Whether [start, end) is so near to the last match of `owner` that it belongs to it: then it does from now on. */
  #goesOn(owner: number, start: number, end: number): boolean {
    if (this.#found.length === 0) return false;
    const open = this.#open.get(owner);
    if (open === undefined || start > open.end + NEAR) return false;
    open.end = Math.max(open.end, end);
    return true;
  }

  /** Whether the different windows of `sequence` within reach are now enough; then a match, or the last one goes on. */
  #shows(
    sequence: number,
    entry: number,
    { start, end }: { readonly start: number; readonly end: number },
  ): boolean {
    const { owners, lengths, needed } = this.#family;
    const shown = this.#shownOf(sequence);
    const place = shown.entries.indexOf(entry);
    if (place >= 0) {
      shown.starts[place] = start;
      return false;
    }
    shown.entries.push(entry);
    shown.starts.push(start);
    const enough = needed[sequence] as number;
    if (shown.entries.length < enough) return false;
    forget(shown, end - ((lengths[sequence] as number) * REACH_PER_SYMBOL + REACH));
    if (shown.entries.length < enough) return false;
    this.#match(owners[sequence] as number, Math.min(...shown.starts), end);
    // One more is needed for another look: the list never grows beyond what makes a match.
    shown.entries.shift();
    shown.starts.shift();
    return true;
  }

  #shownOf(sequence: number): Shown {
    const known = this.#shown.get(sequence);
    if (known !== undefined) return known;
    const shown: Shown = { entries: [], starts: [] };
    this.#shown.set(sequence, shown);
    return shown;
  }

  #match(owner: number, start: number, end: number): void {
    const open = this.#open.get(owner);
    if (open !== undefined && start <= open.end + REACH) {
      open.end = Math.max(open.end, end);
      return;
    }
    const match = { owner, start, end };
    this.#open.set(owner, match);
    this.#found.push(match);
  }
}

/** Leaves out the windows that were last before `back`. */
function forget({ entries, starts }: Shown, back: number): void {
  let kept = 0;
  for (let at = 0; at < entries.length; at += 1) {
    if ((starts[at] as number) < back) continue;
    entries[kept] = entries[at] as number;
    starts[kept] = starts[at] as number;
    kept += 1;
  }
  entries.length = kept;
  starts.length = kept;
}

/** A match of the value with the number `owner`. */
export function matchOf(enrolled: Enrolled, owner: number, start: number, end: number): Match {
  const kind = enrolled.grades[owner] === "canary" ? "canary" : "value";
  return { kind, class: "protected", name: enrolled.names[owner] ?? "value", start, end };
}

/** `matches` with those of one name that overlap made one, by place. */
export function merged(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  const byName = new Map<string | null, Match[]>();
  for (const match of matches.toSorted((one, other) => one.start - other.start)) {
    const same = byName.get(match.name) ?? [];
    const last = same.at(-1);
    if (last !== undefined && match.start <= last.end)
      same[same.length - 1] = { ...last, end: Math.max(last.end, match.end) };
    else same.push(match);
    byName.set(match.name, same);
  }
  return [...byName.values()].flat().sort((one, other) => one.start - other.start);
}
