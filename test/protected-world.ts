// What the tests of enrolled values share: ports on node, a key, a seeded source of secrets and texts. Not a test.
import { createHmac, hash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import type { ScanPorts } from "../src/scan/ports.ts";
import { ScanBudget } from "../src/scan/scan-budget.ts";
import type { View } from "../src/scan/view.ts";

export const ports: Omit<ScanPorts, "inflate"> = {
  now: () => performance.now(),
  deflatedLength: (bytes, dictionary) =>
    deflateRawSync(bytes, dictionary.length === 0 ? {} : { dictionary: dictionary.slice(-32_768) }).length,
  sha256: (bytes) => hash("sha256", bytes, "buffer"),
  hmac: (key, bytes) => createHmac("sha256", key).update(bytes).digest(),
};

export const key: Uint8Array = new Uint8Array(32).fill(7);

export const BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Numbers in [0, 1) that follow from `seed` (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function picked(random: () => number, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}

/** Secrets of the kinds that people have, by kind. */
export const SECRETS: Readonly<Record<string, (random: () => number) => string>> = {
  hex: (random) => picked(random, "0123456789abcdef", 32),
  base62: (random) => picked(random, BASE62, 40),
  long: (random) => picked(random, BASE62, 64),
  passphrase: (random) =>
    Array.from({ length: 6 }, () => picked(random, "abcdefghijklmnopqrstuvwxyz", 7)).join("-"),
  pem: (random) =>
    [
      "-----BEGIN",
      " PRIVATE KEY-----\n",
      picked(random, `${BASE62}+/`, 512).replaceAll(/.{64}/g, "$&\n"),
      "-----END",
      " PRIVATE KEY-----\n",
    ].join(""),
};

/** A budget that is not exhausted. */
export function ample(): ScanBudget {
  return new ScanBudget({ time: 1e9, work: 1e12, memory: 1e12 }, () => 0);
}

export function viewOf(content: string | Uint8Array): View {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    bytes,
    text: Buffer.from(bytes).toString("latin1"),
    decoded: [],
    origin: (start, end) => ({ start, end }),
  };
}
