import { createCipheriv } from "node:crypto";
import { expect, test } from "vitest";
import { BASE62, picked, ports, randomFrom } from "../../../test/protected-world.ts";
import { ScanExhausted } from "../scan-budget.ts";
import { createNovelty, NOVELTY_BOUNDS } from "./novelty.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A heartbeat with a counter and a load, and `hidden` letters in its note. */
function heartbeat(count: number, hidden: string): Uint8Array {
  const load = (count * 7) % 10;
  return bytesOf(
    `{"node":"worker-3","sequence":${String(1000 + count)},"load":0.${String(load)},"state":"ok","note":"${hidden}"}`,
  );
}

function settled(): ReturnType<typeof createNovelty> {
  const novelty = createNovelty(ports);
  for (let count = 0; count < 50; count += 1) novelty.sent("job", "api", heartbeat(count, ""));
  return novelty;
}

test("measure of novelty settles low for a heartbeat and tells 95 hidden bits from none", () => {
  const novelty = settled();
  const clean = novelty.measure("job", "api", heartbeat(51, ""));
  const hiding = novelty.measure("job", "api", heartbeat(51, picked(randomFrom(1), BASE62, 16)));
  expect(clean).toBeLessThanOrEqual(160);
  expect(hiding - clean).toBeGreaterThanOrEqual(80);
});

test("measure of novelty rises with what is hidden", () => {
  const novelty = settled();
  const random = randomFrom(2);
  const secret = picked(random, BASE62, 400);
  const bits = [0, 16, 50, 100, 200, 400].map((length) =>
    novelty.measure("job", "api", heartbeat(60, secret.slice(0, length))),
  );
  expect(bits).toEqual(bits.toSorted((one, other) => one - other));
  expect(new Set(bits).size).toBe(bits.length);
});

test("measure of novelty shows encrypted traffic nearly bit for bit, also the tenth time", () => {
  const novelty = settled();
  for (let count = 0; count < 10; count += 1) {
    const cipher = createCipheriv("aes-256-ctr", Buffer.alloc(32, count), Buffer.alloc(16, 3));
    const sealed = cipher.update(heartbeat(count, ""));
    const bits = novelty.measure("job", "api", sealed);
    expect(bits).toBeGreaterThanOrEqual(sealed.length * 8 * 0.95);
    expect(bits).toBeLessThanOrEqual(sealed.length * 8 * 1.15 + 64);
    novelty.sent("job", "api", sealed);
  }
});

test("measure of novelty changes nothing: what was refused is as new when it is tried again", () => {
  const novelty = settled();
  const request = heartbeat(70, picked(randomFrom(3), BASE62, 100));
  const before = novelty.measure("job", "api", request);
  expect(novelty.measure("job", "api", request)).toBe(before);
  novelty.sent("job", "api", request);
  expect(novelty.measure("job", "api", request)).toBeLessThan(before / 4);
});

test("measure of novelty knows a pair only from its own traffic, in whatever order pairs send", () => {
  const requests = [...Array(8).keys()].map((count) => heartbeat(count, ""));
  const inTurn = createNovelty(ports);
  for (const request of requests) {
    inTurn.sent("job", "a", request);
    inTurn.sent("job", "b", request.toReversed());
    inTurn.sent("other", "a", request.toReversed());
  }
  const oneByOne = createNovelty(ports);
  for (const request of requests) oneByOne.sent("job", "b", request.toReversed());
  for (const request of requests) oneByOne.sent("job", "a", request);
  const next = heartbeat(99, "x");
  expect(inTurn.measure("job", "a", next)).toBe(oneByOne.measure("job", "a", next));
});

test("createNovelty refuses one pair too many and never forgets one for it", () => {
  const novelty = createNovelty(ports, { ...NOVELTY_BOUNDS, pairsMax: 2 });
  novelty.sent("job", "a", heartbeat(1, ""));
  novelty.sent("job", "b", heartbeat(1, ""));
  expect(() => novelty.measure("job", "c", heartbeat(1, ""))).toThrow(ScanExhausted);
  expect(() => novelty.sent("other", "a", heartbeat(1, ""))).toThrow(ScanExhausted);
  expect(novelty.measure("job", "a", heartbeat(1, ""))).toBeLessThan(200);
  novelty.forget("job");
  expect(novelty.measure("other", "a", heartbeat(1, ""))).toBeGreaterThan(200);
});

test("sent of novelty keeps no more than the dictionary's bytes and no hold on what it was given", () => {
  const lengths: number[] = [];
  const novelty = createNovelty(
    { deflatedLength: (_, dictionary) => lengths.push(dictionary.length) },
    { keptMax: 100, keptInAllMax: 1000, pairsMax: 1 },
  );
  const request = new Uint8Array(70).fill(1);
  for (let count = 0; count < 5; count += 1) novelty.sent("job", "a", request);
  novelty.sent("job", "a", new Uint8Array(100_000));
  novelty.measure("job", "a", request);
  expect(lengths.at(-1)).toBe(100);
});
