// Letters that look like others, or like nothing: compatibility forms (NFKC), confusables, full width, mathematical alphabets,
// invisible and direction characters, and text hidden in Unicode tags or variation selectors. Not for case or languages.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { sequenceAt } from "./readable.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

/** The text with each such letter as plain as it can be; then with lookalikes exchanged; hidden text on its own. */
export const foldUnicode: Decoder = function* (input) {
  const { counts } = input.survey;
  let beyond = 0;
  for (let byte = 0xc2; byte < 0xf5; byte++) beyond += counts[byte] ?? 0;
  if (beyond === 0) return;
  yield hiddenText(input);
  yield folded(input, { name: "Unicode", read: plainOf });
  // Lookalikes make soup of text in other scripts: only a value that is known can be told apart in it.
  if (input.known) yield folded(input, { name: "confusables", read: likeOf });
};

function hiddenText({ bytes, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let start = -1;
  for (let at = 0; at < bytes.length; at++) {
    // Tags and supplementary selectors start with F3 A0, the other selectors with EF B8.
    const first = bytes[at];
    if (first !== 0xf3 && first !== 0xef) continue;
    const length = sequenceAt(bytes, at);
    const byte = length === 0 ? -1 : hiddenByte(codeAt(bytes, at, length));
    if (byte < 0) continue;
    if (start < 0) start = at;
    writer.byte(byte, at, at + length);
  }
  return writer.length < HIDDEN_MIN ? null : writer.done("hidden characters");
}

interface Folding {
  readonly name: "Unicode" | "confusables";
  /** What a letter is read as; null: itself. */
  readonly read: (code: number) => Uint8Array | null;
}

function folded({ bytes, budget }: DecoderInput, { name, read }: Folding): Decoded | null {
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  let [copied, changes] = [0, 0];
  for (let at = 0; at < bytes.length; at++) {
    if ((bytes[at] ?? 0) < 0xc2) continue;
    const length = sequenceAt(bytes, at);
    if (length === 0) continue;
    const plain = read(codeAt(bytes, at, length));
    if (plain !== null) {
      if (at - copied > 2 * CONTEXT) {
        writer.copy(bytes, copied, copied + CONTEXT);
        writer.gap(at - CONTEXT);
        copied = at - CONTEXT;
      }
      writer.copy(bytes, copied, at);
      writer.put(plain, at, at + length);
      if (name === "Unicode" && plain.length > 0) writer.explain(at, at + length);
      copied = at + length;
      changes++;
    }
    at += length - 1;
  }
  if (changes === 0) return null;
  writer.copy(bytes, copied, Math.min(bytes.length, copied + CONTEXT));
  return writer.done(name, { for: name === "Unicode" ? "all" : "protected" });
}

const CONTEXT = 128;
const HIDDEN_MIN = 4;

/** The code point of a sequence that `sequenceAt` found to be one. */
export function codeAt(bytes: Uint8Array, at: number, length: number): number {
  let code = (bytes[at] ?? 0) & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) code = (code << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  return code;
}

/** Tags (U+E0000) carry ASCII; the 256 variation selectors carry a byte each. -1: it hides none. */
function hiddenByte(code: number): number {
  if (code >= 0xe0020 && code < 0xe007f) return code - 0xe0000;
  if (code >= 0xfe00 && code < 0xfe10) return code - 0xfe00;
  return code >= 0xe0100 && code < 0xe01f0 ? code - 0xe0100 + 16 : -1;
}

const NOTHING: Uint8Array = new Uint8Array();
const ENCODER = new TextEncoder();

/** Answers for code points seen before; bounded, since a text may have every one. */
const KNOWN = new Map<number, Uint8Array | null>();
const KNOWN_MAX = 20_000;

/** What a letter is plainly; null: itself. */
function plainOf(code: number): Uint8Array | null {
  const known = KNOWN.get(code);
  if (known !== undefined) return known;
  const plain = fold(code);
  if (KNOWN.size < KNOWN_MAX) KNOWN.set(code, plain);
  return plain;
}

function fold(code: number): Uint8Array | null {
  if (isInvisible(code)) return NOTHING;
  const letter = String.fromCodePoint(code);
  const indicator = regional(code);
  if (indicator !== undefined) return ENCODER.encode(indicator);
  const digit = digitOf(code);
  if (digit !== null) return ENCODER.encode(String(digit));
  // Accents are left out as well: what stands below them is the letter that a reader sees.
  const plain = letter.normalize("NFKD").replace(/\p{M}+/gu, "");
  if (plain === letter || !/^[\x20-\x7e]{1,8}$/.test(plain)) return null;
  return ENCODER.encode(plain);
}

/** Of the decimal digits of any script, which come ten in a row from the nought on (Unicode 16, 4.6); null: none of them. */
function digitOf(code: number): number | null {
  if (code < 0x80 || !isDecimal(code)) return null;
  let first = code;
  while (isDecimal(first - 1)) first--;
  return (code - first) % 10;
}

function isDecimal(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(code));
}

/** With lookalikes, too. */
function likeOf(code: number): Uint8Array | null {
  const like = CONFUSABLE.get(code);
  return like ?? plainOf(code);
}

/** Zero width, joiners, direction, fillers, selectors, tags, combining marks: nothing of them is seen as a letter. */
function isInvisible(code: number): boolean {
  return INVISIBLE.some(([from, to]) => code >= from && code <= to);
}

const INVISIBLE: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180b, 0x180e],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe0fff],
];

/** Regional indicators and squared or negative letters are A to Z in order. */
function regional(code: number): string | undefined {
  for (const first of [0x1f1e6, 0x1f130, 0x1f150, 0x1f170]) {
    if (code >= first && code < first + 26) return String.fromCharCode(0x41 + code - first);
  }
  return undefined;
}

/** Letters of other scripts that look like one of ASCII (facts as in Unicode Technical Standard 39), most used first. */
const CONFUSABLE: ReadonlyMap<number, Uint8Array> = pairs(
  "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwьbкkмmнhтtвbгrпnАAВBЕEЗ3КKМMНHОOРPСCТTУYХXІIЈJЅSԌGԚQԜW" +
    "αaοoνvρpιiκkυuτtγyχxηnωwΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX" +
    "օoսuոnհhցgզqՕOՍUꓐBꓑPꓓDꓔTꓖGꓗKꓙJꓚCꓜZꓝFꓟMꓠNꓡLꓢSꓣRꓦVꓧHꓪWꓫXꓬYꓮAꓰEꓲIꓳOꓴU" +
    "ᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎥiᎫJᏦKᏞLᎷMᏢPᎡRᏚSᎢTᏙVᎳWᏃZ" +
    "ɑaƅbɡgɩiʟlɴnɪiʀrʙbɢgʜhᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢzꜰfꜱsʏyıiȷjłløoØOđdħhŧtɐaǝeɔcɟfɥhɯmɹrʇtʌvʍwʎyƃgᴉiɾjʞkʃl",
);

function pairs(text: string): ReadonlyMap<number, Uint8Array> {
  const letters = Array.from(text);
  const map = new Map<number, Uint8Array>();
  for (let at = 0; at + 1 < letters.length; at += 2) {
    map.set((letters[at] ?? "").codePointAt(0) ?? 0, ENCODER.encode(letters[at + 1] ?? ""));
  }
  return map;
}
