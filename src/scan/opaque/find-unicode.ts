// Characters beyond ASCII in ways that no language uses them: invisible ones, rare scripts, pictures and ideographs in long runs,
// letters of many scripts in one word. Not what foldUnicode reads as ASCII.
import { codeAt } from "../decode/fold-unicode.ts";
import { sequenceAt } from "../decode/readable.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Span } from "../view.ts";
import { type Script, scriptOf } from "./script-of.ts";
import { sequenceBits } from "./sequence-bits.ts";

/** Spans with what is wrong there as `cause`. `hidden[at]` 1: the byte is explained. */
export function findUnicode(
  bytes: Uint8Array,
  hidden: Uint8Array,
  budget: ScanBudget,
): readonly (Span & { readonly cause: string })[] {
  const letters = lettersOf(bytes, hidden, budget);
  if (letters.length < 8) return [];
  const hiddenIn = [...controls(letters), ...invisible(letters)];
  if (isTable(letters)) return hiddenIn;
  return [...hiddenIn, ...runs(letters), ...mixed(letters), ...lookalikes(letters, bytes)];
}

/** Letters of a table of characters, and the share of them that stand in the order of their codes. */
const TABLE_MIN = 24;
const ORDERED_MIN = 0.85;

/** Classes of characters in programs are written in the order of their codes. */
function isTable(letters: readonly Letter[]): boolean {
  const up = letters.filter(({ code }, at) => code > (letters[at - 1]?.code ?? 0)).length;
  return letters.length >= TABLE_MIN && up >= ORDERED_MIN * letters.length;
}

/** Cyrillic letters that touch one of ASCII, from which letters were exchanged: in no language is a word of both. */
const TOUCHING_MIN = 8;

function lookalikes(
  letters: readonly Letter[],
  bytes: Uint8Array,
): readonly (Span & { readonly cause: string })[] {
  const found = letters.filter(
    ({ code, start, end }) =>
      code >= 0x400 && code < 0x530 && (isLatin(bytes[start - 1]) || isLatin(bytes[end])),
  );
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined || found.length < TOUCHING_MIN) return [];
  // A language of Cyrillic letters may have some words with an ending of its own on a foreign name.
  const cyrillic = letters.filter(({ code }) => code >= 0x400 && code < 0x530).length;
  return found.length < 0.25 * cyrillic
    ? []
    : [{ start: first.start, end: last.end, cause: "unusual_characters" }];
}

function isLatin(byte: number | undefined): boolean {
  return byte !== undefined && ((byte > 0x40 && byte < 0x5b) || (byte > 0x60 && byte < 0x7b));
}

interface Letter extends Span {
  readonly code: number;
  readonly script: Script;
}

/** Letters of one scan that are judged; more are judged as the first ones are. */
const LETTERS_MAX = 200_000;

function lettersOf(bytes: Uint8Array, hidden: Uint8Array, budget: ScanBudget): readonly Letter[] {
  const letters: Letter[] = [];
  budget.spend(bytes.length);
  for (let at = 0; at < bytes.length && letters.length < LETTERS_MAX; at++) {
    if ((bytes[at] ?? 0) < 0xc2 || hidden[at] === 1) continue;
    const length = sequenceAt(bytes, at);
    if (length === 0) continue;
    const code = codeAt(bytes, at, length);
    letters.push({ start: at, end: at + length, code, script: scriptOf(code) });
    at += length - 1;
  }
  return letters;
}

/** Control characters U+0080 to U+009F, which are in no text: bytes that were written as characters. */
const CONTROLS_MIN = 6;

function controls(letters: readonly Letter[]): readonly (Span & { readonly cause: string })[] {
  const found = letters.filter(({ code }) => code < 0xa0);
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined || found.length < CONTROLS_MIN) return [];
  return [{ start: first.start, end: last.end, cause: "unusual_characters" }];
}

/** Invisible characters from which they may carry a value: two bits each. */
const INVISIBLE_MIN = 24;

function invisible(letters: readonly Letter[]): readonly (Span & { readonly cause: string })[] {
  const found = letters.filter(({ script }) => script === "invisible");
  const [first, last] = [found[0], found.at(-1)];
  // One kind again and again is a habit of an editor, not a message.
  if (first === undefined || last === undefined || found.length < INVISIBLE_MIN) return [];
  const bits = sequenceBits(
    found.map(({ code, start }, at) => `${code} ${start - (found[at - 1]?.end ?? start) === 0}`),
  );
  return bits < 24 ? [] : [{ start: first.start, end: last.end, cause: "invisible_characters" }];
}

/** How many letters of a script in a row are judged, and from how many bits the row is unusual. */
const RUNS: ReadonlyMap<Script, { readonly length: number; readonly bits: number }> = new Map([
  ["rare", { length: 8, bits: 32 }],
  ["picture", { length: 16, bits: 56 }],
  ["drawing", { length: 20, bits: 60 }],
  ["latin", { length: 12, bits: 40 }],
  ["alphabet", { length: 28, bits: 56 }],
  ["han", { length: 8, bits: 20 }],
  ["hangul", { length: 16, bits: 40 }],
  ["kana", { length: 20, bits: 40 }],
]);

/** Rows of one script with at most one character of ASCII between two. */
function runs(letters: readonly Letter[]): readonly (Span & { readonly cause: string })[] {
  const found: (Span & { readonly cause: string })[] = [];
  let from = 0;
  for (let at = 1; at <= letters.length; at++) {
    const [before, letter] = [letters[at - 1], letters[at]];
    if (before === undefined) continue;
    const near = APART.get(before.script) ?? 0;
    if (letter !== undefined && letter.script === before.script && letter.start - before.end <= near)
      continue;
    const run = apart(letters.slice(from, at));
    from = at;
    const rule = RUNS.get(before.script);
    if (rule === undefined || run.length < rule.length) continue;
    if (sequenceBits(run.slice(0, 400).map(({ code }) => code)) < rule.bits || isOrdinary(run)) continue;
    found.push({ start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0, cause: "unusual_characters" });
  }
  return found;
}

/** Lines and bars repeat one character: of a repetition the first says all. */
function apart(run: readonly Letter[]): readonly Letter[] {
  return run[0]?.script === "drawing"
    ? run.filter(({ code }, at) => code !== run[at - 1]?.code || code !== run[at - 2]?.code)
    : run;
}

/** Bytes of ASCII between two letters of one row. */
const APART: ReadonlyMap<Script, number> = new Map([
  ["rare", 8],
  ["picture", 2],
  ["drawing", 2],
  ["han", 3],
  ["hangul", 0],
]);

/** Text of a language has its most used letters; a row of random ones has not. */
function isOrdinary(run: readonly Letter[]): boolean {
  const script = run[0]?.script;
  if (script === "alphabet") return hasVowels(run);
  if (script === "kana") return run.filter(({ code }) => OFTEN.has(code)).length >= OFTEN_MIN * run.length;
  if (script !== "han" && script !== "hangul") return false;
  const used = run.filter(({ code }) => COMMON.has(code)).length;
  const needed = run.filter(({ code }) => FREQUENT.has(code)).length;
  if (script === "hangul") return used >= 0.75 * run.length;
  return used >= 0.75 * run.length && (run.length < 28 || needed > 0);
}

/** The most used kana, which are three of four in text and one of three by chance. */
const OFTEN: ReadonlySet<number> = new Set(
  Array.from(
    "いのうしかんとたてなにるはがこですれをまもっらりありくーンストルライアクシッレタリドジプロマフグテ",
    (letter) => letter.codePointAt(0) ?? 0,
  ),
);
const OFTEN_MIN = 0.5;

/** Text in Greek and Cyrillic letters has a vowel in three; other alphabets and syllables are written without blanks too. */
function hasVowels(run: readonly Letter[]): boolean {
  const judged = run.filter(({ code }) => code >= 0x370 && code < 0x530).length;
  if (judged < 0.9 * run.length)
    return (
      run.length < OTHERS_MIN || sequenceBits(run.slice(0, 400).map(({ code }) => code)) < 6 * OTHERS_MIN
    );
  const greek = run.filter(({ code }) => code < 0x400).length * 2 > run.length;
  return run.filter(({ code }) => VOWELS.has(code)).length >= (greek ? GREEK_MIN : CYRILLIC_MIN) * run.length;
}

const OTHERS_MIN = 44;
const GREEK_MIN = 0.46;
const CYRILLIC_MIN = 0.35;

const VOWELS: ReadonlySet<number> = new Set(
  Array.from(
    "аеёиоуыэюяіїєАЕЁИОУЫЭЮЯІЇЄαεηιουωάέήίόύώϊϋΑΕΗΙΟΥΩΆΈΉΊΌΎΏ",
    (letter) => letter.codePointAt(0) ?? 0,
  ),
);

/** The first level of GB 2312 (rows 16 to 55), of JIS X 0208 and of Big5, and KS X 1001: what is in daily use. */
const COMMON: ReadonlySet<number> = commonCharacters();

/** The most used characters of Chinese and of Japanese text. */
const FREQUENT: ReadonlySet<number> = new Set(
  Array.from(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心这們個為來說時會對過發後裡樣請请写請語日本月年人一",
    (letter) => letter.codePointAt(0) ?? 0,
  ),
);

function commonCharacters(): ReadonlySet<number> {
  const common = new Set<number>();
  const add = (label: string, rows: readonly [number, number], cells: readonly [number, number]): void => {
    const decoder = new TextDecoder(label);
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let cell = cells[0]; cell <= cells[1]; cell++) {
        common.add(decoder.decode(new Uint8Array([row, cell])).codePointAt(0) ?? 0);
      }
    }
  };
  add("gbk", [0xb0, 0xd7], [0xa1, 0xfe]);
  add("big5", [0xa4, 0xc6], [0x40, 0x7e]);
  add("big5", [0xa4, 0xc6], [0xa1, 0xfe]);
  add("euc-jp", [0xb0, 0xcf], [0xa1, 0xfe]);
  add("euc-kr", [0xb0, 0xc8], [0xa1, 0xfe]);
  return common;
}

/** Letters that touch, from which changes of script are counted; and how many changes no word has. */
const CHANGES_MIN = 8;

function mixed(letters: readonly Letter[]): readonly (Span & { readonly cause: string })[] {
  let [changes, from] = [0, 0];
  for (let at = 1; at < letters.length; at++) {
    const [before, letter] = [letters[at - 1], letters[at]];
    if (before === undefined || letter === undefined) continue;
    if (letter.start - before.end > 1) {
      if (changes === 0) from = at;
      continue;
    }
    if (letter.script !== before.script && MIXED.has(letter.script) && MIXED.has(before.script)) changes++;
    if (changes >= CHANGES_MIN)
      return [
        { start: letters[from]?.start ?? 0, end: letters.at(-1)?.end ?? 0, cause: "unusual_characters" },
      ];
  }
  return [];
}

/** Scripts of which a word has one; Japanese mixes its own. */
const MIXED: ReadonlySet<Script> = new Set<Script>(["latin", "alphabet", "rare", "hangul", "picture"]);
