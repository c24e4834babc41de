// The scanner finds a value below any composition of the encodings it knows, and finds nothing in random text.
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, isDeep, seed } from "../../../../test/depth.ts";
import { createRequestScanner } from "./create-request-scanner.ts";

/** An encoding of text, given numbers to choose by. `deep`: it counts towards the depth. */
interface Encoding {
  readonly name: string;
  readonly deep: boolean;
  readonly encode: (text: string, choice: readonly number[]) => string;
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const raw = (text: string): Buffer => Buffer.from(text, "latin1");
const hex = (c: string): string => c.charCodeAt(0).toString(16).padStart(2, "0");

const ENCODINGS: readonly Encoding[] = [
  {
    name: "base64",
    deep: true,
    encode: (text, [a = 0]) => raw("xyz".slice(0, a % 3) + text).toString("base64"),
  },
  {
    name: "base64url",
    deep: true,
    encode: (text, [a = 0]) => raw("xyz".slice(0, a % 3) + text).toString("base64url"),
  },
  {
    name: "wrapped base64",
    deep: true,
    encode: (text, [a = 0]) =>
      (
        raw(text)
          .toString("base64")
          .match(new RegExp(`.{1,${5 + (a % 70)}}`, "g")) ?? []
      ).join("\r\n"),
  },
  { name: "hex", deep: true, encode: (text) => raw(text).toString("hex") },
  { name: "hex in capitals", deep: true, encode: (text) => raw(text).toString("hex").toUpperCase() },
  {
    name: "hex with separators",
    deep: true,
    encode: (text, [a = 0]) => Array.from(text, hex).join([":", "-", " ", ", ", "_"][a % 5]),
  },
  // What is escaped is chosen, but the escape character always is.
  {
    name: "percent",
    deep: false,
    encode: (text, choice) =>
      Array.from(text, (c, at) =>
        c === "%" ||
        c === "\\" ||
        c === "&" ||
        c < "!" ||
        c > "~" ||
        (choice[at % choice.length] ?? 0) % 2 === 0
          ? `%${hex(c)}`
          : c,
      ).join(""),
  },
  {
    name: "JSON",
    deep: false,
    encode: (text) => JSON.stringify(text).slice(1, -1).replaceAll("%", "\\u0025").replaceAll("&", "\\u0026"),
  },
  {
    name: "JSON units",
    deep: false,
    encode: (text) => Array.from(text, (c) => `\\u00${hex(c)}`).join(""),
  },
  {
    name: "references",
    deep: false,
    encode: (text) => Array.from(text, (c) => `&#${c.charCodeAt(0)};`).join(""),
  },
  { name: "reversed", deep: false, encode: (text) => Array.from(text).reverse().join("") },
];
const COMPRESSIONS: readonly Encoding[] = [
  { name: "gzip", deep: true, encode: (text) => latin(gzipSync(raw(text))) },
  { name: "zlib", deep: true, encode: (text) => latin(deflateSync(raw(text))) },
  { name: "zstd", deep: true, encode: (text) => latin(zstdCompressSync(raw(text))) },
];

const value = fc
  .string({ minLength: 10, maxLength: 40, unit: "grapheme-ascii" })
  .filter((text) => text.trim() === text && text.replace(/\s/g, "").length >= 6 && !/[%\\&]/.test(text));
const choice = fc.array(fc.nat(100), { minLength: 3, maxLength: 9 });
const context = fc.string({
  maxLength: 40,
  unit: fc.constantFrom(...Array.from(' abcxyz0123456789=.,;:/{}"')),
});

const chain = fc
  .array(fc.tuple(fc.constantFrom(...ENCODINGS), choice), { maxLength: 4 })
  .filter((steps) => steps.filter(([{ deep }]) => deep).length <= 3)
  // Two turns round are none, and are looked for as none.
  .filter((steps) => steps.filter(([{ name }]) => name === "reversed").length <= 1);

/** ms: the deep counts take longer than a test otherwise may. */
const DEEP_TIMEOUT = isDeep ? 3_600_000 : 60_000;

test(
  "createRequestScanner finds a value below any composition of text encodings",
  () => {
    const property = fc.property(value, chain, context, context, (secret, steps, before, after) => {
      const scan = createRequestScanner([{ name: "v", value: secret }]);
      let text = secret;
      for (const [{ encode }, numbers] of steps) text = encode(text, numbers);
      const body = raw(`${before} ${text} ${after}`);
      const hit = scan({ method: "POST", url: "https://a.example:443/", headers: [], body, decoded: body });
      expect(hit, steps.map(([{ name }]) => name).join(" → ")).not.toBeNull();
    });
    fc.assert(property, { seed, numRuns: depth(400, 20_000) });
  },
  DEEP_TIMEOUT,
);

test(
  "createRequestScanner finds a value in compressed data below text encodings",
  () => {
    const steps = fc
      .tuple(fc.constantFrom(...COMPRESSIONS), chain)
      .filter(([, chain]) => chain.filter(([{ deep }]) => deep).length <= 2)
      // Turned bytes are no compressed data any more.
      .filter(
        ([, chain]) =>
          chain[0]?.[0].name !== "reversed" &&
          !chain.some(([{ name }]) => name === "JSON" || name === "JSON units" || name === "references"),
      );
    const property = fc.property(value, steps, (secret, [{ encode }, outer]) => {
      const scan = createRequestScanner([{ name: "v", value: secret }]);
      let text = encode(`some text before ${secret} and after`, []);
      for (const [step, numbers] of outer) text = step.encode(text, numbers);
      const body = raw(text);
      const hit = scan({ method: "POST", url: "https://a.example:443/", headers: [], body, decoded: body });
      expect(hit, outer.map(([{ name }]) => name).join(" → ")).not.toBeNull();
    });
    fc.assert(property, { seed, numRuns: depth(200, 10_000) });
  },
  DEEP_TIMEOUT,
);

test(
  "createRequestScanner finds nothing in random text and bytes",
  () => {
    const scan = createRequestScanner([
      { name: "a", value: "Zq9-Xv7_Lk" },
      { name: "b", value: "hunter2-hunter2" },
    ]);
    const bodies = fc.oneof(
      fc.string({ maxLength: 2000 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
      fc.base64String({ maxLength: 2000 }).map((text) => Buffer.from(text)),
    );
    const property = fc.property(bodies, fc.webUrl(), (body, url) => {
      expect(scan({ method: "POST", url, headers: [["x-a", "b"]], body, decoded: body })).toBeNull();
    });
    fc.assert(property, { seed, numRuns: depth(300, 20_000) });
  },
  DEEP_TIMEOUT,
);
