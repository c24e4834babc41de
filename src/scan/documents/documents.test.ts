import { expect, test } from "vitest";
import { ample, key, picked, ports, randomFrom, viewOf } from "../../../test/protected-world.ts";
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
