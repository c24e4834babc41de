// Finds protected values in bytes: each as it is, without its white space, reversed, with its own escapes undone, and as
// UTF-16. Not for encodings of the text round it (search-views.ts).
import type { ProtectedValue } from "../policy.ts";
import { ESCAPES_MAX, VALUE_MIN } from "./bounds.ts";
import { latin1, turn, undoEscapes, unwrap } from "./decode-text.ts";

export interface ValueFinder {
  /** The name of a value that is in `bytes`, or null. */
  find(bytes: Buffer): string | null;
  /** The name of a short value that is a whole word of `text` (Latin-1, one character a byte), or null. */
  findWord(text: string): string | null;
  readonly hasWords: boolean;
  /** Whether there is nothing to find. */
  readonly empty: boolean;
}

/**
 * A finder for `values`. White space round a value is no part of it (a key file ends in a line end); a value of nothing
 * else is never found.
 */
export function createValueFinder(values: readonly ProtectedValue[]): ValueFinder {
  const needles = new Map<string, string>();
  const words = new Map<string, string>();
  for (const { name, value } of values) {
    const plain = latin1(value.trim());
    if (plain.length === 0) continue;
    if (unwrap(plain).length < VALUE_MIN) words.set(plain, name);
    else for (const form of formsOf(value.trim())) needles.set(form, name);
  }
  const search = needles.size <= FEW ? searchEach(needles) : searchTable(needles);
  return {
    find: search,
    findWord: (text) => findWord(words, text),
    hasWords: words.size > 0,
    empty: needles.size === 0 && words.size === 0,
  };
}

function formsOf(value: string): ReadonlySet<string> {
  const plain = latin1(value);
  const forms = new Set<string>([plain]);
  // A form writes a space as `+`, and nothing takes that back.
  for (const spelled of new Set([plain, plain.replaceAll(" ", "+")])) {
    let form = unwrap(spelled);
    for (let round = 0; round < ESCAPES_MAX; round++) {
      forms.add(form);
      form = unwrap(undoEscapes(form));
    }
  }
  for (const form of Array.from(forms)) forms.add(turn(form));
  forms.add(latin1(Array.from(value).reverse().join("")));
  // The part that both byte orders share.
  forms.add(Buffer.from(value, "utf16le").subarray(0, -1).toString("latin1"));
  return new Set([...forms].filter((form) => form.length >= VALUE_MIN));
}

/** Above this one pass over the text with a table is faster than one native search for each needle. */
const FEW = 24;

type Search = (bytes: Buffer) => string | null;

function searchEach(needles: ReadonlyMap<string, string>): Search {
  const all = [...needles].map(([needle, name]) => ({ needle: Buffer.from(needle, "latin1"), name }));
  return (bytes) => all.find(({ needle }) => bytes.includes(needle))?.name ?? null;
}

/** One pass: the first four bytes of each position select the needles that could start there. */
function searchTable(needles: ReadonlyMap<string, string>): Search {
  const starts = new Uint8Array(1 << 16);
  const byStart = new Map<number, { readonly needle: Buffer; readonly name: string }[]>();
  for (const [text, name] of needles) {
    const needle = Buffer.from(text, "latin1");
    const key = startOf(needle, 0);
    starts[slotOf(key)] = 1;
    byStart.set(key, [...(byStart.get(key) ?? []), { needle, name }]);
  }
  return (bytes) => {
    for (let at = 0; at + 4 <= bytes.length; at++) {
      const key = startOf(bytes, at);
      if (starts[slotOf(key)] === 0) continue;
      const found = byStart.get(key)?.find(({ needle }) => startsAt(bytes, at, needle));
      if (found !== undefined) return found.name;
    }
    return null;
  };
}

function startsAt(bytes: Buffer, at: number, needle: Buffer): boolean {
  const end = at + needle.length;
  return end <= bytes.length && bytes.compare(needle, 0, needle.length, at, end) === 0;
}

function startOf(bytes: Buffer, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/** Fibonacci hashing: Knuth, The Art of Computer Programming, volume 3, section 6.4. */
function slotOf(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 16;
}

function findWord(words: ReadonlyMap<string, string>, text: string): string | null {
  for (const [word, name] of words) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
      if (!isWordPart(text[at - 1]) && !isWordPart(text[at + word.length])) return name;
    }
  }
  return null;
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /^[A-Za-z0-9_]$/.test(character);
}
