// What was settled under one key, in steps of ten seconds, and running sums of it over any window: each settlement is added
// once and taken off once a window, however long the history is. Not the holds (sums.ts).
import { assert } from "../stdx/assert.ts";

/** What budgets count, by the names of the spec language. */
export const AMOUNTS = ["external_calls", "bytes_out", "tokens", "money"] as const;

/** What budgets count. */
export type Amounts = { readonly [name in (typeof AMOUNTS)[number]]: number };

/** Windows slide in steps of this many ms: exact at the boundary within one step (docs/ARCHITECTURE.md, sums). */
export const BUCKET_MS = 10_000;

type Mutable<T> = { -readonly [member in keyof T]: T[member] };

interface Bucket extends Mutable<Amounts> {
  readonly index: number;
}

/** The sum of the buckets from `from` on. */
interface Cursor {
  from: number;
  /** The latest time it was asked for. */
  now: number;
  readonly sum: Mutable<Amounts>;
}

/** Amounts of nothing. */
export function noAmounts(): Mutable<Amounts> {
  return { external_calls: 0, bytes_out: 0, tokens: 0, money: 0 };
}

/** Adds `part` to `sum`, `times` times. */
export function addAmounts(sum: Mutable<Amounts>, part: Amounts, times: 1 | -1 = 1): void {
  for (const name of AMOUNTS) sum[name] += times * part[name];
}

export class SettledWindow {
  /** In order of time; those before `#first` were forgotten. */
  #buckets: Bucket[] = [];
  #first = 0;
  /** By the length of the window, in buckets. */
  readonly #cursors = new Map<number, Cursor>();
  /** How many buckets back anything counts. */
  readonly #kept: number;

  constructor(keep_ms: number) {
    this.#kept = Math.ceil(keep_ms / BUCKET_MS) + 1;
  }

  /** Charges `used` at ledger time `time`, which never decreases. */
  charge(used: Amounts, time: number): void {
    const index = Math.floor(time / BUCKET_MS);
    const last = this.#buckets.at(-1);
    assert(last === undefined || last.index <= index, "ledger time never decreases");
    if (last?.index === index) addAmounts(last, used);
    else this.#buckets.push({ index, ...pick(used) });
    for (const cursor of this.#cursors.values()) addAmounts(cursor.sum, used);
    this.#forget(index);
  }

  /** What was settled inside the last `window` ms at `now`, which never decreases for one window, and ms until the oldest part of it leaves; null: there is none. */
  sum(window: number, now: number): { readonly settled: Amounts; readonly frees_in: number | null } {
    const cursor = this.#cursor(window);
    assert(cursor.now <= now, "ledger time never decreases");
    cursor.now = now;
    const oldest = Math.floor((now - window) / BUCKET_MS);
    let bucket = this.#buckets[cursor.from];
    while (bucket !== undefined && bucket.index < oldest) {
      addAmounts(cursor.sum, bucket, -1);
      cursor.from += 1;
      bucket = this.#buckets[cursor.from];
    }
    const frees_in = bucket === undefined ? null : Math.max(0, (bucket.index + 1) * BUCKET_MS + window - now);
    return { settled: cursor.sum, frees_in };
  }

  /** What is kept, in order of time. */
  buckets(): readonly (Amounts & { readonly index: number })[] {
    return this.#buckets.slice(this.#first).map((bucket) => ({ ...bucket }));
  }

  #cursor(window: number): Cursor {
    const known = this.#cursors.get(window);
    if (known !== undefined) return known;
    const made: Cursor = { from: this.#first, now: 0, sum: noAmounts() };
    for (const bucket of this.#buckets.slice(this.#first)) addAmounts(made.sum, bucket);
    this.#cursors.set(window, made);
    return made;
  }

  /** INVARIANT: no cursor counts what is forgotten, as no window is longer than what is kept. */
  #forget(index: number): void {
    const oldest = index - this.#kept;
    for (let bucket = this.#buckets[this.#first]; bucket !== undefined; bucket = this.#buckets[this.#first]) {
      if (bucket.index >= oldest) break;
      this.#first += 1;
      for (const cursor of this.#cursors.values()) {
        if (cursor.from >= this.#first) continue;
        addAmounts(cursor.sum, bucket, -1);
        cursor.from = this.#first;
      }
    }
    if (this.#first < 1024 || this.#first * 2 < this.#buckets.length) return;
    this.#buckets = this.#buckets.slice(this.#first);
    for (const cursor of this.#cursors.values()) cursor.from -= this.#first;
    this.#first = 0;
  }
}

function pick(used: Amounts): Mutable<Amounts> {
  const amounts = noAmounts();
  addAmounts(amounts, used);
  return amounts;
}
