// Texts that are made to be slow to scan, generated from a seed: for measuring the least speed. Not texts to find anything in.
import { gzipSync } from "node:zlib";

export interface HostileText {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * About `length` bytes of each kind: words that select rules, enrolled values whole and in pieces, encodings inside one
 * another, runs of every alphabet, and mixtures of all of it. `values` are enrolled; `keywords` select rules.
 */
export function hostileTexts(
  length: number,
  { values, keywords }: { readonly values: readonly string[]; readonly keywords: readonly string[] },
): readonly HostileText[] {
  const random = randomFrom(20_261_122);
  const pieces = piecesOf(values, random);
  return [
    ...keywords.flatMap((word) => repeatedWith(word, length)),
    ...enrolled(values, length, random),
    ...nested(length, random),
    ...Object.entries(pieces).map(([name, piece]) => ({ name, bytes: filled(length, piece) })),
    ...mixtures(Object.values(pieces), length, random),
    { name: "random bytes", bytes: Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))) },
    { name: "small gzip streams", bytes: streams(length, random) },
  ];
}

/** One keyword over and over, alone and with what invites a rule to read on. */
function repeatedWith(word: string, length: number): readonly HostileText[] {
  return [word, `${word}=`, `${word}:"`, `${word} a1b2 `, `${word}aaaaAAAA0000`].map((pattern) => ({
    name: JSON.stringify(pattern),
    bytes: filled(length, () => pattern),
  }));
}

function enrolled(values: readonly string[], length: number, random: () => number): readonly HostileText[] {
  const one = values[0] ?? "";
  const any = (): string => values[Math.floor(random() * values.length)] ?? "";
  const made: Readonly<Record<string, () => string>> = {
    "one value": () => one,
    "one value, spaced": () => `${one} `,
    "one value, a line each": () => `x = "${one}";\n`,
    "values in turn": () => `${any()}\n`,
    "values backwards": () => `${Array.from(any()).reverse().join("")} `,
    "values in hexadecimal": () => `${Buffer.from(any()).toString("hex")}\n`,
    "values in base64": () => `${Buffer.from(any()).toString("base64")}\n`,
    "values, letters apart": () => `${Array.from(any()).join(" ")}\n`,
    "values in Caesar's": () =>
      any().replaceAll(/[a-y]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) + 1)),
    "windows of values": () => pieceOf(any(), 6, random),
    "windows of values, spaced": () => `${pieceOf(any(), 7, random)} `,
    "halves of values": () => `${pieceOf(any(), 14, random)}, `,
    "beginnings of one value": () => `${one.slice(0, 8)}. `,
  };
  return Object.entries(made).map(([name, piece]) => ({ name, bytes: filled(length, piece) }));
}

function nested(length: number, random: () => number): readonly HostileText[] {
  const base64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("base64"));
  const hex = (bytes: Buffer): Buffer => Buffer.from(bytes.toString("hex"));
  const percent = (bytes: Buffer): Buffer =>
    Buffer.from([...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  const json = (bytes: Buffer): Buffer => Buffer.from(JSON.stringify(bytes.toString("latin1")));
  const ways = { base64, hex, percent, json };
  const made: HostileText[] = [];
  for (const [name, way] of Object.entries(ways)) {
    let bytes: Buffer = Buffer.from(words(200, random));
    for (let depth = 1; depth <= 6; depth += 1) {
      bytes = way(bytes);
      if (bytes.length <= length)
        made.push({
          name: `${name} ${depth} deep`,
          bytes: filled(length, () => `${bytes.toString("latin1")} `),
        });
    }
  }
  const mixed = Object.values(ways);
  for (let time = 0; time < 8; time += 1) {
    let bytes: Buffer = Buffer.from(words(40 + Math.floor(random() * 400), random));
    for (let depth = 0; depth < 5; depth += 1) {
      const next = (mixed[Math.floor(random() * mixed.length)] ?? base64)(bytes);
      if (next.length <= length) bytes = next;
    }
    made.push({
      name: `encodings nested ${time + 1}`,
      bytes: filled(length, () => `${bytes.toString("latin1")}\n`),
    });
  }
  return made;
}

/** One piece of a text at a time, by name. */
function piecesOf(values: readonly string[], random: () => number): Readonly<Record<string, () => string>> {
  const of = (letters: string, count: number) => (): string => picked(Array.from(letters), count, random);
  const number = (max: number): number => Math.floor(random() * max);
  return {
    "base64 in one run": of(BASE64, 997),
    "base64 in lines": () => `${of(BASE64, 76)()}\n`,
    "base64 in short runs": () => `${of(BASE64, 8 + number(20))()} `,
    "hexadecimal in one run": of("0123456789abcdef", 1000),
    "hexadecimal in pairs": () => `${of("0123456789abcdef", 2)()}:`,
    "hexadecimal in short runs": () => `${of("0123456789abcdef", 12 + number(8))()} `,
    "base32 runs": () => `${of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16 + number(16))()} `,
    "printable ASCII": of(String.fromCharCode(...Array.from({ length: 94 }, (_, at) => 33 + at)), 1000),
    "printable ASCII, quoted": () => `"${of("!#$%&()*+-./0123456789:;<=>?@ABCXYZ[]^_abcxyz{|}~", 60)()}", `,
    "letters and digits": of(BASE64.slice(0, 62), 1000),
    "small letters": of("abcdefghijklmnopqrstuvwxyz", 1000),
    "made-up words": () => `${of("abcdefghijklmnopqrstuvwxyz", 2 + number(9))()} `,
    "numbers below 256": () => `${number(256)}, `,
    "numbers above 2^40": () => `${Math.floor(random() * 2 ** 52)} `,
    digits: of("0123456789", 1000),
    "noughts and ones": of("01", 1000),
    "noughts and ones in eights": () => `${of("01", 8)()} `,
    "Morse code": () => `${of(".-", 1 + number(5))()} `,
    Braille: () => String.fromCodePoint(0x2800 + number(256)),
    emoji: () => String.fromCodePoint(0x1f300 + number(512)),
    Cyrillic: () => `${String.fromCodePoint(...Array.from({ length: 7 }, () => 0x430 + number(32)))} `,
    "look-alikes": of("аеорсухіјѕԁԛԝ", 300),
    "hidden characters": () => `a${String.fromCodePoint(0x200b + number(5))}`,
    "characters with zeros": () => `${of(BASE64, 1)()}\0`,
    "percent escapes": () => `%${number(256).toString(16).padStart(2, "0")}`,
    "character references": () => `&#${number(256)};`,
    "escapes of code": () => `\\x${number(256).toString(16).padStart(2, "0")}`,
    "Unicode escapes": () => `\\u00${number(256).toString(16).padStart(2, "0")}`,
    "joined strings": () => `"${of(BASE64, 4)()}" + `,
    "one letter each, quoted": () => `'${of(BASE64, 1)()}', `,
    "one letter a line": () => `${of(BASE64, 1)()}\n`,
    "three letters a line": () => `${of(BASE64, 3)()}\r\n`,
    brackets: of("([{<>}])", 200),
    quotes: of("\"'`", 200),
    "equals signs": () => "=",
    backslashes: () => "\\",
    spaces: () => " ",
    "line ends": () => "\n",
    dots: () => ".",
    "one letter": () => "a",
    "two letters": () => "ab",
    addresses: () => `${of("abc", 3)()}.${number(99)}@${of("xyz", 5)()}.example, `,
    telephones: () => `+49 ${100 + number(900)} ${1_000_000 + number(9_000_000)}, `,
    "payment cards": () => `4${of("0123456789", 15)()} `,
    "bank accounts": () => `DE${of("0123456789", 20)()}\n`,
    "URLs with passwords": () => `https://${of("abc", 4)()}:${of(BASE64, 12)()}@host.example/ `,
    "JSON of keys": () => `{"api_key":"${of(BASE64, 32)()}"},`,
    "deep JSON": () => '{"a":[',
    UUIDs: () => `${[8, 4, 4, 4, 12].map((count) => of("0123456789abcdef", count)()).join("-")} `,
    "JSON Web Tokens": () => `eyJhbGciOiJIUzI1NiJ9.eyJ${of(BASE64, 20)()}.${of(BASE64, 43)()} `,
    "pieces of values": () =>
      `${pieceOf(values[number(values.length)] ?? "", 10, random)}${of(" ,.\n", 1)()}`,
  };
}

/** Long and short stretches of several kinds, which change often. */
function mixtures(
  pieces: readonly (() => string)[],
  length: number,
  random: () => number,
): readonly HostileText[] {
  return Array.from({ length: 24 }, (_, at) => {
    const kinds = Array.from({ length: 2 + (at % 5) }, () => pieces[Math.floor(random() * pieces.length)]);
    const often = 1 + Math.floor(random() * 12);
    const piece = (): string => {
      const kind = kinds[Math.floor(random() * kinds.length)];
      return Array.from({ length: 1 + Math.floor(random() * often) }, () => kind?.() ?? "")
        .join("")
        .slice(0, 400);
    };
    return { name: `mixture ${at + 1}`, bytes: filled(length, piece) };
  });
}

function streams(length: number, random: () => number): Buffer {
  const parts: Buffer[] = [];
  for (let held = 0; held < length; held += parts.at(-1)?.length ?? length)
    parts.push(gzipSync(words(30, random)));
  return Buffer.concat(parts).subarray(0, length);
}

function filled(length: number, piece: () => string): Buffer {
  const parts: Buffer[] = [];
  for (let held = 0; held < length; ) {
    const part = Buffer.from(piece());
    parts.push(part);
    held += Math.max(1, part.length);
  }
  return Buffer.concat(parts).subarray(0, length);
}

function words(count: number, random: () => number): string {
  const some = ["the", "value", "of", "account", "server", "is", "not", "here", "result", "request"];
  return Array.from({ length: count }, () => picked(some, 1, random)).join(" ");
}

function picked(letters: readonly string[], count: number, random: () => number): string {
  let text = "";
  for (let at = 0; at < count; at += 1) text += letters[Math.floor(random() * letters.length)] ?? "";
  return text;
}

function pieceOf(value: string, length: number, random: () => number): string {
  const start = Math.floor(random() * Math.max(1, value.length - length));
  return value.slice(start, start + length);
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
