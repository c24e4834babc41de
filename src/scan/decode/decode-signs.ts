// Letters written as signs or words: Morse, the NATO alphabet, Braille, emoji letters aside (fold-unicode.ts). One reading each.
import type { Decoder, DecoderInput } from "./decoder.ts";
import { codeAt } from "./fold-unicode.ts";
import { sequenceAt } from "./readable.ts";
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

function readMorse({ bytes, text, survey, budget }: DecoderInput): Decoded | null {
  const signs = (survey.counts[0x2e] ?? 0) + (survey.counts[0x2d] ?? 0) + (survey.counts[0x5f] ?? 0);
  if (signs < 2 * LETTERS_MIN) return null;
  budget.spend(bytes.length);
  const writer = new ViewWriter();
  RUN_OF_MORSE.lastIndex = 0;
  for (let match = RUN_OF_MORSE.exec(text); match !== null; match = RUN_OF_MORSE.exec(text)) {
    const letters = [...match[0].matchAll(/[.\-_]+/g)];
    const read = letters.map(([code]) => MORSE_CODES.get(code.replaceAll("_", "-")));
    if (letters.length < LETTERS_MIN || read.includes(undefined)) continue;
    budget.spend(match[0].length);
    writer.gap(match.index);
    for (const [at, { index, 0: code }] of letters.entries()) {
      const start = match.index + index;
      writer.byte((read[at] ?? "").charCodeAt(0), start, start + code.length);
    }
    writer.explain(match.index, match.index + match[0].length);
  }
  return writer.done("Morse");
}

const RUN_OF_MORSE = /[.\-_]{1,6}(?:[ /|\t\r\n]{1,4}[.\-_]{1,6}){4,}/g;

/** ICAO Annex 10, volume II, 5.2; digits and signs in English. */
const NATO =
  "alfa:a alpha:a bravo:b charlie:c delta:d echo:e foxtrot:f golf:g hotel:h india:i juliett:j juliet:j kilo:k lima:l mike:m " +
  "november:n oscar:o papa:p quebec:q romeo:r sierra:s tango:t uniform:u victor:v whiskey:w whisky:w xray:x yankee:y zulu:z " +
  "zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 niner:9 dash:- hyphen:- minus:- underscore:_ dot:. " +
  "period:. point:. slash:/ colon:: plus:+ equals:= at:@";
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

function readWords({ bytes, text, budget }: DecoderInput): Decoded | null {
  budget.spend(bytes.length);
  if (!LIKELY.test(text)) return null;
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

/** Words of which a value in this alphabet has one, and few other texts. */
const LIKELY = /foxtrot|juliet|quebec|zulu|tango|sierra|whisk|yankee|bravo|uniform|kilo |niner|seven|three/i;

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
