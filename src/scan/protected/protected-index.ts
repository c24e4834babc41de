// What is kept of enrolled values: keyed hashes of their windows, patterns and tokens, their names and grades. Never the
// values. Not the search (protected-finder.ts).
import type { ScanPorts } from "../ports.ts";
import { LAG_KINDS, type LagHash, lagGramsOf, lagHash } from "./byte-lags.ts";
import { deltaGramsOf } from "./deltas.ts";
import { COUNT_MIN, type Enrolled, type Family, FamilyBuilder, type Grade } from "./family.ts";
import { FOLDED, folded, NO_SYMBOL } from "./fold.ts";
import { otherForms, plainForm } from "./forms.ts";
import { type GramTable, gramEntries, gramTable } from "./gram-table.ts";
import { gramsOf } from "./grams.ts";
import { type IsomorphHash, isomorphHash } from "./isomorph.ts";
import { PiecesBuilder } from "./isomorph-pieces.ts";
import type { Pieces } from "./isomorph-scan.ts";
import { type WindowHash, windowHash } from "./keyed-hash.ts";
import { type Triggers, TriggersBuilder } from "./triggers.ts";
import { type TokenHash, type Tokens, tokenHashes } from "./whole-tokens.ts";

export interface ProtectedValue {
  /** What the operator calls it; shown to people. */
  readonly name: string;
  readonly value: Uint8Array | string;
  readonly grade: Grade;
}

/** The hashes of one install; they follow from its key. */
export interface ProtectedHashes {
  readonly text: WindowHash;
  readonly letters: WindowHash;
  readonly lags: LagHash;
  readonly isomorph: IsomorphHash;
  readonly anchors: WindowHash;
  readonly tokens: TokenHash;
}

export interface ProtectedIndex {
  readonly enrolled: Enrolled;
  readonly hashes: ProtectedHashes;
  /** Windows of folded symbols, of distances of letters, and of bytes at lags. */
  readonly text: Family;
  /** What a window of `text` is looked for at. */
  readonly triggers: Triggers;
  /** The plain windows of `text` alone, in a smaller table. */
  readonly plain: GramTable;
  readonly letters: Family;
  readonly lags: Family;
  /** Whether some value is told by its bytes as they are. */
  readonly hasBytes: boolean;
  /** Whether signs stand in some value so close that it must be looked for with signs in its windows. */
  readonly parted: boolean;
  readonly pieces: Pieces;
  readonly tokens: Tokens;
  /** Names of values that nothing can tell: without four letters, digits or bytes of multi-byte characters. */
  readonly unusable: readonly string[];
}

/** Folded symbols from which a value is looked for by its windows; shorter ones as whole tokens. */
export const WINDOWED_MIN = 16;

/** Characters under which a token is not looked for: it stands in every text. */
const TOKEN_MIN = 4;

/**
 * Values up to which every one gets all its forms (about 5 KB of index each). In a larger index the ordinary values, cells of
 * tables, get their plain windows only: their encodings are left to the decoders.
 */
const ALL_FORMS_MAX = 4000;

/**
 * An index of `values` under `key` (32 bytes, of this install). Equal values count once, under the first name. Takes about a
 * millisecond for a value with all its forms. Bounds: 2^20 values, of each the first 64 KiB.
 *
 * @example createProtectedIndex([{ name: "db password", value: secret, grade: "high" }], key, ports)
 */
export function createProtectedIndex(
  values: readonly ProtectedValue[],
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): ProtectedIndex {
  const hashes = protectedHashes(key, ports);
  const distinct = distinctValues(values);
  const builder = new IndexBuilder(distinct.length, hashes);
  for (const [owner, value] of distinct.entries()) builder.add(owner, value);
  return { ...builder.build(distinct), hashes };
}

export function protectedHashes(key: Uint8Array, ports: Pick<ScanPorts, "hmac">): ProtectedHashes {
  return {
    text: windowHash(key, "text", ports),
    letters: windowHash(key, "letters", ports),
    lags: lagHash(key, windowHash(key, "lag windows", ports), ports),
    isomorph: isomorphHash(key, ports),
    anchors: windowHash(key, "anchors", ports),
    tokens: { first: windowHash(key, "token", ports), second: windowHash(key, "token check", ports) },
  };
}

/** A value as bytes; text as UTF-8. */
interface PlainValue {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly grade: Grade;
}

const VALUES_MAX = 2 ** 20;
const VALUE_BYTES_MAX = 65_536;

function distinctValues(values: readonly ProtectedValue[]): readonly PlainValue[] {
  if (values.length > VALUES_MAX) throw new RangeError("more than 2^20 protected values");
  const distinct = new Map<string, PlainValue>();
  for (const { name, value, grade } of values) {
    const bytes = (typeof value === "string" ? new TextEncoder().encode(value) : value).subarray(
      0,
      VALUE_BYTES_MAX,
    );
    const same = new TextDecoder("latin1").decode(bytes);
    if (!distinct.has(same)) distinct.set(same, { name, bytes, grade });
  }
  return [...distinct.values()];
}

class IndexBuilder {
  readonly #hashes: ProtectedHashes;
  readonly #text = new FamilyBuilder();
  readonly #letters = new FamilyBuilder();
  readonly #lags = new FamilyBuilder();
  readonly #pieces: PiecesBuilder;
  readonly #tokenPairs: number[] = [];
  readonly #tokenOwners: number[] = [];
  readonly #tokenChecks: number[] = [];
  readonly #main: { readonly plain: number | null; readonly binary: number | null }[] = [];
  readonly #crowded: boolean;
  readonly #triggers: TriggersBuilder;
  #parted = false;

  constructor(values: number, hashes: ProtectedHashes) {
    this.#hashes = hashes;
    this.#pieces = new PiecesBuilder(values, { hash: hashes.isomorph, window: hashes.anchors });
    this.#triggers = new TriggersBuilder(hashes.text);
    this.#crowded = values > ALL_FORMS_MAX;
  }

  add(owner: number, { bytes, grade }: PlainValue): void {
    const symbols = plainForm(bytes);
    const plain = symbols.length >= WINDOWED_MIN ? this.#addText(owner, symbols, true) : null;
    this.#parted ||= plain !== null && longestRun(bytes) < RUN_MIN;
    // What has few letters and digits for its length is told by its bytes: raw keys, text in other scripts.
    const byBytes = bytes.length >= WINDOWED_MIN && symbols.length < bytes.length * 0.75;
    const binary = byBytes ? this.#addLag(owner, bytes, 0) : null;
    this.#main.push({ plain, binary });
    const some = plain !== null || binary !== null;
    if (some && (grade !== "ordinary" || !this.#crowded)) this.#addForms(owner, bytes);
  }

  build(values: readonly PlainValue[]): Omit<ProtectedIndex, "hashes"> {
    const enrolled = { names: values.map(({ name }) => name), grades: values.map(({ grade }) => grade) };
    const text = this.#text.build(enrolled);
    const lags = this.#lags.build(enrolled);
    const unusable: string[] = [];
    for (const [owner, { plain, binary }] of this.#main.entries()) {
      const value = values[owner];
      if (value === undefined || isTold(text, plain) || isTold(lags, binary)) continue;
      if (!this.#addToken(owner, value.bytes)) unusable.push(value.name);
    }
    return {
      enrolled,
      text,
      triggers: this.#triggers.build(),
      plain: plainTable(text, new Set(this.#main.map(({ plain }) => plain))),
      letters: this.#letters.build(enrolled),
      lags,
      hasBytes: this.#main.some(({ binary }) => binary !== null),
      parted: this.#parted,
      pieces: this.#pieces.build(),
      tokens: this.#buildTokens(),
      unusable,
    };
  }

  #buildTokens(): Tokens {
    const entries = gramEntries(Uint32Array.from(this.#tokenPairs), (token) => token, VALUES_MAX);
    return {
      table: gramTable(entries),
      owners: Uint32Array.from(this.#tokenOwners),
      checks: Uint32Array.from(this.#tokenChecks),
    };
  }

  #addText(owner: number, symbols: Uint8Array, plain: boolean): number | null {
    const sequence = this.#text.add(owner, symbols.length, gramsOf(symbols, this.#hashes.text));
    if (sequence === null) return null;
    this.#triggers.add(symbols, plain);
    return sequence;
  }

  #addLag(owner: number, bytes: Uint8Array, kind: number): number | null {
    return this.#lags.add(owner, bytes.length, lagGramsOf(bytes, kind, this.#hashes.lags));
  }

  #addForms(owner: number, bytes: Uint8Array): void {
    for (const form of otherForms(bytes)) this.#addText(owner, form, false);
    this.#letters.add(owner, bytes.length, deltaGramsOf(bytes, this.#hashes.letters));
    for (let kind = 1; kind < LAG_KINDS; kind += 1) this.#addLag(owner, bytes, kind);
    this.#pieces.add(owner, bytes);
  }

  #addToken(owner: number, bytes: Uint8Array): boolean {
    const multiByte = bytes.reduce((sum, byte) => sum + (byte >= 128 ? 1 : 0), 0);
    if (folded(bytes).length + multiByte < TOKEN_MIN) return false;
    const both = tokenHashes(bytes, this.#hashes.tokens);
    if (both === null) return false;
    this.#tokenPairs.push(both[0], this.#tokenOwners.push(owner) - 1);
    this.#tokenChecks.push(both[1]);
    return true;
  }
}

/** Letters and digits in a row with six windows: one of them is asked for at every stride (stride-sweep.ts). */
const RUN_MIN = 11;

function longestRun(bytes: Uint8Array): number {
  let longest = 0;
  let run = 0;
  for (const byte of bytes) {
    run = FOLDED[byte] === NO_SYMBOL ? 0 : run + 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function plainTable({ table, owners }: Family, plain: ReadonlySet<number | null>): GramTable {
  const isPlain = Uint8Array.from(owners, (_, sequence) => (plain.has(sequence) ? 1 : 0));
  const [keys, sequences] = [table.keys.slice(), table.sequences.slice()];
  let kept = 0;
  for (let at = 0; at < keys.length; at += 1) {
    const sequence = sequences[at] as number;
    // What is left out is overwritten by the next one.
    keys[kept] = keys[at] as number;
    sequences[kept] = sequence;
    kept += isPlain[sequence] as number;
  }
  return gramTable({ keys: keys.slice(0, kept), sequences: sequences.slice(0, kept) });
}

/** Whether a sequence still has windows enough after those were left out that many values share. */
function isTold({ counts }: Family, sequence: number | null): boolean {
  return sequence !== null && (counts[sequence] as number) >= COUNT_MIN;
}
