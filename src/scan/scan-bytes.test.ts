// The assembly: findings in the input's offsets, each once, in order; anything that fails ends as exhausted.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createScanPorts } from "../enforce/scan-ports.ts";
import type { Match } from "./finding.ts";
import { ScanBudget } from "./scan-budget.ts";
import { createScanner, type ScanResult } from "./scan-bytes.ts";
import type { Finder } from "./view.ts";

const ports = createScanPorts();
const budgetOf = (change: Partial<ConstructorParameters<typeof ScanBudget>[0]> = {}): ScanBudget =>
  new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9, ...change }, ports.now);

const WORD = "orange-lighthouse-42";
const matchAt = (start: number, text: string): Match => ({
  kind: "value",
  class: "protected",
  name: "word",
  start,
  end: start + text.length,
});
/** Every place of the word. */
const findWord: Finder = ({ text }) => {
  const found: Match[] = [];
  for (let at = text.indexOf(WORD); at >= 0; at = text.indexOf(WORD, at + 1)) found.push(matchAt(at, WORD));
  return found;
};
const scan = (input: string | Uint8Array, finder: Finder = findWord, budget = budgetOf()): ScanResult =>
  createScanner({ finders: [finder], ports })(Buffer.from(input as Uint8Array), budget);

test("createScanner gives findings by start, in offsets of what was scanned", () => {
  const hidden = Buffer.from(WORD).toString("base64");
  const { findings, exhausted } = scan(`{"a":"${hidden}","b":"${WORD}"}`);
  expect(exhausted).toBeNull();
  expect(findings).toEqual([
    { kind: "value", class: "protected", name: "word", start: 6, end: 6 + 27, decoded: ["base64"] },
    {
      kind: "value",
      class: "protected",
      name: "word",
      start: 6 + hidden.length + 7,
      end: 6 + hidden.length + 7 + WORD.length,
      decoded: [],
    },
  ]);
});

test("createScanner gives the same thing once, with the fewest decodings", () => {
  const { findings } = scan(`${WORD} %41 ${"words and words ".repeat(3)}`);
  expect(findings).toHaveLength(1);
  expect(findings[0]?.decoded).toEqual([]);
});

test("createScanner says the whole run of compressed data", () => {
  const stream = gzipSync(`before ${WORD} after`);
  const { findings } = scan(Buffer.concat([Buffer.from("head "), stream]));
  expect(findings[0]).toMatchObject({ start: 5, decoded: ["compressed"] });
});

test("createScanner shows readings for known values to the protected layers only", () => {
  const cover = Array.from(WORD.replaceAll("-", "x"))
    .map((letter) => `${letter}oo`)
    .join(" ");
  const letters =
    (how: readonly string[][]): Finder =>
    (view) => {
      (how as string[][]).push([...view.decoded]);
      return [];
    };
  const [all, known]: [string[][], string[][]] = [[], []];
  createScanner({ finders: [letters(all)], protected: [letters(known)], ports })(
    Buffer.from(cover),
    budgetOf(),
  );
  expect(known).toContainEqual(["first letters of words"]);
  expect(all).not.toContainEqual(["first letters of words"]);
});

test.each([
  ["an error", new Error("secret text")],
  ["a string", "secret text"],
])("createScanner is exhausted when a layer throws %s, and does not say what", (_name, thrown) => {
  const result = scan("text", () => {
    throw thrown;
  });
  expect(result).toEqual({ findings: [], exhausted: "failed" });
});

test.each([
  ["work", { work: 100 }],
  ["memory", { memory: 100 }],
  ["time", { time: -1 }],
])("createScanner is exhausted when its %s is", (bound, limits) => {
  expect(scan("some text ".repeat(5000), findWord, budgetOf(limits)).exhausted).toBe(bound);
});

test("createScanner is exhausted where text is still encoded below the last level", () => {
  let text = `a longer text around ${WORD} so that it is plainly text`;
  for (let level = 0; level < 7; level++) text = Buffer.from(text).toString("base64");
  expect(scan(text).exhausted).toBe("depth");
});

test("createScanner ends on hostile input: bombs, nesting, invalid bytes", () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
  const inputs: readonly Uint8Array[] = [
    bomb,
    gzipSync(gzipSync(gzipSync(bomb))),
    Buffer.from(`${"[".repeat(20_000)}${"]".repeat(20_000)}`),
    Buffer.from("%25".repeat(10_000)),
    Buffer.from("\\u005c".repeat(5000)),
    Buffer.from('"+"'.repeat(8000)),
    Buffer.alloc(30_000, 0xff),
    Buffer.alloc(30_000, "a b"),
    Buffer.alloc(30_000, ". "),
    Buffer.alloc(30_000, "1,"),
  ];
  for (const input of inputs) {
    const { findings, exhausted } = scan(input, () => [], budgetOf({ work: 5e8 }));
    expect(findings).toEqual([]);
    expect([null, "depth", "views", "work", "time", "memory"]).toContain(exhausted);
  }
});

test("createScanner marks a stream above a mebibyte as unread, so that it is opaque and not the end of the scan", () => {
  const unread: unknown[] = [];
  const result = scan(gzipSync(Buffer.alloc(2 * 1024 * 1024, "text ")), (view) => {
    unread.push(...(view.unread ?? []));
    return [];
  });
  expect(result.exhausted).toBeNull();
  expect(unread).toHaveLength(1);
});

test("createScanner looks for enrolled values in no further reading of what is stuffed with them", () => {
  const asked = (count: number): readonly (readonly string[])[] => {
    const seen: { readonly known: string[]; readonly others: string[] } = { known: [], others: [] };
    const hidden = Buffer.from(`see ${WORD} here`).toString("base64");
    const scanner = createScanner({
      finders: [
        ({ decoded }) => {
          seen.others.push(decoded.join(" "));
          return [];
        },
      ],
      protected: [
        (view, budget) => {
          seen.known.push(view.decoded.join(" "));
          return findWord(view, budget);
        },
      ],
      ports,
    });
    const { findings, exhausted } = scanner(Buffer.from(`${`${WORD}\n`.repeat(count)}${hidden}`), budgetOf());
    expect(exhausted).toBeNull();
    // All places of the reading in which they became too many are told.
    expect(findings.filter(({ decoded }) => decoded.length === 0)).toHaveLength(count);
    return [seen.known, seen.others];
  };
  const [few = [], others = []] = asked(20);
  expect(few).toContain("base64");
  expect(others).toContain("base64");
  const [many = [], still = []] = asked(200);
  expect(many).toEqual([""]);
  expect(still).toContain("base64");
});
