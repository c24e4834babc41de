// Trains the model of ordinary text that src/scan/opaque/ uses, and writes its weights as data. Run by hand, when the text that
// is ordinary changes: `node scripts/train-ordinary-text.ts`. Not part of the build. The text is files of this machine: packages,
// manuals and libraries (src/scan/opaque/fixtures/real-payloads.ts says which, and which are held out).
import { writeFileSync } from "node:fs";
import { benignFrom } from "../src/scan/opaque/fixtures/benign-payloads.ts";
import { filesOf, payloadsOf, textOf } from "../src/scan/opaque/fixtures/real-payloads.ts";
import { KIND, KINDS, LETTER, LETTERS, PLAIN, PLAINS } from "../src/scan/opaque/letter-classes.ts";

const OUT = "src/scan/opaque/ordinary-weights.ts";
/** Bytes of each file that count, so that no large one outweighs the others; and files of each source. */
const FILE_MAX = 24_000;
const FILES_MAX = 700;
/** Texts in which a window of four must be, to be ordinary. */
const TEXTS_MIN = 3;
/** Values that are no words: they must not teach what words are. */
const CODES = /[0-9a-f]{12,}|[A-Za-z0-9+/_-]{28,}={0,2}|(?:\\u[0-9a-fA-F]{4})+|%[0-9a-fA-F]{2}/g;
const WORDY = /^[A-Za-z]{3,}[_/-]|[_/-][A-Za-z]{4,}[_/-]|[a-z]{9}/;

const letters = new Float64Array(LETTERS ** 3);
const kinds = new Float64Array(KINDS ** 4);
const seen = new Uint8Array(PLAINS ** 4);
const last = new Uint32Array(PLAINS ** 4);
for (const [at, text] of texts().entries()) {
  const plain = text.replace(CODES, (code) => (WORDY.test(code) ? code : " "));
  count(plain, at + 1);
  // As a member of JSON, which is how most of it is sent.
  count(JSON.stringify(plain.slice(0, 2500)), at + 1);
}
writeFileSync(OUT, weightsFile());

function texts(): readonly string[] {
  const files = filesOf("train", FILES_MAX).map(({ file }) => {
    const text = textOf(file);
    return text.length < 2 * FILE_MAX
      ? text.slice(0, FILE_MAX)
      : text.slice(0, FILE_MAX / 2) + text.slice(text.length / 2, text.length / 2 + FILE_MAX / 2);
  });
  const payloads = payloadsOf("train").map(({ text }) => text);
  const made = Array.from({ length: 700 }, (_, at) => benignFrom(100_000 + at));
  return [...files, ...payloads, ...names(), ...made];
}

/** Names of countries, languages and currencies in the languages that are written in Latin letters, without accents. */
function names(): readonly string[] {
  const languages =
    "de fr es it pt nl sv da nb fi pl cs sk hu ro hr sl tr id ms vi et lv lt sq eu ca gl ga cy is af sw fil".split(
      " ",
    );
  const all = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const regions = all.flatMap((a) => all.map((b) => a + b));
  return languages.flatMap((language) => {
    const of = (type: "region" | "language" | "currency", codes: readonly string[]): string => {
      const display = new Intl.DisplayNames([language], { type, fallback: "none" });
      return codes
        .map((code) => display.of(code) ?? "")
        .filter((name) => name !== "")
        .join(" ");
    };
    const text = [
      of("region", regions),
      of(
        "language",
        regions.map((code) => code.toLowerCase()),
      ),
      of("currency", Intl.supportedValuesOf("currency")),
    ].join(" ");
    const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
    return [plain, Buffer.from(text).toString("latin1")];
  });
}

function count(text: string, number: number): void {
  let pair = 27 * LETTERS + 27;
  let three = 5 * KINDS * KINDS + 5 * KINDS + 5;
  let window = 27 * PLAINS * PLAINS + 27 * PLAINS + 27;
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at);
    if (byte >= 0x80 && byte < 0xc0) continue;
    const letter = pair * LETTERS + (LETTER[byte] ?? 0);
    const kind = three * KINDS + (KIND[byte] ?? 0);
    const four = window * PLAINS + (PLAIN[byte] ?? 0);
    letters[letter]! += 1;
    kinds[kind]! += 1;
    if (last[four] !== number) {
      last[four] = number;
      seen[four] = Math.min(255, (seen[four] ?? 0) + 1);
    }
    pair = letter % (LETTERS * LETTERS);
    three = kind % KINDS ** 3;
    window = four % PLAINS ** 3;
  }
}

function weightsFile(): string {
  const grams = new Uint8Array(PLAINS ** 4 / 8);
  let known = 0;
  for (const [at, times] of seen.entries())
    if (times >= TEXTS_MIN) {
      grams[at >> 3]! |= 1 << (at & 7);
      known++;
    }
  console.log(`${known} windows of ${seen.length} are ordinary`);
  const lines = (bytes: Uint8Array): string =>
    (
      Buffer.from(bytes)
        .toString("base64")
        .match(/.{1,1000}/g) ?? []
    )
      .map((line) => `  "${line}",`)
      .join("\n");
  return [
    "// The weights of the model of ordinary text: data in base64, written by scripts/train-ordinary-text.ts, which says from what.",
    "",
    "/** Bits that a letter costs after two others, four bits each: index `(a * 48 + b) * 48 + c`. */",
    `export const LETTER_COSTS: readonly string[] = [\n${lines(nibbles(letterCosts(), 1))}\n];`,
    "",
    "/** Half bits that the case of a letter costs after three kinds, four bits each: index `((x * 6 + y) * 6 + z) * 6 + kind`. */",
    `export const CASE_COSTS: readonly string[] = [\n${lines(nibbles(caseCosts(), 2))}\n];`,
    "",
    "/** Windows of four that ordinary text has, one bit each: index `((a * 28 + b) * 28 + c) * 28 + d`. */",
    `export const WINDOWS: readonly string[] = [\n${lines(grams)}\n];`,
    "",
  ].join("\n");
}

/** −log2 of the chance of the third after the first two, smoothed by that after the second alone (Witten and Bell's idea). */
function letterCosts(): Float64Array {
  const pairs = new Float64Array(LETTERS ** 2);
  const singles = new Float64Array(LETTERS);
  for (const [at, value] of letters.entries()) {
    pairs[at % LETTERS ** 2]! += value;
    singles[at % LETTERS]! += value;
  }
  const total = sum(singles);
  const contexts = Float64Array.from(pairs, (_, before) =>
    sum(letters.subarray(before * LETTERS, (before + 1) * LETTERS)),
  );
  const seconds = Float64Array.from(singles, (_, second) =>
    sum(pairs.subarray(second * LETTERS, (second + 1) * LETTERS)),
  );
  return letters.map((value, at) => {
    const before = Math.floor(at / LETTERS);
    const single = ((singles[at % LETTERS] ?? 0) + 0.02) / (total + LETTERS * 0.02);
    const pair = ((pairs[at % LETTERS ** 2] ?? 0) + 8 * single) / ((seconds[before % LETTERS] ?? 0) + 8);
    return -Math.log2((value + 20 * pair) / ((contexts[before] ?? 0) + 20));
  });
}

/** −log2 of the chance that a letter is small, or a capital, after three kinds. */
function caseCosts(): Float64Array {
  return kinds.map((value, at) => {
    const before = at - (at % KINDS);
    if (at % KINDS !== 1 && at % KINDS !== 2) return 0;
    return -Math.log2((value + 1) / ((kinds[before + 1] ?? 0) + (kinds[before + 2] ?? 0) + 2));
  });
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}

function nibbles(bits: Float64Array, steps: number): Uint8Array {
  const out = new Uint8Array(bits.length >> 1);
  for (const [at, cost] of bits.entries())
    out[at >> 1]! |= Math.max(0, Math.min(15, Math.round(cost * steps))) << (4 * (at & 1));
  return out;
}
