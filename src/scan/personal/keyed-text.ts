// Names of people and street addresses: found only under a key, or a column, that says so.
import { TOPIC, wordTopics } from "./context-words.ts";

export interface TextSpan {
  readonly kind: "person" | "address";
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * The name or address that starts after the `:` or `=` before `from`, or in the cell at `from`, under a key of these topics; null
 * if the value does not look like one. Looks at 128 bytes.
 */
export function keyedTextAt(text: string, from: number, topics: number): TextSpan | null {
  const window = text.slice(from, from + VALUE_MAX);
  const opening = /^[ \\]*["'\\]{0,2}/.exec(window)?.[0] ?? "";
  const value = valueOf(window.slice(opening.length), /["']/.test(opening));
  return textSpanOf(value, from + opening.length, topics);
}

/** The same of a value that is known to its end, such as a table's cell. */
export function textSpanOf(value: string, start: number, topics: number): TextSpan | null {
  const end = start + value.length;
  if ((topics & TOPIC.person) !== 0 && isName(value)) return { kind: "person", start, end };
  if ((topics & TOPIC.address) !== 0 && isAddress(value)) return { kind: "address", start, end };
  return null;
}

/** Up to the closing quote, or the next key, delimiter or line. */
function valueOf(window: string, quoted: boolean): string {
  const end = window.search(quoted ? /["'\\\n]/ : /[&\n\r;|<"{}[\]]| [\w.-]{1,32}=/);
  return (end < 0 ? window : window.slice(0, end)).trimEnd();
}

/** One to five words of letters, two at least or one after a first name's key, capitals first. */
function isName(value: string): boolean {
  if (value.length < 3 || value.length > 64 || !/^[\p{L}\x80-\xff .,'-]+$/u.test(value)) return false;
  const words = value.split(/[ ,]+/);
  return (
    words.length >= 2 && words.length <= 6 && words.filter((word) => /^[A-Z\xc3-\xce]/.test(word)).length >= 2
  );
}

/** Words with a capital, and a house number or a postal code. */
function isAddress(value: string): boolean {
  if (value.length < 8 || /[/\\]{2}|[{}=<>_]|^\W/.test(value) || !/\d/.test(value)) return false;
  const words = value.split(/[\s,]+/);
  return words.length >= 3 && words.some((word) => /^[A-Z\xc3-\xce][A-Za-z\x80-\xff'.-]{2}/.test(word));
}

/**
 * True if the word that ends before the `:` or `=` at `end`, quotes and a number after it left out, can end the key of a name or
 * an address: a quick look, wrong in one word of a hundred or so.
 */
export function mayEndKey(bytes: Uint8Array, end: number): boolean {
  let to = end - 1;
  for (let most = 8; most > 0 && !isLetter(bytes[to]); most--) to--;
  let sum = 0;
  let length = 0;
  for (; length < 24 && isLetter(bytes[to - length]); length++) sum = step(sum, bytes[to - length] ?? 0);
  return length > 1 && LAST_WORDS[sum & LAST_MASK] === 1;
}

function isLetter(byte = 0): boolean {
  return byte >= 0x80 || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}

/** Of the last four letters, a case each. */
function step(sum: number, byte: number): number {
  return sum >= 1 << 18 ? sum : sum * 32 + ((byte | 0x20) & 31) + 1;
}

const VALUE_MAX = 128;
const LAST_MASK = 0x3fff;
const LAST_WORDS: Uint8Array = lastWords();

/** Also of `clientName`, whose last word is shorter than its run of letters: hence only the last letters count. */
function lastWords(): Uint8Array {
  const table = new Uint8Array(LAST_MASK + 1);
  for (const [phrase, , keyed] of wordTopics()) {
    if ((keyed & (TOPIC.person | TOPIC.address)) === 0) continue;
    for (const word of [phrase, `${phrase}s`]) {
      let sum = 0;
      for (let at = word.length - 1; at >= 0 && word[at] !== " "; at--) sum = step(sum, word.charCodeAt(at));
      table[sum & LAST_MASK] = 1;
    }
  }
  return table;
}
