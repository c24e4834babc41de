// Stretches of a request that were sent before: each found wherever it lies, none made up, within the bytes that are kept.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ports, randomFrom } from "../../../test/protected-world.ts";
import { createNovelty } from "./novelty.ts";
import { SentBytes } from "./sent-bytes.ts";

const MIB = 1024 * 1024;

const noise = (seed: number, length: number): Uint8Array => {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
};
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

test("SentBytes finds what was sent at any distance and offset, and leaves what is new", () => {
  const sent = new SentBytes(4 * MIB);
  const old = noise(1, 300_000);
  sent.add(old);
  for (const start of [0, 1, 31, 32, 33, 100_001, 299_000]) {
    const fresh = noise(start + 7, 100);
    const piece = old.subarray(start, start + 900);
    const { bytes, copies } = sent.remainderOf(joined([fresh, piece, fresh]));
    expect(copies).toBe(1);
    // A byte on either side of the piece may be the same by chance.
    expect(bytes.length).toBeLessThanOrEqual(200);
    expect(bytes.length).toBeGreaterThanOrEqual(196);
    expect(Buffer.compare(bytes.subarray(0, 98), fresh.subarray(0, 98))).toBe(0);
    expect(Buffer.compare(bytes.subarray(-98), fresh.subarray(-98))).toBe(0);
  }
});

test("SentBytes takes nothing for a copy that was not sent, and forgets nothing by asking", () => {
  const sent = new SentBytes(MIB);
  sent.add(noise(1, 100_000));
  const other = noise(2, 100_000);
  expect(sent.remainderOf(other)).toEqual({ bytes: other, copies: 0 });
  expect(sent.remainderOf(other)).toEqual({ bytes: other, copies: 0 });
  expect(sent.remainderOf(new Uint8Array(0))).toEqual({ bytes: new Uint8Array(0), copies: 0 });
});

test("SentBytes keeps no more than it may, the latest of it", () => {
  const sent = new SentBytes(64 * 1024);
  const parts = Array.from({ length: 40 }, (_, at) => noise(at + 1, 5_000));
  for (const part of parts) {
    sent.add(part);
    expect(sent.length).toBeLessThanOrEqual(64 * 1024);
    expect(sent.remainderOf(part)).toMatchObject({ copies: 1, bytes: { length: 0 } });
  }
  expect(sent.remainderOf(parts[0] ?? new Uint8Array())).toMatchObject({ copies: 0 });
  const large = noise(99, 200_000);
  sent.add(large);
  expect(sent.length).toBe(64 * 1024);
  expect(sent.remainderOf(large.subarray(-64 * 1024)).bytes).toHaveLength(0);
});

test("SentBytes and what repeats itself: one letter, many of it, end in time with nothing left", () => {
  const sent = new SentBytes(MIB);
  sent.add(new Uint8Array(300_000).fill(0x61));
  expect(sent.remainderOf(new Uint8Array(900_000).fill(0x61)).bytes.length).toBeLessThan(BLOCK_LEFT);
});

/** Less than a block may be left at the end of the last copy. */
const BLOCK_LEFT = 32;

test("novelty counts what is told by the choice of what is repeated", () => {
  const novelty = createNovelty(ports);
  const old = noise(5, 256 * 1024);
  novelty.sent("job", "api", old);
  const random = randomFrom(6);
  // 12 bits by each piece: which of 4096 places is repeated next.
  const chosen = Array.from({ length: 50 }, () => {
    const start = 64 * Math.floor(random() * 4096);
    return old.subarray(start, start + 64);
  });
  expect(novelty.measure("job", "api", joined(chosen))).toBeGreaterThanOrEqual(12 * 50);
});

/** Text of this repository, in pieces: what an agent reads and writes. */
function pieces(length: number): () => string {
  const files = ["SPEC.md", "CLI.md", "JSON.md", "ERRORS.md", "ARCHITECTURE.md", "LEDGER.md"];
  const text = files
    .map((name) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8"))
    .join("\n");
  let at = 0;
  return () => {
    at += length;
    return text.slice((at - length) % text.length, ((at - length) % text.length) + length);
  };
}

test("novelty of a conversation of 300 turns is what its turns say, not what each request repeats", () => {
  const novelty = createNovelty(ports);
  const [said, answered] = [pieces(360), pieces(240)];
  const messages: { readonly role: string; readonly content: string }[] = [];
  let bits = 0;
  let sent = 0;
  let last = new Uint8Array(0);
  for (let turn = 0; turn < 300; turn += 1) {
    messages.push({ role: "user", content: said() });
    last = new Uint8Array(
      Buffer.from(
        JSON.stringify({ model: "example-large", max_tokens: 4096, system: "You help.", messages }),
      ),
    );
    bits += novelty.measure("job", "api", last);
    novelty.sent("job", "api", last);
    sent += last.length;
    messages.push({ role: "assistant", content: answered() });
  }
  const once = ports.deflatedLength(last, new Uint8Array(0));
  expect(sent).toBeGreaterThan(20 * MIB);
  expect(bits / 8).toBeLessThan(64 * 1024);
  // What is sent once, and for each turn what says that it goes on.
  expect(bits / 8).toBeLessThan(1.3 * once + 300 * 40);
  expect(bits / 8).toBeGreaterThan(0.5 * once);
});
