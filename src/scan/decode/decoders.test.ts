// Known answers: one text under each encoding that is read, by the name of its decoding. Compositions are in
// views-of.property.test.ts.
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { ScanBudget } from "../scan-budget.ts";
import { mayDeflate, mayInflate } from "./deflate-start.ts";
import { latin1Of } from "./latin1.ts";
import { viewsOf } from "./views-of.ts";

const ports = createScanPorts();
const TEXT = "Lighthouse keepers 42, at dawn!";
const bytes = Buffer.from(TEXT);
const codes = [...bytes];
const joined = (write: (code: number) => string, between = ""): string => codes.map(write).join(between);
const padded = (code: number, base: number, width: number): string =>
  code.toString(base).padStart(width, "0");

function readings(input: string | Uint8Array, known = true): readonly (readonly [string, string])[] {
  const given = Buffer.from(input as Uint8Array);
  const budget = new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9 }, ports.now);
  return [...viewsOf(given, ports, budget, { known })].map(({ decoded, text }) => [decoded.join(" "), text]);
}

/** Letters of `width` bits each, most significant bit first. */
function packed(letters: string, width: number): string {
  const bits = joined((code) => padded(code, 2, 8));
  const groups = bits.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
  return groups.map((group) => letters[Number.parseInt(group.padEnd(width, "0"), 2)]).join("");
}

function asNumber(letters: string): string {
  let [number, text] = [BigInt(`0x${bytes.toString("hex")}`), ""];
  for (; number > 0n; number /= BigInt(letters.length))
    text = `${letters[Number(number % BigInt(letters.length))]}${text}`;
  return text;
}

/** Whole groups of four bytes as five letters, so that no rule for the last group matters. */
function base85(letters: string): string {
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const number = bytes.readUInt32BE(at);
    for (let place = 4; place >= 0; place--) text += letters[Math.floor(number / 85 ** place) % 85];
  }
  return text;
}

/** RFC 9285 section 4, of an even number of bytes. */
function base45(text: string): string {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const given = Buffer.from(text);
  let out = "";
  for (let at = 0; at + 1 < given.length; at += 2) {
    const number = given.readUInt16BE(at);
    for (const place of [1, 45, 2025]) out += letters[Math.floor(number / place) % 45];
  }
  return out;
}

function uuencoded(): string {
  const six = packed(String.fromCharCode(...Array.from({ length: 64 }, (_, at) => 32 + at)), 6);
  return `begin 644 a\n${String.fromCharCode(32 + bytes.length)}${six.padEnd(4 * Math.ceil(bytes.length / 3), " ")}\n\`\nend\n`;
}

const DIGITS = "0123456789";
const UPPERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWERS = UPPERS.toLowerCase();
const LETTERS_85 = String.fromCharCode(...Array.from({ length: 85 }, (_, at) => 33 + at));

test.each([
  ["base64", bytes.toString("base64"), TEXT],
  ["base64", bytes.toString("base64url"), TEXT],
  ["base64", `x${bytes.toString("base64")}`, "house keepers 42"],
  ["xxencode", packed(`+-${DIGITS}${UPPERS}${LOWERS}`, 6), "Lighthouse keepers"],
  ["base64 of bcrypt", packed(`./${UPPERS}${LOWERS}${DIGITS}`, 6), "Lighthouse keepers"],
  ["reversed base64", Array.from(bytes.toString("base64url")).reverse().join(""), "Lighthouse keepers"],
  ["base32", packed(`${UPPERS}234567`, 5), TEXT],
  ["base32", packed(`${LOWERS}234567`, 5), TEXT],
  ["base32hex", packed(`${DIGITS}${UPPERS}`, 5), TEXT],
  ["Crockford base32", packed("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 5), TEXT],
  ["z-base-32", packed("ybndrfg8ejkmcpqxot1uwisza345h769", 5), TEXT],
  ["base58", asNumber("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"), TEXT],
  ["base62", asNumber(`${DIGITS}${UPPERS}${LOWERS}`), TEXT],
  ["base36", asNumber(`${DIGITS}${LOWERS}`), TEXT],
  ["decimal number", asNumber(DIGITS), TEXT],
  ["Ascii85", base85(LETTERS_85), TEXT.slice(0, 28)],
  ["Z85", base85(`${DIGITS}${LOWERS}${UPPERS}.-:+=^!/*?&<>()[]{}@%$#`), TEXT.slice(0, 28)],
  ["base85", base85(`${DIGITS}${UPPERS}${LOWERS}!#$%&()*+-;<=>?@^_\`{|}~`), TEXT.slice(0, 28)],
  ["base45", base45("Copper/Kettle/19"), "Copper/Kettle/19"],
  ["hex", bytes.toString("hex"), TEXT],
  ["hex", joined((code) => `0x${padded(code, 16, 2)}`, ", "), TEXT],
  ["reversed hex", Array.from(bytes.toString("hex")).reverse().join(""), TEXT],
  ["decimal codes", codes.join(", "), TEXT],
  ["octal codes", joined((code) => padded(code, 8, 3), " "), TEXT],
  ["binary codes", joined((code) => padded(code, 2, 8), " "), TEXT],
  ["binary digits", joined((code) => padded(code, 2, 8)), TEXT],
  ["decimal digits", joined((code) => padded(code, 10, 3)), TEXT],
  ["percent", joined((code) => `%${padded(code, 16, 2)}`), TEXT],
  ["quoted-printable", joined((code) => `=${padded(code, 16, 2).toUpperCase()}`), TEXT],
  ["unicode escape", joined((code) => `\\u${padded(code, 16, 4)}`), TEXT],
  ["hex escape", joined((code) => `\\x${padded(code, 16, 2)}`), TEXT],
  ["octal escape", joined((code) => `\\${padded(code, 8, 3)}`), TEXT],
  ["character reference", joined((code) => `&#${code};`), TEXT],
  ["backslash", 'say \\"lighthouse\\" and go', 'say "lighthouse" and go'],
  ["concatenation", '"light" + "house" + "keepers"', "lighthousekeepers"],
  ["groups base64", (bytes.toString("base64").match(/.{1,12}/g) ?? []).join("\n"), TEXT],
  ["uuencode", uuencoded(), TEXT],
  ["UTF-16", Buffer.from(TEXT, "utf16le"), TEXT],
  ["Unicode", "Ｌｉｇｈｔｈｏｕｓｅ", "Lighthouse"],
  ["confusables", "Lіghthоusе", "Lighthouse"],
  ["Morse", ".-.. .. --. .... - .... --- ..- ... .", "lighthouse"],
  ["words for letters", "lima india golf hotel tango hotel oscar uniform sierra echo", "lighthouse"],
  ["Braille", "⠇⠊⠛⠓⠞⠓⠕⠥⠎⠑", "lighthouse"],
  ["compressed", gzipSync(bytes), TEXT],
  ["compressed", deflateSync(bytes), TEXT],
  ["compressed", zstdCompressSync(bytes), TEXT],
  ["first letters of words", "low ice grow heat tin hat one up sun elm kin ere", "lighthouseke"],
] as const)("viewsOf reads %s", (name, input, text) => {
  const found = readings(input).filter(([decoded]) => decoded === name);
  expect(found.some(([, read]) => read.includes(text))).toBe(true);
});

test("viewsOf leaves out what is only for known values where nobody looks for them", () => {
  const cover = "low ice grow heat tin hat one up sun elm kin ere";
  expect(readings(cover, false).map(([name]) => name)).toEqual([""]);
});

test.each([
  ["deflate", deflateRawSync(bytes)],
  ["deflate, stored", deflateRawSync(bytes, { level: 0 })],
  ["deflate, dynamic", deflateRawSync(TEXT.repeat(3) + codes.join())],
  ["brotli", brotliCompressSync(bytes)],
])("mayInflate says yes to %s", (_name, stream) => {
  expect(mayInflate(stream)).toBe(true);
});

test.each([
  ["a block of the kind that is none", [0b111, 1, 2, 3]],
  ["a stored block with a wrong length", [0b001, 5, 0, 5, 0]],
  ["a copy from before the start", [0b01000011, 0, 0, 0, 0]],
  ["nothing but dynamic noughts", [0b100, 0, 0, 0, 0, 0]],
])("mayDeflate says no to %s", (_name, stream) => {
  expect(mayDeflate(Uint8Array.from(stream), 0)).toBe(false);
});

test("latin1Of has a character for each byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, at) => at);
  expect(latin1Of(all)).toBe(String.fromCharCode(...all));
  expect(latin1Of(all.subarray(0xa0))).toBe(String.fromCharCode(...all.subarray(0xa0)));
});
