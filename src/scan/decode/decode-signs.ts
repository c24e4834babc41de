// Letters written as signs or words: Morse, the NATO alphabet, Braille, emoji letters aside (fold-unicode.ts). One reading each.
import { MORSE_SIGN, stretchesOf } from "./byte-stretches.ts";
import type { Decoder, DecoderInput } from "./decoder.ts";
import { codeAt } from "./fold-unicode.ts";
import { sequenceAt } from "./readable.ts";
import { BEYOND_HEX, DIGIT, LOWER, UPPER } from "./survey.ts";
import { type Decoded, ViewWriter } from "./view-writer.ts";

export const decodeSigns: Decoder = function* (input) {
  yield readMorse(input);
  yield readWords(input);
  if ((input.survey.counts[0xe2] ?? 0) >= LETTERS_MIN) yield readBraille(input);
};

/** Letters from which a run of signs may be a value. */
const LETTERS_MIN = 5;

/** ITU-R M.1677-1, in the order of `MORSE_LETTERS`. */
const MORSE =
  ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. " +
  "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.. -..-. -....- -.--. -.--.- ---... .--.-. -...- .-.-. ..--.-";
const MORSE_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,?/-():@=+_";
const MORSE_CODES: ReadonlyMap<string, string> = new Map(
  MORSE.split(" ").map((code, at) => [code, MORSE_LETTERS[at] ?? ""]),
);

function readMorse(input: DecoderInput): Decoded | null {
  const { bytes, survey, budget } = input;
  const signs = (survey.counts[0x2e] ?? 0) + (survey.counts[0x2d] ?? 0) + (survey.counts[0x5f] ?? 0);
  if (signs < 2 * LETTERS_MIN) return null;
  const writer = new ViewWriter();
  const stretches = stretchesOf(bytes, MORSE_SIGN, 2 * LETTERS_MIN - 1);
  for (let at = 0; at < stretches.length; at += 2) {
    const [start, end] = [stretches[at] ?? 0, stretches[at + 1] ?? 0];
    budget.spend(end - start);
    if (hasCodes(bytes, start, end)) writeMorse(writer, input.text.slice(start, end), start);
  }
  return writer.done("Morse");
}

/** Whether as many codes as a value has letters stand in [start, end). */
function hasCodes(bytes: Uint8Array, start: number, end: number): boolean {
  let [codes, inside] = [0, false];
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const sign = byte === 0x2d || byte === 0x2e || byte === 0x5f;
    if (sign && !inside) codes++;
    inside = sign;
  }
  return codes >= LETTERS_MIN;
}

/** `text` starts at `offset` of the view. */
function writeMorse(writer: ViewWriter, text: string, offset: number): void {
  for (const match of text.matchAll(RUN_OF_MORSE)) {
    const letters = [...match[0].matchAll(/[.\-_]+/g)];
    const read = letters.map(([code]) => MORSE_CODES.get(code.replaceAll("_", "-")));
    if (letters.length < LETTERS_MIN || read.includes(undefined)) continue;
    const start = offset + match.index;
    writer.gap(start);
    for (const [at, { index, 0: code }] of letters.entries()) {
      writer.byte((read[at] ?? "").charCodeAt(0), start + index, start + index + code.length);
    }
    writer.explain(start, start + match[0].length);
  }
}

const RUN_OF_MORSE = /[.\-_]{1,6}(?:[ /|\t\r\n]{1,4}[.\-_]{1,6}){4,}/g;

/** ICAO Annex 10, volume II, 5.2; digits and signs in English. */
const NATO =
  "alfa:a alpha:a bravo:b charlie:c delta:d echo:e foxtrot:f golf:g hotel:h india:i juliett:j juliet:j kilo:k lima:l mike:m " +
  "november:n oscar:o papa:p quebec:q romeo:r sierra:s tango:t uniform:u victor:v whiskey:w whisky:w xray:x yankee:y zulu:z " +
  "zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 niner:9 dash:- hyphen:- minus:- underscore:_ dot:. " +
  "period:. point:. slash:/ colon:: plus:+ equals:= at:@";
const ENCODER = new TextEncoder();
const WORDS: ReadonlyMap<string, string> = new Map(
  NATO.split(" ").map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]),
);
/** Words that only say how to write the one after them, or nothing. */
const FILLERS: ReadonlySet<string> = new Set([
  "capital",
  "upper",
  "uppercase",
  "lower",
  "lowercase",
  "small",
  "big",
  "x",
  "ray",
  "and",
]);

function readWords(input: DecoderInput): Decoded | null {
  if (!hasWords(input)) return null;
  const { text, budget } = input;
  budget.spend(text.length);
  const writer = new ViewWriter();
  let run: { readonly letter: string; readonly start: number; readonly end: number }[] = [];
  const flush = (): void => {
    // Numbers are no words for letters, but may stand between some.
    const words = run.filter(({ start, end }) => end - start > 1).length;
    if (run.length >= LETTERS_MIN && 2 * words >= run.length) {
      writer.gap(run[0]?.start ?? 0);
      for (const { letter, start, end } of run) writer.byte(letter.charCodeAt(0), start, end);
    }
    run = [];
  };
  WORD.lastIndex = 0;
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const word = match[0].toLowerCase().replace("-", "");
    const letter = WORDS.get(word) ?? (/^[0-9]$/.test(word) ? word : undefined);
    if (letter !== undefined) run.push({ letter, start: match.index, end: match.index + match[0].length });
    else if (!FILLERS.has(word)) flush();
  }
  flush();
  return writer.done("words for letters");
}

/** Words of at least four letters that stand near one another where a value is spoken, and the bytes between two of them. */
const SPOKEN_MIN = 3;
const SPOKEN_NEAR = 40;

/** Whether some of the words stand together: most views have few, and those alone. */
function hasWords({ bytes, survey, text }: DecoderInput): boolean {
  let [spoken, last] = [0, 0];
  for (let run = 0; run < survey.used; run += 3) {
    const [start, end, mask] = [survey.runs[run] ?? 0, survey.runs[run + 1] ?? 0, survey.runs[run + 2] ?? 0];
    if ((mask & ~WORD_MASK) !== 0) {
      // Words that signs join are one run.
      if (end - start >= 20 && (mask & DIGIT) === 0 && JOINED_WORDS.test(text.slice(start, end))) return true;
      continue;
    }
    if (end - start > 8 || STARTS[startOf(bytes, start)] === 0) continue;
    if (!WORDS.has(text.slice(start, end).toLowerCase())) continue;
    spoken = start - last <= SPOKEN_NEAR ? spoken + 1 : 1;
    if (spoken >= SPOKEN_MIN) return true;
    last = end;
  }
  return false;
}

const WORD_MASK: number = LOWER | UPPER | BEYOND_HEX;
const JOINED_WORDS =
  /(?:^|[^a-z])(?:foxtrot|juliett?|quebec|zulu|tango|sierra|whiske?y|yankee|bravo|uniform|kilo|niner|seven|three)(?:[^a-z]|$)/i;

/** By the first two letters of a word. */
const STARTS: Uint8Array = new Uint8Array(1024);
for (const word of WORDS.keys()) STARTS[startOf(ENCODER.encode(word), 0)] = 1;

function startOf(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) & 31) << 5) | ((bytes[at + 1] ?? 0) & 31);
}

const WORD = /[xX]-[rR]ay|[A-Za-z]{1,40}|[0-9]/g;

/** Letters a to z of Braille by their dots (Unicode: U+2800 and the dots as bits); ASCII by North American Braille beyond. */
const BRAILLE = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵";

function readBraille({ bytes, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  const letters = new ViewWriter();
  let number = false;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at] !== 0xe2 || sequenceAt(bytes, at) !== 3) continue;
    const code = codeAt(bytes, at, 3);
    if (code < 0x2800 || code > 0x28ff) continue;
    const letter = BRAILLE.indexOf(String.fromCharCode(code));
    // The number sign makes digits of the first ten letters until another sign comes.
    if (code === 0x283c) number = true;
    else if (letter < 0) number = false;
    if (letter >= 0)
      letters.byte(number && letter < 10 ? 0x30 + ((letter + 1) % 10) : 0x61 + letter, at, at + 3);
    else if (code !== 0x283c && code !== 0x2800) letters.byte(code & 0xff, at, at + 3);
    at += 2;
  }
  return letters.length < LETTERS_MIN ? null : letters.done("Braille");
}
