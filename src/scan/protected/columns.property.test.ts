import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { BASE62, key, picked, ports, randomFrom } from "../../../test/protected-world.ts";
import { ScanExhausted } from "../scan-budget.ts";
import { createColumns } from "./columns.ts";
import { createProtectedIndex } from "./protected-index.ts";

interface Piece {
  readonly slot: string;
  readonly value: string;
  /** Letters of the secret in it. */
  readonly letters: number;
}

const pieces = (secret: string, size: number): readonly string[] =>
  secret.match(new RegExp(`.{1,${String(size)}}`, "gs")) ?? [];

/** Ways to send a secret in pieces of some size. */
const SPLITS: Readonly<Record<string, (parts: readonly string[]) => readonly Piece[]>> = {
  "in order": (parts) => parts.map((value) => ({ slot: "q", value, letters: value.length })),
  "last piece first": (parts) =>
    parts.toReversed().map((value) => ({ slot: "q", value, letters: value.length })),
  "with fixed text round it": (parts) =>
    parts.map((value) => ({ slot: "q", value: `<#${value}#>`, letters: value.length })),
  "in three slots by turns": (parts) =>
    parts.map((value, at) => ({ slot: `q${String(at % 3)}`, value, letters: value.length })),
  "in a new slot each time": (parts) =>
    parts.map((value, at) => ({ slot: `q${String(at)}`, value, letters: value.length })),
};

const secrets: Readonly<Record<string, (random: () => number) => string>> = {
  hex: (random) => picked(random, "0123456789abcdef", 32),
  base62: (random) => picked(random, BASE62, 40),
  short: (random) => picked(random, BASE62, 20),
  long: (random) => picked(random, BASE62, 300),
};

test("observe of createColumns refuses a split secret before 60 % of it are gone", () => {
  const world = fc.record({
    start: fc.integer(),
    kind: fc.constantFrom(...Object.keys(secrets)),
    split: fc.constantFrom(...Object.keys(SPLITS)),
    // Pieces of more than 4 letters in new slots are no column: each slot is seen once.
    size: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(world, ({ start, kind, split, size }) => {
      const random = randomFrom(start);
      const secret = (secrets[kind] ?? picked.bind(null, random, BASE62, 32))(random);
      const index = createProtectedIndex([{ name: "s", value: secret, grade: "ordinary" }], key, ports);
      const columns = createColumns(index);
      let gone = 0;
      for (const { slot, value, letters } of SPLITS[split]?.(pieces(secret, size)) ?? []) {
        const noise = { name: "header:user-agent", value: "agent/1.0 (linux)" };
        if (columns.observe("job", "api", [noise, { name: slot, value }]).length > 0) break;
        gone += letters;
      }
      expect(gone / secret.length).toBeLessThan(0.6);
    }),
    { seed, numRuns: depth(60, 5000) },
  );
});

test("observe of createColumns finds a secret spread over the slots of one request", () => {
  const secret = picked(randomFrom(5), BASE62, 40);
  const index = createProtectedIndex([{ name: "s", value: secret, grade: "ordinary" }], key, ports);
  const slots = pieces(secret, 4).map((value, at) => ({ name: `query:${String(at)}`, value }));
  const found = createColumns(index).observe("job", "api", slots);
  expect(found[0]).toMatchObject({ kind: "value", class: "protected", name: "s", start: 0, end: 4 });
});

test("observe of createColumns keeps lineages and endpoints apart, and refuses again after a refusal", () => {
  const secret = picked(randomFrom(6), BASE62, 32);
  const index = createProtectedIndex([{ name: "s", value: secret, grade: "ordinary" }], key, ports);
  const columns = createColumns(index);
  const [first = "", second = ""] = pieces(secret, 14);
  expect(columns.observe("job", "api", [{ name: "q", value: first }])).toEqual([]);
  expect(columns.observe("other", "api", [{ name: "q", value: second }])).toEqual([]);
  expect(columns.observe("job", "web", [{ name: "q", value: second }])).toEqual([]);
  expect(columns.observe("job", "api", [{ name: "q", value: second }])).not.toEqual([]);
  expect(columns.observe("job", "api", [{ name: "q", value: `${second} ` }])).not.toEqual([]);
});

test("observe of createColumns is exhausted by one pair too many, and never forgets one for it", () => {
  const index = createProtectedIndex(
    [{ name: "s", value: picked(randomFrom(7), BASE62, 32), grade: "ordinary" }],
    key,
    ports,
  );
  const columns = createColumns(index, { pairsMax: 2, slotsMax: 4, slotsInAllMax: 6 });
  columns.observe("job", "a", []);
  columns.observe("job", "b", []);
  expect(() => columns.observe("job", "c", [])).toThrow(ScanExhausted);
  columns.forget("job");
  expect(columns.observe("other", "c", [])).toEqual([]);
});

test("observe of createColumns says nothing on long benign traffic", () => {
  const random = randomFrom(8);
  const values = Array.from({ length: 200 }, (_, at) => ({
    name: String(at),
    value: picked(random, at % 2 === 0 ? BASE62 : "0123456789abcdef", 40),
    grade: "high" as const,
  }));
  const columns = createColumns(createProtectedIndex(values, key, ports));
  for (let count = 0; count < depth(300, 5000); count += 1) {
    const slots = [
      { name: "id", value: picked(random, "0123456789abcdef", 36) },
      { name: "text", value: picked(random, "abcdefghijklmnopqrstuvwxyz     ", 80) },
      { name: "count", value: String(count) },
    ];
    expect(columns.observe("job", "api", slots)).toEqual([]);
  }
});
