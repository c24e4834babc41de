import { existsSync, globSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, isDeep, seed } from "../../../test/depth.ts";
import {
  ample,
  BASE62,
  key,
  picked,
  ports,
  randomFrom,
  SECRETS,
  viewOf,
} from "../../../test/protected-world.ts";
import { ScanBudget, ScanExhausted } from "../scan-budget.ts";
import type { Finder } from "../view.ts";
import { createCanary } from "./canary.ts";
import { createProtectedFinder } from "./protected-finder.ts";
import { createProtectedIndex } from "./protected-index.ts";
import { blockOrder, columnOrder, railOrder } from "./transpositions.ts";

type Change = (text: string) => string;

const shifted =
  (by: number): Change =>
  (text) =>
    text.replaceAll(/[a-z]/gi, (letter) => {
      const first = letter < "a" ? 65 : 97;
      return String.fromCharCode(((letter.charCodeAt(0) - first + by) % 26) + first);
    });
const ordered =
  (order: (length: number) => readonly number[]): Change =>
  (text) =>
    order(text.length)
      .map((at) => text[at])
      .join("");
const joined =
  (between: string): Change =>
  (text) =>
    text.split("").join(between);

/** What changes letters, for any secret. */
const SPELLINGS: readonly Change[] = [
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.split("").reverse().join(""),
];
/** What puts something between them. */
const SEPARATIONS: readonly Change[] = [
  joined(" "),
  joined("."),
  joined("\u200b"),
  joined("ж"),
  (text) => text.replaceAll(/.{5}/gs, "$&\n"),
];
const INTERLEAVINGS: readonly Change[] = [2, 3, 5, 8].map(
  (every) => (text) =>
    text
      .split("")
      .map((letter, at) => letter + "qzjvkwx".slice(0, every - 1).replaceAll("q", String(at % 10)))
      .join(""),
);
const ORDERS: readonly Change[] = [
  ordered((length) => columnOrder(length, 2)),
  ordered((length) => columnOrder(length, 3)),
  ordered((length) => railOrder(length, 3)),
  ordered((length) => blockOrder(length, 4)),
  (text) => text.slice(text.length / 2) + text.slice(0, text.length / 2),
];
const SHIFTS: readonly Change[] = [shifted(13), shifted(1), shifted(20)];
const FIRST = [...SPELLINGS, ...SHIFTS, ...ORDERS];
const SECOND = [...SPELLINGS, ...SEPARATIONS];

const secretsFrom = (start: number) =>
  Object.entries(SECRETS).map(([name, make], at) => ({
    name,
    value: make(randomFrom(start * 8 + at)),
    grade: "high" as const,
  }));

const around = (text: string): string => `{"model":"m","input":"please note ${text} and thanks"}`;

function found(start: number, name: string, changes: readonly Change[]): boolean {
  const values = secretsFrom(start);
  const value = values.find((each) => each.name === name)?.value ?? "";
  const changed = changes.reduce((text, change) => change(text), value);
  return finderFrom(start)(viewOf(around(changed)), ample()).some((match) => match.name === name);
}

const finders = new Map<number, Finder>();

/** An index takes longer to make than a view to look at. */
function finderFrom(start: number): Finder {
  const made =
    finders.get(start) ?? createProtectedFinder(createProtectedIndex(secretsFrom(start), key, ports));
  finders.set(start, made);
  return made;
}

const anyStart = fc.integer({ min: 0, max: depth(8, 200) });
const anySecret = fc.constantFrom(...Object.keys(SECRETS));

test("createProtectedFinder finds a secret of any kind after each of the changes alone", () => {
  for (const change of [...FIRST, ...SEPARATIONS])
    for (const name of Object.keys(SECRETS))
      expect(`${name} ${String(found(17, name, [change]))}`).toBe(`${name} true`);
});

test("createProtectedFinder finds a secret after a change of letters or order and one that separates", () => {
  fc.assert(
    fc.property(
      anyStart,
      anySecret,
      fc.constantFrom(...FIRST),
      fc.constantFrom(...SECOND),
      (start, name, first, second) => {
        // Hexadecimal has too few letters for a shift of letters alone to leave a trace of its own through separators.
        fc.pre(!(name === "hex" && SHIFTS.includes(first)));
        expect(found(start, name, [first, second])).toBe(true);
      },
    ),
    { seed, numRuns: depth(40, 2000) },
  );
});

test("createProtectedFinder finds every 2nd to 8th letter", () => {
  const name = fc.constantFrom("hex", "base62", "long", "pem");
  fc.assert(
    fc.property(anyStart, name, fc.constantFrom(...INTERLEAVINGS), (start, kind, change) => {
      expect(found(start, kind, [change])).toBe(true);
    }),
    { seed, numRuns: depth(10, 1000) },
  );
});

test("createProtectedFinder finds a long secret after any substitution of one sign by another, or by a word", () => {
  fc.assert(
    fc.property(anyStart, fc.boolean(), (start, asWords) => {
      const random = randomFrom(start);
      const signs = new Map<string, string>();
      const change: Change = (text) =>
        text
          .split("")
          .map((letter) => {
            const sign =
              signs.get(letter) ??
              (asWords
                ? `w${picked(random, "aeiou", 5)}${String(signs.size)} `
                : String.fromCodePoint(0x1_f300 + signs.size));
            signs.set(letter, sign);
            return sign;
          })
          .join("");
      expect(found(start, "long", [change])).toBe(true);
      expect(found(start, "hex", [change])).toBe(true);
    }),
    { seed, numRuns: depth(8, 500) },
  );
});

test("createProtectedFinder finds a secret under a repeated key, a running sum and a running XOR", () => {
  fc.assert(
    fc.property(anyStart, fc.uint8Array({ minLength: 1, maxLength: 8 }), (start, mask) => {
      const values = secretsFrom(start);
      const finder = finderFrom(start);
      const bytes = new TextEncoder().encode(values[1]?.value);
      let sum = 3;
      let xor = 5;
      const changed = [
        bytes.map((byte, at) => byte ^ (mask[at % mask.length] ?? 0)),
        bytes.map((byte, at) => byte + (mask[at % mask.length] ?? 0)),
        bytes.map((byte) => (sum = (sum + byte) & 255)),
        bytes.map((byte) => (xor ^= byte)),
      ];
      for (const each of changed)
        expect(finder(viewOf(each), ample()).map(({ name }) => name)).toContain("base62");
    }),
    { seed, numRuns: depth(8, 500) },
  );
});

test("createProtectedFinder finds a short value only as a whole token", () => {
  const values = [
    { name: "pin", value: "zebra7", grade: "ordinary" as const },
    { name: "two", value: "ab12-cd34", grade: "ordinary" as const },
  ];
  const finder = createProtectedFinder(createProtectedIndex(values, key, ports));
  const names = (text: string) =>
    finder(viewOf(text), ample()).map(({ name, start, end }) => [name, text.slice(start, end)]);
  expect(names("pass=ZEBRA7;")).toEqual([["pin", "ZEBRA7"]]);
  expect(names("x ab12 cd34 y")).toEqual([["two", "ab12 cd34"]]);
  expect(names("zebra77 azebra7 zebra ab12")).toEqual([]);
});

test("createProtectedFinder says where, by name, of a canary its kind, and never the value", () => {
  const value = createCanary((length) => Uint8Array.from({ length }, (_, at) => (at * 37) % 248));
  const index = createProtectedIndex([{ name: "task 7", value, grade: "canary" }], key, ports);
  const text = around(value);
  const [match, ...rest] = createProtectedFinder(index)(viewOf(text), ample());
  expect(rest).toEqual([]);
  expect(match).toMatchObject({ kind: "canary", class: "protected", name: "task 7" });
  expect(text.slice(match?.start, match?.end).length).toBeGreaterThan(20);
  expect(text.slice((match?.start ?? 0) - 10, (match?.end ?? 0) + 10)).toContain(value);
  expect(JSON.stringify([match, index])).not.toContain(value.slice(8, 20));
});

test("createProtectedFinder finds binary keys and text of other scripts", () => {
  const binary = Uint8Array.from({ length: 32 }, (_, at) => (at * 73 + 129) & 255);
  const values = [
    { name: "raw", value: binary, grade: "high" as const },
    { name: "script", value: "пароль-секрет-длинный", grade: "high" as const },
  ];
  const finder = createProtectedFinder(createProtectedIndex(values, key, ports));
  const names = (content: Uint8Array | string) => finder(viewOf(content), ample()).map(({ name }) => name);
  expect(names(new Uint8Array([1, 2, 3, ...binary, 9]))).toEqual(["raw"]);
  expect(names("и пароль-секрет-длинный вот")).toEqual(["script"]);
  expect(names(Buffer.from(binary).toString("hex"))).toEqual(["raw"]);
});

test("createProtectedFinder is bounded: by its budget, and on views made of an enrolled value", () => {
  const index = createProtectedIndex(secretsFrom(3), key, ports);
  const finder = createProtectedFinder(index);
  const text = `${secretsFrom(3)[1]?.value ?? ""} `.repeat(400);
  expect(() => finder(viewOf(text), new ScanBudget({ time: 1, work: 1000, memory: 1e9 }, () => 0))).toThrow(
    ScanExhausted,
  );
  expect(() => finder(viewOf(text), new ScanBudget({ time: 1, work: 1e9, memory: 1000 }, () => 0))).toThrow(
    ScanExhausted,
  );
  expect(new Set(finder(viewOf(text), ample()).map(({ name }) => name))).toEqual(new Set(["base62"]));
  expect(createProtectedFinder(createProtectedIndex([], key, ports))(viewOf(text), ample())).toEqual([]);
});

test("createProtectedIndex names the values that nothing can tell", () => {
  const index = createProtectedIndex(
    [
      { name: "dots", value: "...", grade: "high" },
      { name: "pem head", value: ["-----BEGIN", " PRIVATE KEY-----"].join(""), grade: "high" },
    ],
    key,
    ports,
  );
  expect(index.unusable).toEqual(["dots"]);
});

const CORPUS = "../shared/corpora/secrets_dev.jsonl.gz";

test("createProtectedFinder with many values says nothing on real text", () => {
  const random = randomFrom(21);
  const alphabets = ["0123456789abcdef", BASE62, BASE62.toLowerCase()];
  const values = Array.from({ length: depth(150, 1000) }, (_, at) => ({
    name: String(at),
    value: picked(random, alphabets[at % 3] ?? BASE62, 16 + (at % 48)),
    grade: "high" as const,
  }));
  const finder = createProtectedFinder(createProtectedIndex(values, key, ports));
  const files = globSync(
    isDeep
      ? ["docs/**/*.md", "src/**/*.ts", "node_modules/typescript/lib/*.d.ts", "node_modules/*/README.md"]
      : ["docs/**/*.md"],
  );
  let bytes = 0;
  for (const file of files) {
    const content = new Uint8Array(readFileSync(file));
    bytes += content.length;
    expect(finder(viewOf(content), ample())).toEqual([]);
  }
  expect(bytes).toBeGreaterThan(isDeep ? 4e6 : 1e5);
  if (!existsSync(CORPUS)) {
    console.log(`not looked at: ${CORPUS} is absent`);
    return;
  }
  for (const line of gunzipSync(readFileSync(CORPUS))
    .toString()
    .trim()
    .split("\n")
    .slice(0, depth(200, 5000))) {
    const row = JSON.parse(line) as { readonly text: string; readonly label: number };
    if (row.label === 0) expect(finder(viewOf(row.text), ample())).toEqual([]);
  }
});
