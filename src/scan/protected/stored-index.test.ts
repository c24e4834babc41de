import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { ample, key, ports, randomFrom, SECRETS, viewOf } from "../../../test/protected-world.ts";
import { createProtectedFinder } from "./protected-finder.ts";
import { createProtectedIndex } from "./protected-index.ts";
import { readIndex, writeIndex } from "./stored-index.ts";

const random = randomFrom(11);
const values = Object.entries(SECRETS).map(([name, make]) => ({
  name,
  value: make(random),
  grade: "high" as const,
}));
const short = { name: "pin", value: "zebra7", grade: "ordinary" as const };
const index = createProtectedIndex([...values, short], key, ports);
const bytes = writeIndex(index, key, ports);

test("readIndex gives an index that finds what the written one found", () => {
  const read = readIndex(bytes, key, ports);
  expect(read).toEqual({ ok: true, value: index });
  const found = createProtectedFinder(read.ok ? read.value : index)(viewOf(values[1]?.value ?? ""), ample());
  expect(found.map(({ name }) => name)).toEqual(["base62"]);
});

test("writeIndex writes no part of a value, in any of its forms", () => {
  const file = Buffer.from(bytes);
  for (const { value } of [...values, short])
    for (const form of [
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      Buffer.from(value).toString("base64"),
      Buffer.from(value).toString("hex"),
    ])
      for (let at = 0; at + 6 <= form.length; at += 3) {
        // Names and words of the form are known text; nothing else of six characters may be there.
        const part = form.slice(at, at + 6);
        expect(file.includes(part)).toBe(false);
        expect(file.includes(part.split("").reverse().join(""))).toBe(false);
      }
});

test("readIndex refuses a file with any bit changed, cut off, or of another key", () => {
  const place = fc.integer({ min: 0, max: bytes.length - 1 });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = readIndex(bytes.with(at, (bytes[at] ?? 0) ^ change), key, ports);
      expect(changed.ok).toBe(false);
      expect(readIndex(bytes.subarray(0, at), key, ports).ok).toBe(false);
    }),
    { seed, numRuns: depth(20, 500) },
  );
  expect(
    readIndex(
      bytes,
      key.map((byte) => byte + 1),
      ports,
    ),
  ).toEqual({
    ok: false,
    error: "the index is changed, or of another key or kind",
  });
  expect(readIndex(new Uint8Array(0), key, ports).ok).toBe(false);
});

test("createProtectedIndex under another key shares no hash of a window", () => {
  const other = createProtectedIndex(values, new Uint8Array(32).fill(9), ports);
  const here = new Set(index.text.table.keys);
  const both = [...other.text.table.keys].filter((each) => here.has(each));
  expect(both.length).toBeLessThan(8);
});
