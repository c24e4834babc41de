// Trains the model of ordinary text that src/scan/opaque/ uses, and writes its weights as data. Run by hand, when the text that
// is ordinary changes: `node scripts/train-ordinary-text.ts`. Not part of the build.
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { benignFrom } from "../src/scan/opaque/fixtures/benign-payloads.ts";
import { KIND, KINDS, LETTER, LETTERS } from "../src/scan/opaque/letter-classes.ts";

const OUT = "src/scan/opaque/ordinary-weights.ts";
const CORPORA = "../shared/corpora";
/** Bytes of each file that count, so that no large one outweighs the others. */
const FILE_MAX = 20_000;
/** Values that are no words: they must not teach what words are. */
const CODES = /[0-9a-f]{12,}|[A-Za-z0-9+/_-]{28,}={0,2}|(?:\\u[0-9a-fA-F]{4})+|%[0-9a-fA-F]{2}/g;

const letters = new Float64Array(LETTERS ** 3);
const kinds = new Float64Array(KINDS ** 3);
for (const text of texts()) count(text.replace(CODES, " "));
writeFileSync(OUT, weightsFile());

function texts(): readonly string[] {
  const files = [
    ...globSync("{src,test,docs,scripts,bench,examples,profiles}/**/*.{ts,md,json,yaml,mjs,py}"),
    ...globSync("node_modules/*/**/*.{md,js,mjs,ts,json,css,html,yml}").filter((_file, at) => at % 4 === 0),
  ].filter((file) => file !== OUT && statSync(file).isFile());
  const own = files.map((file) => readFileSync(file, "latin1").slice(0, FILE_MAX));
  const minified = globSync("node_modules/**/*.min.js").map((file) =>
    readFileSync(file, "latin1").slice(0, FILE_MAX),
  );
  const generated = Array.from({ length: 1400 }, (_, at) => benignFrom(100_000 + at));
  return [...own, ...minified, ...rows(), ...rows(), ...rows(), ...names(), ...generated];
}

/** Names of countries, languages, scripts and currencies in the languages that are written in Latin letters, without accents. */
function names(): readonly string[] {
  const languages =
    "de fr es it pt nl sv da nb fi pl cs sk hu ro hr sl tr id ms vi et lv lt sq eu ca gl ga cy is af sw fil".split(
      " ",
    );
  const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const regions = letters.flatMap((a) => letters.map((b) => a + b));
  return languages.flatMap((language) => {
    const of = (type: "region" | "language" | "currency", codes: readonly string[]): string => {
      const display = new Intl.DisplayNames([language], { type, fallback: "none" });
      return codes
        .map((code) => display.of(code) ?? "")
        .filter((name) => name !== "")
        .join(" ");
    };
    const currencies = Intl.supportedValuesOf("currency");
    const all = `${of("region", regions)} ${of(
      "language",
      regions.map((code) => code.toLowerCase()),
    )} ${of("currency", currencies)}`;
    const plain = all.normalize("NFKD").replace(/\p{M}/gu, "");
    return [plain, plain, plain];
  });
}

/** Rows of the corpora that are no leak, where they are there. */
function rows(): readonly string[] {
  if (!existsSync(CORPORA)) return [];
  const names = [
    "secrets_dev.jsonl.gz",
    "pii_dev.jsonl.gz",
    "notinject.dev.jsonl",
    "xstest.dev.jsonl",
    "mitre_frr_benign.dev.jsonl",
  ];
  return names.flatMap((name) => {
    const bytes = readFileSync(`${CORPORA}/${name}`);
    const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").trim().split("\n");
    const all = lines.map((line) => JSON.parse(line) as { readonly text: string; readonly label: unknown });
    return all
      .filter(({ label }) => label === 0 || label === "benign")
      .map(({ text }) => Buffer.from(text).toString("latin1"));
  });
}

function count(text: string): void {
  let [a, b, x, y] = [27, 27, 5, 5];
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at);
    if (byte >= 0x80) continue;
    const [c, z] = [LETTER[byte] ?? 27, KIND[byte] ?? 0];
    letters[(a * LETTERS + b) * LETTERS + c]! += 1;
    kinds[(x * KINDS + y) * KINDS + z]! += 1;
    [a, b, x, y] = [b, c, y, z];
  }
}

/** Sixteenths of the range of costs in a hexadecimal digit: cost 0 to 15 bits, in steps of one bit. */
function weightsFile(): string {
  const letterCosts = digitsOf(costs(letters, LETTERS, 0.02), 1);
  const kindCosts = digitsOf(costs(kinds, KINDS, 0.5), 2);
  const lines = (text: string): string =>
    (text.match(/.{1,100}/g) ?? []).map((line) => `  "${line}",`).join("\n");
  return [
    "// The weights of the model of ordinary text: data, written by scripts/train-ordinary-text.ts, which says from what.",
    "",
    "/** Bits that a letter costs after two others, one hexadecimal digit each: index `(a * 32 + b) * 32 + c`. */",
    `export const LETTER_COSTS: readonly string[] = [\n${lines(letterCosts)}\n];`,
    "",
    "/** Half bits that a kind of character costs after two others, one hexadecimal digit each: index `(x * 6 + y) * 6 + z`. */",
    `export const KIND_COSTS: readonly string[] = [\n${lines(kindCosts)}\n];`,
    "",
  ].join("\n");
}

/** −log2 of the chance of the third after the first two, smoothed by that after the second alone (Witten and Bell's idea). */
function costs(counts: Float64Array, size: number, floor: number): Float64Array {
  const pairs = new Float64Array(size * size);
  const singles = new Float64Array(size);
  for (let at = 0; at < counts.length; at++) {
    pairs[at % (size * size)]! += counts[at] ?? 0;
    singles[at % size]! += counts[at] ?? 0;
  }
  const total = singles.reduce((sum, value) => sum + value, 0);
  return counts.map((value, at) => {
    const before = Math.floor(at / size);
    const context = counts.subarray(before * size, (before + 1) * size).reduce((sum, one) => sum + one, 0);
    const second = before % size;
    const single = ((singles[at % size] ?? 0) + floor) / (total + size * floor);
    const pairTotal = pairs.subarray(second * size, (second + 1) * size).reduce((sum, one) => sum + one, 0);
    const pair = ((pairs[at % (size * size)] ?? 0) + 8 * single) / (pairTotal + 8);
    return -Math.log2((value + 6 * pair) / (context + 6));
  });
}

function digitsOf(bits: Float64Array, steps: number): string {
  return [...bits].map((cost) => Math.max(0, Math.min(15, Math.round(cost * steps))).toString(16)).join("");
}
