// Short values as whole tokens: up to four runs of letters and digits in a row, hashed without regard to case. Not for values
// that windows can tell (grams.ts).
import type { Match } from "../finding.ts";
import { matchOf } from "./coverage.ts";
import type { Enrolled } from "./family.ts";
import { IN_TOKEN, LOWER } from "./fold.ts";
import { firstEntry, type GramTable, mayHold } from "./gram-table.ts";
import { hashed, type WindowHash } from "./keyed-hash.ts";

/** Runs that one value may have. */
export const RUNS_MAX = 4;

export interface Tokens {
  readonly table: GramTable;
  /** Of each token its value and a second hash. */
  readonly owners: Uint32Array;
  readonly checks: Uint32Array;
}

export interface TokenHash {
  readonly first: WindowHash;
  readonly second: WindowHash;
}

/** The two hashes of the whole of `value`, or null: it has no run or more than four. */
export function tokenHashes(value: Uint8Array, hash: TokenHash): readonly [number, number] | null {
  const runs = new RunReader();
  for (const byte of value) runs.read(byte);
  runs.read(0);
  const count = runs.count;
  if (count === 0 || count > RUNS_MAX) return null;
  const [first, second] = runs.joined(count);
  return [hashed(first, hash.first), hashed(second, hash.second)];
}

/** The places of `bytes` where an enrolled short value stands whole. */
export function tokenMatches(
  bytes: Uint8Array,
  tokens: Tokens,
  { hash, enrolled }: { readonly hash: TokenHash; readonly enrolled: Enrolled },
): readonly Match[] {
  const matches: Match[] = [];
  const { table } = tokens;
  if (table.keys.length === 0) return matches;
  const runs = new RunReader();
  for (let at = 0; at <= bytes.length; at += 1) {
    if (!runs.read(at < bytes.length ? (bytes[at] as number) : 0)) continue;
    for (let count = 1; count <= Math.min(RUNS_MAX, runs.count); count += 1) {
      const [first, second] = runs.joined(count);
      const found = ownerOf(tokens, hashed(first, hash.first), hashed(second, hash.second));
      if (found !== null) matches.push(matchOf(enrolled, found, runs.startOf(count), at));
    }
  }
  return matches;
}

function ownerOf({ table, owners, checks }: Tokens, key: number, check: number): number | null {
  if (!mayHold(table.bits, table.shift, key)) return null;
  for (let at = firstEntry(table, key); at >= 0 && table.keys[at] === key; at += 1) {
    const token = table.sequences[at] as number;
    if (checks[token] === check) return owners[token] as number;
  }
  return null;
}

/** Reads bytes and keeps the hashes of the last four runs. */
class RunReader {
  /** Runs that have ended so far. */
  count = 0;
  readonly #firsts = new Int32Array(RUNS_MAX);
  readonly #seconds = new Int32Array(RUNS_MAX);
  readonly #starts = new Float64Array(RUNS_MAX);
  #at = 0;
  #open = false;
  #first = 0;
  #second = 0;

  /** True where `byte` ends a run. */
  read(byte: number): boolean {
    const inside = IN_TOKEN[byte] === 1;
    const ended = this.#open && !inside;
    if (ended) {
      const slot = this.count % RUNS_MAX;
      this.#firsts[slot] = this.#first;
      this.#seconds[slot] = this.#second;
      this.count += 1;
    }
    if (inside) this.#take(LOWER[byte] as number);
    this.#open = inside;
    this.#at += 1;
    return ended;
  }

  /** Two words of the last `count` runs together. */
  joined(count: number): readonly [number, number] {
    let first = count;
    let second = count;
    for (let at = this.count - count; at < this.count; at += 1) {
      first = (Math.imul(first, 0x85eb_ca6b) ^ (this.#firsts[at % RUNS_MAX] as number)) | 0;
      second = (Math.imul(second, 0xc2b2_ae35) ^ (this.#seconds[at % RUNS_MAX] as number)) | 0;
    }
    return [first, second];
  }

  /** Where the last `count` runs began. */
  startOf(count: number): number {
    return this.#starts[(this.count - count) % RUNS_MAX] as number;
  }

  #take(byte: number): void {
    if (!this.#open) {
      this.#starts[this.count % RUNS_MAX] = this.#at;
      this.#first = 0;
      this.#second = 0;
    }
    this.#first = (Math.imul(this.#first, 16_777_619) ^ (byte + 1)) | 0;
    this.#second = Math.imul(this.#second ^ (byte + 1), 0x5bd1_e995) ^ (this.#second >>> 13);
  }
}
