import { expect, test } from "vitest";
import { ample, key, picked, ports, randomFrom, viewOf } from "../../../test/protected-world.ts";
import { sealedIndex } from "../protected/index-file.ts";
import { ScanBudget, ScanExhausted } from "../scan-budget.ts";
import { containments, createDocumentFinder } from "./document-finder.ts";
import { createDocumentIndex, readDocumentIndex, writeDocumentIndex } from "./document-index.ts";
import { CHOICE, eachWindow, fingerprints, NOISE, winnowHash } from "./winnow.ts";

const hash = winnowHash(key, ports);

/** Words of invented letters. */
function prose(seed: number, words: number): string {
  const random = randomFrom(seed);
  return Array.from({ length: words }, () =>
    picked(random, "abcdefghijklmnopqrstuvwxyz", 2 + Math.floor(random() * 8)),
  ).join(" ");
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test("fingerprints has one of every part of NOISE + CHOICE - 1 symbols", () => {
  const text = prose(1, 300);
  const chosen = fingerprints(bytesOf(text), hash);
  const symbols = text.replaceAll(" ", "");
  for (let at = 0; at + NOISE + CHOICE - 1 <= symbols.length; at += 1) {
    const found: number[] = [];
    eachWindow(bytesOf(symbols.slice(at, at + NOISE + CHOICE - 1)), hash, (each) => found.push(each));
    expect(found).toHaveLength(CHOICE);
    expect(found.some((each) => chosen.has(each))).toBe(true);
  }
});

test("createDocumentFinder finds a part in other case and layout, and says how much it is", () => {
  const handbook = prose(2, 1000);
  const documents = [
    { name: "handbook", bytes: bytesOf(handbook) },
    { name: "other", bytes: bytesOf(prose(3, 1000)) },
  ];
  const index = createDocumentIndex(documents, key, ports);
  const part = handbook
    .slice(handbook.length / 4, handbook.length / 2)
    .toUpperCase()
    .replaceAll(" ", "\r\n> ");
  const view = viewOf(`${prose(4, 50)} ${part} ${prose(5, 50)}`);
  const [match, ...rest] = createDocumentFinder(index)(view, ample());
  expect(rest).toEqual([]);
  expect(match).toMatchObject({ kind: "document", class: "protected", name: "handbook" });
  expect(match?.start).toBeGreaterThanOrEqual(prose(4, 50).length);
  const [contained] = containments(view.bytes, index, ample());
  expect(contained?.percent).toBeGreaterThanOrEqual(22);
  expect(contained?.percent).toBeLessThanOrEqual(27);
  expect(createDocumentFinder(index)(viewOf(prose(6, 5000)), ample())).toEqual([]);
});

test("createDocumentIndex names what is too short to be told", () => {
  const index = createDocumentIndex([{ name: "note", bytes: bytesOf("hello") }], key, ports);
  expect(index.unusable).toEqual(["note"]);
  expect(createDocumentFinder(index)(viewOf("hello"), ample())).toEqual([]);
});

test("readDocumentIndex gives what writeDocumentIndex wrote and refuses anything else", () => {
  const text = prose(7, 400);
  const index = createDocumentIndex([{ name: "plan", bytes: bytesOf(text) }], key, ports);
  const bytes = writeDocumentIndex(index, key, ports);
  const read = readDocumentIndex(bytes, key, ports);
  expect(read).toEqual({ ok: true, value: index });
  expect(Buffer.from(bytes).includes(text.slice(0, 12))).toBe(false);
  for (const at of [0, 5, 20, bytes.length >> 1, bytes.length - 1]) {
    const changed = bytes.with(at, (bytes[at] ?? 0) ^ 1);
    expect(readDocumentIndex(changed, key, ports).ok).toBe(false);
  }
  expect(readDocumentIndex(bytes.subarray(0, 40), key, ports).ok).toBe(false);
  expect(readDocumentIndex(bytes, new Uint8Array(32), ports).ok).toBe(false);
});

test("createDocumentFinder ends where its budget does", () => {
  const index = createDocumentIndex([{ name: "plan", bytes: bytesOf(prose(8, 400)) }], key, ports);
  const budget = new ScanBudget({ time: 1, work: 10, memory: 10 }, () => 0);
  expect(() => createDocumentFinder(index)(viewOf(prose(9, 100)), budget)).toThrow(ScanExhausted);
});

test("fingerprints are the rightmost least of each row of CHOICE windows, and the least of fewer", () => {
  for (const words of [6, 9, 12, 60]) {
    const hashes: number[] = [];
    const bytes = bytesOf(prose(20 + words, words));
    eachWindow(bytes, hash, (each) => hashes.push(each));
    const rows = Array.from({ length: Math.max(1, hashes.length - CHOICE + 1) }, (_, at) =>
      Math.min(...hashes.slice(at, at + CHOICE)),
    );
    expect(fingerprints(bytes, hash)).toEqual(new Set(hashes.length === 0 ? [] : rows));
  }
});

test("eachWindow tells where each window begins and ends, whatever stands between its symbols", () => {
  const text = `--${prose(30, 40)}--`;
  eachWindow(bytesOf(text), hash, (fingerprint, start, end) => {
    const part = text.slice(start, end);
    expect(part.replaceAll(/[^a-z]/g, "")).toHaveLength(NOISE);
    expect([part.at(0), part.at(-1)].join("")).toMatch(/^[a-z]{2}$/);
    const alone: number[] = [];
    eachWindow(bytesOf(part), hash, (each) => alone.push(each));
    expect(alone).toEqual([fingerprint]);
  });
});

test("winnowHash follows from the whole key", () => {
  const other = winnowHash(
    key.map((byte, at) => byte ^ Number(at === 31)),
    ports,
  );
  expect(new Set([...hash.weights, ...other.weights]).size).toBe(512);
  expect(hash.weights).toHaveLength(256);
  expect(other.base).not.toBe(hash.base);
  // A multiplier of a rolling hash modulo 2^32 (Knuth, The Art of Computer Programming 2, 3.2.1.2).
  for (const { base } of [hash, other]) expect(base & 7).toBe(5);
});

test("createDocumentFinder finds four different fingerprints, or half of fewer than eight but two", () => {
  let [found, passed] = [0, 0];
  for (const words of [14, 22, 30, 60]) {
    const text = prose(40 + words, words);
    const index = createDocumentIndex([{ name: "memo", bytes: bytesOf(text) }], key, ports);
    const own = fingerprints(bytesOf(text), hash);
    for (let end = 40; end <= text.length; end += 3) {
      const seen = new Map<number, number>();
      eachWindow(bytesOf(text.slice(0, end)), hash, (each, start) => {
        if (own.has(each) && !seen.has(each)) seen.set(each, start);
      });
      const enough = seen.size >= 4 || (seen.size >= 2 && seen.size * 2 >= own.size);
      const matches = containments(bytesOf(text.slice(0, end)), index, ample());
      expect(matches.map(({ name, percent, start }) => ({ name, percent, start }))).toEqual(
        enough
          ? [
              {
                name: "memo",
                percent: Math.floor((100 * seen.size) / own.size),
                start: Math.min(...seen.values()),
              },
            ]
          : [],
      );
      if (enough) found += 1;
      else passed += 1;
    }
  }
  expect(found).toBeGreaterThan(20);
  expect(passed).toBeGreaterThan(20);
});

test("createDocumentIndex names what has fewer than three fingerprints alone", () => {
  const texts = Array.from({ length: 30 }, (_, at) => prose(60 + at, 8 + at));
  const index = createDocumentIndex(
    texts.map((text, at) => ({ name: String(at), bytes: bytesOf(text) })),
    key,
    ports,
  );
  const few = texts.flatMap((text, at) => (fingerprints(bytesOf(text), hash).size < 3 ? [String(at)] : []));
  expect(index.unusable).toEqual(few);
  expect(few.length).toBeGreaterThan(0);
  expect(few.length).toBeLessThan(30);
});

test("what more than sixteen documents share is no fingerprint of any, and what two share is one of both", () => {
  const shared = prose(100, 80);
  const of = (count: number): readonly (string | null)[] => {
    const documents = Array.from({ length: count }, (_, at) => ({
      name: String(at),
      bytes: bytesOf(`${shared} ${prose(101 + at, 40)}`),
    }));
    return createDocumentFinder(createDocumentIndex(documents, key, ports))(viewOf(shared), ample()).map(
      ({ name }) => name,
    );
  };
  expect(new Set(of(2))).toEqual(new Set(["0", "1"]));
  expect(of(16)).toHaveLength(16);
  expect(of(17)).toEqual([]);
});

test.each([
  ["no head", null, 2],
  ["a word", "names", 2],
  ["no names", {}, 2],
  ["names that are no list", { names: "plan" }, 2],
  ["a name that is a number", { names: ["plan", 7] }, 2],
  ["no arrays", { names: ["plan"] }, 0],
  ["one array", { names: ["plan"] }, 1],
  ["arrays of two lengths", { names: ["plan"] }, 3],
])("readDocumentIndex refuses a seal of its own over %s", (_, head, count) => {
  const arrays = [Uint32Array.of(1, 2), count === 3 ? Uint32Array.of(0) : Uint32Array.of(0, 0)].slice(
    0,
    count,
  );
  const bytes = sealedIndex("protected documents", { head, arrays }, key, ports);
  expect(readDocumentIndex(bytes, key, ports)).toEqual({ ok: false, error: "the index has another content" });
});
