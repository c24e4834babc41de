// A value below any composition of the encodings is seen in some view; offset maps stay inside the input and cover the run;
// hostile inputs end in an answer.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, isDeep, seed } from "../../../test/depth.ts";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { ScanBudget, ScanExhausted } from "../scan-budget.ts";
import { viewsOf } from "./views-of.ts";

const ports = createScanPorts();
const budgetOf = (): ScanBudget => new ScanBudget({ time: 60_000, work: 2e9, memory: 5e8 }, ports.now);

interface Encoding {
  readonly name: string;
  readonly encode: (text: string, choice: readonly number[]) => string;
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const raw = (text: string): Buffer => Buffer.from(text, "latin1");
const codes = (text: string): readonly number[] => [...raw(text)];
const hex = (code: number): string => code.toString(16).padStart(2, "0");

/** Encodings of any text. */
const TEXT: readonly Encoding[] = [
  { name: "base64", encode: (text) => raw(text).toString("base64") },
  { name: "base64url", encode: (text, [a = 0]) => raw("xyz".slice(0, a % 3) + text).toString("base64url") },
  {
    name: "wrapped base64",
    encode: (text, [a = 0]) =>
      (
        raw(text)
          .toString("base64")
          .match(new RegExp(`.{1,${8 + (a % 70)}}`, "g")) ?? []
      ).join("\r\n"),
  },
  { name: "hex", encode: (text) => raw(text).toString("hex") },
  {
    name: "hex with separators",
    encode: (text, [a = 0]) =>
      codes(text)
        .map(hex)
        .join([":", "-", " ", ", ", "_"][a % 5]),
  },
  {
    name: "hex with prefixes",
    encode: (text) =>
      codes(text)
        .map((code) => `0x${hex(code)}`)
        .join(","),
  },
  { name: "base32", encode: (text) => base32(text) },
  {
    name: "percent",
    encode: (text) =>
      codes(text)
        .map((code) => `%${hex(code)}`)
        .join(""),
  },
  {
    name: "unicode escapes",
    encode: (text) =>
      codes(text)
        .map((code) => `\\u00${hex(code)}`)
        .join(""),
  },
  {
    name: "references",
    encode: (text) =>
      codes(text)
        .map((code) => `&#${code};`)
        .join(""),
  },
  { name: "decimal codes", encode: (text) => `[${codes(text).join(", ")}]` },
  {
    name: "binary",
    encode: (text) =>
      codes(text)
        .map((code) => code.toString(2).padStart(8, "0"))
        .join(" "),
  },
];

/** Encodings of which the output is bytes, so that they only come first. */
const BYTES: readonly Encoding[] = [
  { name: "gzip", encode: (text) => latin(gzipSync(raw(text))) },
  { name: "zlib", encode: (text) => latin(deflateSync(raw(text))) },
  { name: "zstd", encode: (text) => latin(zstdCompressSync(raw(text))) },
];

/** Encodings without a mark of their own, that are read only as a whole run below base64 or hex. */
const UNMARKED: readonly Encoding[] = [
  { name: "deflate", encode: (text) => latin(deflateRawSync(raw(text))) },
  { name: "brotli", encode: (text) => latin(brotliCompressSync(raw(text))) },
];

function base32(text: string): string {
  const bits = codes(text)
    .map((code) => code.toString(2).padStart(8, "0"))
    .join("");
  const letters = bits.match(/.{1,5}/g) ?? [];
  return letters
    .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)])
    .join("");
}

/** Values as they are: letters, digits and a few signs; not of a few letters that repeat, which no reader tells from chance. */
const value = fc
  .string({
    minLength: 14,
    maxLength: 40,
    unit: fc.constantFrom(...Array.from("abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_$!")),
  })
  .filter((text) => new Set(text).size > 8 && /^[A-Za-z0-9]/.test(text));
const choice = fc.array(fc.nat(100), { minLength: 3, maxLength: 5 });
const context = fc.constantFrom("", "note: ", '{"a":"', "x=1&data=", "GET /a/b?q=", "some words before ");
const steps = fc.array(fc.tuple(fc.constantFrom(...TEXT), choice), { minLength: 1, maxLength: 3 });
const first = fc.option(fc.constantFrom(...BYTES), { nil: null });
const DEEP_TIMEOUT = isDeep ? 3_600_000 : 60_000;

function seen(
  input: Buffer,
  secret: string,
): { readonly how: readonly string[]; readonly start: number; readonly end: number } | null {
  for (const view of viewsOf(input, ports, budgetOf())) {
    const at = view.text.indexOf(secret);
    if (at >= 0) return { how: view.decoded, ...view.origin(at, at + secret.length) };
  }
  return null;
}

test(
  "viewsOf shows a value below any composition of encodings, and where its run is",
  () => {
    const property = fc.property(value, first, steps, context, (secret, inner, outer, before) => {
      let text = inner === null ? secret : inner.encode(`some text and ${secret} and more of it`, []);
      for (const [{ encode }, numbers] of outer) text = encode(text, numbers);
      const input = raw(`${before}${text}${before.startsWith("{") ? '"}' : ""}`);
      const names = [inner?.name, ...outer.map(([{ name }]) => name)].join(" → ");
      const found = seen(input, secret);
      expect(found, names).not.toBeNull();
      expect(found?.start, names).toBeGreaterThanOrEqual(before.length === 0 ? 0 : before.length - 1);
      expect(found?.end, names).toBeLessThanOrEqual(input.length);
      expect(found?.how.length, names).toBeGreaterThan(0);
    });
    fc.assert(property, { seed, numRuns: depth(100, 20_000) });
  },
  DEEP_TIMEOUT,
);

test(
  "viewsOf shows a value below a compression without a mark, below base64 or hex",
  () => {
    const outer = fc.constantFrom(...TEXT.filter(({ name }) => name === "base64" || name === "hex"));
    const property = fc.property(value, fc.constantFrom(...UNMARKED), outer, (secret, inner, { encode }) => {
      const text = encode(inner.encode(`{"token":"${secret}","more":"${secret}"}`, []), []);
      expect(seen(raw(`data=${text}`), secret)).not.toBeNull();
    });
    fc.assert(property, { seed, numRuns: depth(60, 5000) });
  },
  DEEP_TIMEOUT,
);

test(
  "viewsOf gives origins inside the input and not empty, of whatever it reads",
  () => {
    const pieces = fc.constantFrom(
      "%41",
      "\\u0041",
      "&#65;",
      "QUJDREVGR0hJSg==",
      "616263646566",
      "[72,101,108,108,111]",
      " ",
      "\n",
      '"a"+"b"',
      "ZG9n",
      "é",
      "\u200b",
      "0x41,",
      "-.. ",
      "аbс",
    );
    const text = fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 6 })), { maxLength: 60 })
      .map((all) => all.join(""));
    const property = fc.property(text, fc.nat(), fc.nat(), (text, a, b) => {
      const input = Buffer.from(text);
      for (const view of viewsOf(input, ports, budgetOf())) {
        if (view.bytes.length === 0) continue;
        const start = a % view.bytes.length;
        const end = start + 1 + (b % (view.bytes.length - start));
        const span = view.origin(start, end);
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeGreaterThan(span.start);
        expect(span.end).toBeLessThanOrEqual(input.length);
        for (const { start, end } of [...(view.read ?? []), ...(view.unread ?? [])]) {
          expect(end).toBeLessThanOrEqual(view.bytes.length);
          expect(start).toBeLessThan(end);
        }
      }
    });
    fc.assert(property, { seed, numRuns: depth(300, 20_000) });
  },
  DEEP_TIMEOUT,
);

test(
  "viewsOf ends on any bytes, with views or ScanExhausted",
  () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 4000 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text)),
      fc
        .tuple(fc.string({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 2000 }))
        .map(([piece, times]) => Buffer.from(piece.repeat(times))),
    );
    const property = fc.property(bodies, (body) => {
      let bytes = 0;
      try {
        for (const view of viewsOf(body, ports, budgetOf())) bytes += view.bytes.length;
      } catch (error) {
        expect(error).toBeInstanceOf(ScanExhausted);
      }
      expect(bytes).toBeLessThanOrEqual(9 * body.length + 262_144 + 8 * 64 * 1024 * 1024);
    });
    fc.assert(property, { seed, numRuns: depth(150, 10_000) });
  },
  DEEP_TIMEOUT,
);
