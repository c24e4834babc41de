// Counts how much of each enrolled sequence a stream has shown, in any order, and says when that is a match. Not how
// windows are read (text-sweep.ts), nor columns across requests (columns.ts).
import type { Match } from "../finding.ts";
import type { Enrolled, Family } from "./family.ts";

/** Windows of one sequence count together within this many bytes for each of its symbols, and `REACH` more. */
const REACH_PER_SYMBOL = 16;
const REACH = 1024;

/** Bytes behind a match within which each further window of its sequence belongs to it without another look. */
const NEAR = 64;

/** Windows that are remembered: older ones are out of reach of all but the longest values. */
const REMEMBERED = 8192;

const NONE = new Uint8Array(0);

interface OpenMatch {
  readonly owner: number;
  readonly start: number;
  end: number;
}

/** INVARIANT: memory is bounded by the index and `REMEMBERED`, and work for a window by them too, whatever the stream. */
export class Coverage {
  readonly #family: Family;
  readonly #enrolled: Enrolled;
  /** Of each sequence how many windows came since it was last looked at closely: never fewer than the different ones. */
  #counts = NONE;
  /** The last windows, entry and start of each: a list that becomes a ring at `REMEMBERED`. */
  readonly #entries: number[] = [];
  readonly #starts: number[] = [];
  readonly #open = new Map<number, OpenMatch>();
  readonly #found: OpenMatch[] = [];
  #added = 0;

  constructor(family: Family, enrolled: Enrolled) {
    this.#family = family;
    this.#enrolled = enrolled;
  }

  /** The window of the table's entry `first` and those after it with its key stands at [start, end). */
  add(first: number, start: number, end: number): void {
    const { table, needed } = this.#family;
    const { keys, sequences } = table;
    const key = keys[first] as number;
    if (this.#added === 0) this.#counts = new Uint8Array(needed.length);
    const slot = this.#added % REMEMBERED;
    this.#entries[slot] = first;
    this.#starts[slot] = start;
    this.#added += 1;
    for (let at = first; keys[at] === key; at += 1) {
      const sequence = sequences[at] as number;
      const count = (this.#counts[sequence] as number) + 1;
      this.#counts[sequence] = count;
      if (count >= (needed[sequence] as number) && !this.#goesOn(sequence, start, end))
        this.#lookAt(sequence, end);
    }
  }

  matches(): readonly Match[] {
    return this.#found.map(({ owner, start, end }) => matchOf(this.#enrolled, owner, start, end));
  }

  /** Whether [start, end) is so near to the last match of `sequence` that it belongs to it: then it does from now on. */
  #goesOn(sequence: number, start: number, end: number): boolean {
    const open = this.#open.get(sequence);
    if (open === undefined || start > open.end + NEAR) return false;
    open.end = Math.max(open.end, end);
    return true;
  }

  /** Whether the different windows of `sequence` within reach are enough; then a match, or the last one goes on. */
  #lookAt(sequence: number, end: number): void {
    const { owners, lengths, needed } = this.#family;
    const back = end - ((lengths[sequence] as number) * REACH_PER_SYMBOL + REACH);
    const seen = new Set<number>();
    let start = end;
    for (let at = this.#added - 1; at >= 0 && at >= this.#added - REMEMBERED; at -= 1) {
      const place = this.#starts[at % REMEMBERED] as number;
      if (place < back) break;
      const entry = this.#entries[at % REMEMBERED] as number;
      if (seen.has(entry) || !this.#holds(entry, sequence)) continue;
      seen.add(entry);
      start = Math.min(start, place);
    }
    const enough = seen.size >= (needed[sequence] as number);
    // Not enough different ones yet: as many as are missing must come before another look can tell more.
    this.#counts[sequence] = enough ? (needed[sequence] as number) - 1 : seen.size;
    if (!enough) return;
    const open = this.#open.get(sequence);
    if (open !== undefined && start <= open.end + REACH) {
      open.end = Math.max(open.end, end);
      return;
    }
    const match = { owner: owners[sequence] as number, start, end };
    this.#open.set(sequence, match);
    this.#found.push(match);
  }

  #holds(first: number, sequence: number): boolean {
    const { keys, sequences } = this.#family.table;
    for (let at = first; keys[at] === keys[first] && at < keys.length; at += 1)
      if (sequences[at] === sequence) return true;
    return false;
  }
}

/** A match of the value with the number `owner`. */
export function matchOf(enrolled: Enrolled, owner: number, start: number, end: number): Match {
  const kind = enrolled.grades[owner] === "canary" ? "canary" : "value";
  return { kind, class: "protected", name: enrolled.names[owner] ?? "value", start, end };
}

/** `matches` with those of one name that overlap made one, by place. */
export function merged(matches: readonly Match[]): readonly Match[] {
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
