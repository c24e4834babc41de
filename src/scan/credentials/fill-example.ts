// Fills the examples of the token tables with seeded random characters. For tests only: no file holds what looks like a secret.
import { base62, crc32 } from "./token-check.ts";

const SETS: Readonly<Record<string, string>> = {
  alnum: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  b32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  b32lower: "abcdefghijklmnopqrstuvwxyz234567",
  b64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  digit: "0123456789",
  hex: "0123456789abcdef",
  letter: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
  lower: "abcdefghijklmnopqrstuvwxyz0123456789",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
};

/**
 * `{hex:32}` → 32 random characters of the set; `{uuid}`; `{crc:30}` → 30 characters and their checksum as GitHub and npm write
 * it. `random`: in [0, 1). Throws for an unknown set.
 */
export function fillExample(template: string, random: () => number): string {
  const some = (set: string, count: number): string => {
    const characters = SETS[set];
    if (characters === undefined) throw new Error(`no set \`${set}\` in \`${template}\``);
    return Array.from({ length: count }, () => characters[Math.floor(random() * characters.length)]).join("");
  };
  return template.replaceAll(/\{([a-z0-9]+)(?::(\d+))?\}/g, (_, set: string, count = "0") => {
    if (set === "uuid") return [8, 4, 4, 4, 12].map((length) => some("hex", length)).join("-");
    const body = some(set === "crc" ? "alnum" : set, Number(count));
    return set === "crc" ? body + base62(crc32(body)) : body;
  });
}

/** A seeded source of random numbers in [0, 1) (mulberry32, Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
