// Runs that are groups of letters, each group one number: base85 in its three alphabets, and base45. Not one large number
// (decode-radix.ts).
import type { Decoder, DecoderInput } from "./decoder.ts";
import { explains, isText } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** One reading for each alphabet; only text says that it was the right one. */
export const decodeGroups: Decoder = function* (input) {
  const dense = denseRuns(input);
  if (dense.length > 0) for (const alphabet of GROUPS) yield readGroups(input, dense, alphabet);
};

interface Alphabet {
  readonly name: string;
  readonly size: number;
  /** What each byte counts; NONE: not in the alphabet. */
  readonly table: Uint8Array;
  /** Letters and bytes of one full group. */
  readonly width: number;
  readonly bytes: number;
  /** Least significant letter first. */
  readonly little: boolean;
}

const NONE = 255;
const UPPERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";

/** Ascii85 (PostScript Language Reference, 3.14), RFC 1924, ZeroMQ RFC 32 (Z85), RFC 9285 (base45). */
const GROUPS: readonly Alphabet[] = [
  base85("Ascii85", String.fromCharCode(...Array.from({ length: 85 }, (_, at) => 33 + at))),
  base85("base85", `${DIGITS}${UPPERS}${LOWERS}!#$%&()*+-;<=>?@^_\`{|}~`),
  base85("Z85", `${DIGITS}${LOWERS}${UPPERS}.-:+=^!/*?&<>()[]{}@%$#`),
  {
    name: "base45",
    size: 45,
    table: tableOf(`${DIGITS}${UPPERS} $%*+-./:`),
    width: 3,
    bytes: 2,
    little: true,
  },
];

function base85(name: string, letters: string): Alphabet {
  return { name, size: 85, table: tableOf(letters), width: 5, bytes: 4, little: false };
}

function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(256).fill(NONE);
  for (let at = 0; at < letters.length; at++) table[letters.charCodeAt(at)] = at;
  return table;
}

/** Bytes from which a run without white space may be a value in one of these, and up to which it is read. */
const DENSE_MIN = 9;
const DENSE_MAX = 65_536;

interface Run {
  readonly start: number;
  readonly end: number;
}

/** Runs without white space and with several signs or cases in them; what a quote or a bracket encloses, too. */
function denseRuns({ bytes, budget }: DecoderInput): readonly Run[] {
  const found: Run[] = [];
  budget.spend(bytes.length);
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && KINDS[bytes[at] ?? 0] !== 0) continue;
    if (at - start >= DENSE_MIN && at - start <= DENSE_MAX && isDense(bytes, start, at)) {
      addParts(found, bytes, { start, end: at });
    }
    start = at + 1;
  }
  return found;
}

const SMALL_LETTER = 1;
const CAPITAL = 2;
const DIGIT = 3;
const OTHER = 4;
/** White space and what is no ASCII is 0. */
const KINDS: Uint8Array = new Uint8Array(256)
  .fill(OTHER, 0x21, 0x7f)
  .fill(DIGIT, 0x30, 0x3a)
  .fill(CAPITAL, 0x41, 0x5b)
  .fill(SMALL_LETTER, 0x61, 0x7b);

/** Bytes of a run that say whether it is dense. */
const HEAD_MAX = 512;

/** Several signs, or digits and both cases: what words, paths and calls mostly are not. */
function isDense(bytes: Uint8Array, start: number, end: number): boolean {
  const head = Math.min(end, start + HEAD_MAX);
  let turns = 0;
  for (let at = start; at + 1 < head; at++) {
    const kind = KINDS[bytes[at] ?? 0] ?? 0;
    const next = KINDS[bytes[at + 1] ?? 0] ?? 0;
    if (kind === OTHER || kind === next || (kind === CAPITAL && next === SMALL_LETTER)) continue;
    turns++;
    at++;
  }
  return 7 * turns >= 2 * (head - start);
}

/** A name before the value, with the sign and the quote after it. */
const NAME_MAX = 24;

/** The run, what is left of it without a name and signs around, what `<~` and `~>` enclose, and its last quoted part. */
function addParts(found: Run[], bytes: Uint8Array, { start, end }: Run): void {
  found.push({ start, end });
  let inner = start;
  while (inner < end && inner - start < NAME_MAX && !isQuote(bytes[inner]) && !isSet(bytes[inner])) inner++;
  if (isSet(bytes[inner])) inner++;
  if (isQuote(bytes[inner])) inner++;
  if (bytes[inner] === 0x3c && bytes[inner + 1] === 0x7e) inner += 2;
  let tail = end;
  while (end - tail < 3 && CLOSING.includes(bytes[tail - 1] ?? 0)) tail--;
  if (isQuote(bytes[tail - 1])) tail--;
  if (bytes[tail - 1] === 0x3e && bytes[tail - 2] === 0x7e) tail -= 2;
  if (tail - inner >= DENSE_MIN) found.push({ start: inner, end: tail });
  let [opened, closed, first, last] = [-1, end, -1, -1];
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (opened < 0 && byte === 0x3c && bytes[at + 1] === 0x7e) opened = at + 2;
    if (opened >= 0 && closed === end && byte === 0x7e && bytes[at + 1] === 0x3e) closed = at;
    if (isQuote(byte)) [first, last] = [last, at];
  }
  if (opened >= 0 && closed > opened) found.push({ start: opened, end: closed });
  if (first >= 0 && last - first > DENSE_MIN) found.push({ start: first + 1, end: last });
}

/** `,`, `;`, `)`, `}` and `]`. */
const CLOSING: readonly number[] = [0x2c, 0x3b, 0x29, 0x7d, 0x5d];

function isQuote(byte = 0): boolean {
  return byte === 0x22 || byte === 0x27 || byte === 0x60;
}

function isSet(byte = 0): boolean {
  return byte === 0x3d || byte === 0x3a;
}

/** Bytes of text from which a run is explained: each is read in all alphabets. */
const EXPLAINED_MIN = 12;

function readGroups(
  { bytes, budget }: DecoderInput,
  runs: readonly Run[],
  alphabet: Alphabet,
): Decoded | null {
  const writer = new ViewWriter();
  for (const { start, end } of runs) {
    const decoded = groupsOf(bytes, { start, end }, alphabet);
    budget.spend(decoded === null ? 2 * alphabet.width : end - start);
    if (decoded === null || decoded.length < 6 || !isText(decoded)) continue;
    writer.gap(start);
    writer.put(decoded, start, end);
    if (
      decoded.length >= EXPLAINED_MIN &&
      decoded.every((byte) => byte >= 0x20 && byte < 0x7f) &&
      explains(decoded)
    )
      writer.explain(start, end);
  }
  return writer.done(alphabet.name);
}

/** The share of a text that may be none (readable.ts). */
const MISSES = 0.08;

/** The bytes of a run; they are overwritten by the next call. null: it is none of this alphabet, or soon no text. */
function groupsOf(bytes: Uint8Array, { start, end }: Run, alphabet: Alphabet): Uint8Array | null {
  const { width, name } = alphabet;
  const expected = Math.ceil(((end - start) * alphabet.bytes) / width);
  // A letter of Ascii85 may be a group of its own.
  const most = 4 * (end - start) + 4;
  if (out.length < most) out = new Uint8Array(2 * most);
  let [length, misses, at] = [0, Math.floor(expected * MISSES) + 1, start];
  while (at < end) {
    const isZeros = bytes[at] === SMALL_Z && name === "Ascii85";
    const count = isZeros ? 0 : groupAt(bytes, { start: at, end: Math.min(end, at + width) }, alphabet);
    if (count < 0) return null;
    if (isZeros) out.fill(0, length, length + alphabet.bytes);
    for (let place = 0; place < count; place++) {
      const byte = group[place] ?? 0;
      out[length + place] = byte;
      if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) misses--;
    }
    length += isZeros ? alphabet.bytes : count;
    if (misses <= 0) return null;
    if (length >= PROBED && length < PROBED + 4 && !mayStartText(length)) return null;
    at += isZeros ? 1 : width;
  }
  return out.subarray(0, length);
}

let out: Uint8Array = new Uint8Array(1024);
const group: Uint8Array = new Uint8Array(4);
const SMALL_Z = 0x7a;
const PROBED = 8;

/** Of the first bytes half are text: of chance, three in eight. */
function mayStartText(length: number): boolean {
  let odd = 0;
  for (let at = 0; at < length; at++) {
    const byte = out[at] ?? 0;
    if (byte >= 0x80 && byte < 0xc2 && (at === 0 || (out[at - 1] ?? 0) < 0x80)) odd++;
    else if (byte > 0xf4 || byte === 0x7f) odd++;
  }
  return odd <= 1;
}

/** Puts the bytes of one group into `group`, and says how many they are; -1: it is none. */
function groupAt(
  bytes: Uint8Array,
  { start, end }: Run,
  { table, size, width, bytes: full, little }: Alphabet,
): number {
  const letters = end - start;
  const missing = width - letters;
  const count = full - (little ? Math.ceil(missing / 2) : missing);
  if (count <= 0) return 0;
  let number = 0;
  // Ascii85 fills a short group with its last letter and drops as many bytes; base45 has none to fill.
  for (let at = 0; at < (little ? letters : width); at++) {
    const place = little ? end - 1 - at : start + at;
    const digit = at < letters ? (table[bytes[place] ?? 0] ?? NONE) : size - 1;
    if (digit === NONE) return -1;
    number = number * size + digit;
  }
  const held = little ? count : full;
  if (number >= 256 ** held) return -1;
  for (let at = 0; at < count; at++) group[at] = Math.floor(number / 256 ** (held - 1 - at)) & 255;
  return count;
}
