// Writes src/scan/protected/ordinary-trigrams.ts: how common every three letters in a row are in ordinary text and code. Run
// by hand: `node scripts/ordinary-trigrams.ts`; its input is the texts of the installed packages.
import { globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { FOLDED, latin1, NO_SYMBOL } from "../src/scan/protected/fold.ts";

/** Bytes of one file, and of one package's files of one kind, so that none decides alone. */
const FILE_MAX = 20_000;
const PACKAGE_MAX = 60_000;
/** Times that one file counts for one trigram. */
const SAME_MAX = 6;
/** Shares of all trigrams from which the levels 1, 2 and 3 begin. */
const LEVELS = [1e-5, 1e-4, 5e-4];
const SYMBOLS = 28;
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const counts = new Map<number, number>();
const taken = new Map<string, number>();
for (const path of globSync("node_modules/**/*.{md,ts,js,mjs,cjs,yml,html,css}").sort()) {
  if (/min\.|typescript\/lib\/(_tsc|tsc|typescript|tsserver)/.test(path) || !statSync(path).isFile())
    continue;
  const place = `${path.split("node_modules/").at(-1)?.split("/").slice(0, 2).join("/") ?? ""}${path.split(".").at(-1) ?? ""}`;
  const used = taken.get(place) ?? 0;
  if (used > PACKAGE_MAX) continue;
  const text = readFileSync(path).subarray(0, FILE_MAX).toString("latin1");
  taken.set(place, used + text.length);
  // Without digests, data and words with digits: what is left is words.
  const words = text
    .replaceAll(/[A-Za-z0-9+\\/_-]{24,}/g, " ")
    .replaceAll(/[A-Za-z]*[0-9][A-Za-z0-9]*/g, " ");
  for (const [code, count] of countsIn(words)) counts.set(code, (counts.get(code) ?? 0) + count);
}
const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
let digits = "";
for (let code = 0; code < SYMBOLS ** 3; code += 3)
  digits += BASE64[level(code) + 4 * level(code + 1) + 16 * level(code + 2)] ?? "";

writeFileSync(
  "src/scan/protected/ordinary-trigrams.ts",
  `// How common every three folded symbols in a row are in ordinary text. Written by scripts/ordinary-trigrams.ts; not edited
// by hand.

/** Levels 0 (rare) to 3 of symbols a, b, c at (a * 28 + b) * 28 + c: three of two bits in one base64 digit, lowest first. */
export const TRIGRAM_LEVELS: string = [
${(digits.match(/.{1,110}/g) ?? []).map((line) => `  "${line}",`).join("\n")}
].join("");
`,
);

function level(code: number): number {
  const share = (counts.get(code) ?? 0) / all;
  return LEVELS.filter((least) => share >= least).length;
}

function countsIn(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let [one, two] = [0, 0];
  for (const byte of latin1(text)) {
    const three = FOLDED[byte] ?? NO_SYMBOL;
    if (three === NO_SYMBOL) continue;
    const code = (one * SYMBOLS + two) * SYMBOLS + three;
    found.set(code, Math.min(SAME_MAX, (found.get(code) ?? 0) + 1));
    [one, two] = [two, three];
  }
  return found;
}
