// Values that are spelt by the places of a pattern, through the whole scanner, and the readings themselves on known answers.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { createProtectedFinder } from "../protected/protected-finder.ts";
import { createProtectedIndex } from "../protected/protected-index.ts";
import { ScanBudget } from "../scan-budget.ts";
import { createScanner } from "../scan-bytes.ts";
import { numbersOf } from "./slot-numbers.ts";
import { slotsOf } from "./slot-words.ts";

const VALUE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
const ports = createScanPorts();
const index = createProtectedIndex(
  [{ name: "key", value: VALUE, grade: "high" }],
  Buffer.alloc(32, 3),
  ports,
);
const scan = createScanner({ finders: [], protected: [createProtectedFinder(index)], ports });
const found = (text: string): readonly (string | null)[] => {
  const budget = new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9 }, ports.now);
  const { findings, exhausted } = scan(Buffer.from(text), budget);
  expect(exhausted).toBeNull();
  for (const { start, end } of findings) {
    expect(start).toBeLessThan(end);
    expect(end).toBeLessThanOrEqual(Buffer.byteLength(text));
  }
  return [...new Set(findings.map(({ name }) => name))];
};

const WORDS = Array.from({ length: 256 }, (_, at) => {
  const digest = createHash("sha256").update(`word ${at}`).digest();
  return Array.from(digest.subarray(0, 6), (byte) => "bdfgklmnprstvzaeiou"[byte % 19]).join("");
});
const FILL = "then we went over the long hill and down again to where all of them sat".split(" ");
const codes = [...Buffer.from(VALUE)];
const spelt = (each: (code: number, at: number) => string, apart: string): string =>
  codes.map(each).join(apart);
const shuffled = codes
  .map((code, at) => ({ code, at, by: (at * 17) % codes.length }))
  .toSorted((a, b) => a.by - b.by);

describe("readSlots: a value is known that is spelt by", () => {
  it.each([
    ["numbers between words", spelt((code, at) => `${FILL[at % 16]} ${code} ${FILL[(at * 5) % 16]}`, " ")],
    ["numbers that were moved and stretched", spelt((code) => `${(code / 4 - 10).toFixed(2)} C`, "; ")],
    [
      "what each number adds",
      codes.map((_, at) => codes.slice(0, at + 1).reduce((sum, code) => sum + code, 0)).join(" and "),
    ],
    [
      "the fractions of a table with dates",
      spelt(
        (code, at) => `2026-11-${10 + (at % 19)},${20 + (at % 5)}.${String(code).padStart(3, "0")}`,
        "\n",
      ),
    ],
    [
      "three numbers of each record, which has one of its own",
      codes
        .flatMap((_, at) =>
          at % 3 === 0 ? [`(${500 + at / 3}, ${codes.slice(at, at + 3).join(", ")})`] : [],
        )
        .join(";\n"),
    ],
    ["every second number", spelt((code, at) => `${at + 1}) item ${code}`, "\n")],
    [
      "numbers that other numbers put in order",
      `{${shuffled.map(({ code, at }) => `"c${at}":${code ^ 17}`).join(",")}}`,
    ],
    ["words, one a sentence", spelt((code) => `Then I saw the ${WORDS[code]}.`, " ")],
    ["every third word", spelt((code, at) => `${FILL[at % 16]} ${WORDS[code]} ${FILL[(at * 3) % 16]}`, " ")],
    ["pairs of words", spelt((code) => `${WORDS[code >> 4]} ${WORDS[200 + (code & 15)]}`, " ")],
    [
      "letters between words",
      Array.from(VALUE)
        .map((letter, at) => `${FILL[at % 16]} ${letter}`)
        .join(" "),
    ],
    [
      "two words in a column",
      Array.from(codes.map((code) => code.toString(2).padStart(8, "0")).join(""))
        .map((bit, at) => `flag ${at}: ${bit === "1" ? "on" : "off"}`)
        .join("\n")
        .slice(0, 2000),
    ],
  ])("%s", (_, text) => {
    expect(found(text)).toEqual(["key"]);
    expect(found(JSON.stringify({ id: 418, note: text }))).toEqual(["key"]);
  });

  it("nothing where another value is spelt the same way", () => {
    const other = Array.from(createHash("sha256").update("another").digest("base64").slice(0, 36));
    expect(found(other.map((letter, at) => `${FILL[at % 16]} ${letter.charCodeAt(0)}`).join(" "))).toEqual(
      [],
    );
    expect(found(other.map((letter) => `Then I saw the ${WORDS[letter.charCodeAt(0)]}.`).join(" "))).toEqual(
      [],
    );
  });
});

it("numbersOf reads signs, fractions and versions, and says where each begins", () => {
  const text = Array.from({ length: 16 }, (_, at) => `a-1.5 b${at * at}`).join(" ");
  const [all] = [...numbersOf(Buffer.from(text))];
  expect(all?.places.slice(0, 3)).toEqual(Uint32Array.of(2, 7, 11));
  expect([...numbersOf(Buffer.from("1 2 3"))]).toEqual([]);
  // No pattern in what is always the same.
  expect([...numbersOf(Buffer.from("7 ".repeat(40)))]).toEqual([]);
});

it("slotsOf parts lines into columns and leaves short texts alone", () => {
  const lines = Array.from({ length: 24 }, (_, at) => `key${at % 3} is ${at}`).join("\\n");
  const columns = [...slotsOf(Buffer.from(lines), 20)].filter(({ symbols }) => symbols.length === 24);
  expect(columns.some(({ symbols }) => new Set(symbols).size === 3)).toBe(true);
  expect([...slotsOf(Buffer.from("a b c"), 20)]).toEqual([]);
});
