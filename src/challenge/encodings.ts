// Ways to write bytes down, by name: what `<NAME|base64>` in a suite means, and what the operator `encoding` draws from. Each
// is a plain function of bytes; none decodes.
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

/** Bytes written in another way. */
export type Encoding = (bytes: Buffer) => Buffer;

const text = (bytes: Buffer): string => bytes.toString("utf8");
const each = (bytes: Buffer, write: (hex: string) => string): Buffer =>
  Buffer.from([...bytes].map((byte) => write(byte.toString(16).padStart(2, "0"))).join(""));
const letters = (bytes: Buffer, write: (letter: string) => string): Buffer =>
  Buffer.from(Array.from(text(bytes), write).join(""));

/** RFC 4648 section 6. */
function base32(bytes: Buffer): Buffer {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/gu) ?? [];
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return Buffer.from(groups.map((five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)]).join(""));
}

function rot13(letter: string): string {
  if (!/[a-z]/iu.test(letter)) return letter;
  const base = letter < "a" ? 65 : 97;
  return String.fromCharCode(base + ((letter.charCodeAt(0) - base + 13) % 26));
}

export const ENCODINGS: Readonly<Record<string, Encoding>> = {
  base64: (bytes) => Buffer.from(bytes.toString("base64")),
  base64url: (bytes) => Buffer.from(bytes.toString("base64url")),
  base64lines: (bytes) => Buffer.from((bytes.toString("base64").match(/.{1,20}/gu) ?? []).join("\n")),
  base32,
  hex: (bytes) => Buffer.from(bytes.toString("hex")),
  upperhex: (bytes) => Buffer.from(bytes.toString("hex").toUpperCase()),
  colonhex: (bytes) => Buffer.from((bytes.toString("hex").match(/../gu) ?? []).join(":")),
  percent: (bytes) => each(bytes, (hex) => `%${hex}`),
  percent2: (bytes) => each(bytes, (hex) => `%25${hex}`),
  backslashx: (bytes) => each(bytes, (hex) => `\\x${hex}`),
  backslashu: (bytes) => letters(bytes, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
  entities: (bytes) => letters(bytes, (one) => `&#${one.codePointAt(0) ?? 0};`),
  decimal: (bytes) => Buffer.from([...bytes].join(" ")),
  octal: (bytes) => Buffer.from([...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")),
  binary: (bytes) => Buffer.from([...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join(" ")),
  reverse: (bytes) => Buffer.from(Array.from(text(bytes)).reverse().join("")),
  rot13: (bytes) => letters(bytes, rot13),
  upper: (bytes) => Buffer.from(text(bytes).toUpperCase()),
  spaced: (bytes) => Buffer.from(Array.from(text(bytes)).join(" ")),
  dashed: (bytes) => Buffer.from((text(bytes).match(/.{1,4}/gu) ?? []).join("-")),
  lines: (bytes) => Buffer.from(Array.from(text(bytes)).join("\n")),
  wide: (bytes) =>
    letters(bytes, (one) =>
      one > " " && one <= "~" ? String.fromCodePoint(one.charCodeAt(0) + 0xfee0) : one,
    ),
  zerowidth: (bytes) => Buffer.from(Array.from(text(bytes)).join("\u200b")),
  utf16: (bytes) => Buffer.from(text(bytes), "utf16le"),
  json: (bytes) => Buffer.from(JSON.stringify(text(bytes))),
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  brotli: (bytes) => brotliCompressSync(bytes),
};

/** Encodings whose result is text that a URL, a field or a JSON text can hold; the operator `encoding` draws from these. */
export const TEXT_ENCODINGS: readonly string[] = [
  "base64",
  "base64url",
  "base32",
  "hex",
  "upperhex",
  "colonhex",
  "percent",
  "percent2",
  "decimal",
  "binary",
  "reverse",
  "dashed",
];
