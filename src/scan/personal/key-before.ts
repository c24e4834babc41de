// The key that a value stands under: `"key": "value"`, `key=value`, `<key>value`, `key: value`, or the key of its array.
import { CLASSES, CLOSING, LETTER, NAMED, OPENING } from "./byte-classes.ts";

export interface KeyName {
  /** As written. */
  readonly name: string;
  /** Quoted, or before an equals sign or in a tag: a key beyond doubt, not words before a colon. */
  readonly firm: boolean;
}

/**
 * The name of the key that the value at `start` stands under, or null where it has none. Looks at no more than 320 bytes before
 * it. `text` is the Latin-1 of `bytes`.
 */
export function keyBefore(bytes: Uint8Array, text: string, start: number): KeyName | null {
  const at = backOver(bytes, start, OPENING, 40);
  const mark = bytes[at - 1];
  if (mark === COLON || mark === EQUALS) return nameEnding(bytes, text, at - 1);
  if (mark === GREATER) return nameEnding(bytes, text, bytes[at - 2] === EQUALS ? at - 2 : at - 1);
  if (mark === COMMA || mark === BRACKET) return keyOfArray(bytes, text, at);
  return null;
}

/** The name that ends before the `:`, `=` or `>` at `end`; before a colon without quotes up to four words. Null: none. */
export function nameEnding(bytes: Uint8Array, text: string, end: number): KeyName | null {
  const to = backOver(bytes, end, CLOSING, 8);
  const from = backOver(bytes, to, NAMED, NAME_MAX);
  if (from === to) return null;
  const firm = bytes[end] !== COLON || (to < end && bytes[to] !== SPACE);
  const name = text.slice(firm ? from : phraseStart(bytes, from), to);
  return hasLetter(bytes, to - name.length, to) ? { name, firm } : null;
}

function phraseStart(bytes: Uint8Array, start: number): number {
  let from = start;
  for (let words = 0; words < 3 && bytes[from - 1] === SPACE; words++) {
    const before = backOver(bytes, from - 1, NAMED, NAME_MAX - (start - from));
    if (before === from - 1) break;
    from = before;
  }
  return from;
}

function hasLetter(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || ((CLASSES[byte] ?? 0) & LETTER) !== 0) return true;
  }
  return false;
}

/** From inside an array back to its bracket: over values, never over another bracket or key. */
function keyOfArray(bytes: Uint8Array, text: string, start: number): KeyName | null {
  let at = start;
  while (at > 0 && start - at < ARRAY_MAX && !STOPS.has(bytes[at - 1] ?? 0)) at--;
  if (bytes[at - 1] !== BRACKET) return null;
  const mark = backOver(bytes, at - 1, OPENING, 40) - 1;
  return bytes[mark] === COLON || bytes[mark] === EQUALS ? nameEnding(bytes, text, mark) : null;
}

function backOver(bytes: Uint8Array, start: number, classes: number, most: number): number {
  let at = start;
  while (at > 0 && start - at < most && ((CLASSES[bytes[at - 1] ?? 0] ?? 0) & classes) !== 0) at--;
  return at;
}

const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const BRACKET = 0x5b;
/** `[ { } : = ;` */
const STOPS: ReadonlySet<number> = new Set([BRACKET, 0x7b, 0x7d, COLON, EQUALS, 0x3b]);
const NAME_MAX = 48;
const ARRAY_MAX = 256;
