// Known answers of the scanner: each encoding in each place, what is no hit, and what is refused rather than searched on.
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { createRequestScanner } from "./create-request-scanner.ts";
import type { RequestParts, ScanHit } from "./request-scanner.ts";

const VALUE = "kJ8$wQ/4zT+x9=Lm~é";
const scan = createRequestScanner([{ name: "vault key", value: VALUE }]);

function parts(change: Partial<RequestParts> = {}): RequestParts {
  const body = change.body ?? new Uint8Array();
  const base = {
    method: "POST",
    url: "https://api.example.com:443/v1?q=1",
    headers: [["accept", "*/*"]] as const,
  };
  return { ...base, body, decoded: body, ...change };
}

const bytes = Buffer.from(VALUE);
const inBody = (body: string | Uint8Array): ScanHit | null =>
  scan(parts({ body: Buffer.from(body as Uint8Array) }));
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const units = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");

test.each([
  ["as it is", VALUE],
  ["percent-encoded whole", percent(VALUE)],
  ["percent-encoded by a browser", encodeURIComponent(VALUE)],
  ["percent-encoded twice", encodeURIComponent(percent(VALUE))],
  ["in JSON escapes", `{"a":"${units(VALUE)}"}`],
  ["in JSON escapes within JSON", JSON.stringify({ a: `{"b":"${units(VALUE)}"}` })],
  ["in \\x escapes", [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")],
  [
    "in decimal references",
    Array.from(VALUE)
      .map((c) => `&#${c.codePointAt(0)};`)
      .join(""),
  ],
  [
    "in hexadecimal references",
    Array.from(VALUE)
      .map((c) => `&#x${c.codePointAt(0)?.toString(16)};`)
      .join(""),
  ],
  ["base64 at offset 0", bytes.toString("base64")],
  ["base64 at offset 1", Buffer.from(`x${VALUE}y`).toString("base64")],
  ["base64 at offset 2", Buffer.from(`xy${VALUE}z`).toString("base64")],
  ["base64url", bytes.toString("base64url")],
  ["base64 after other base64 letters", `abc${bytes.toString("base64")}`],
  ["base64 wrapped at 8", (bytes.toString("base64").match(/.{1,8}/g) ?? []).join("\r\n")],
  ["base64, percent-encoded", encodeURIComponent(bytes.toString("base64"))],
  ["hexadecimal", bytes.toString("hex")],
  ["hexadecimal in capitals", bytes.toString("hex").toUpperCase()],
  ["hexadecimal with colons", (bytes.toString("hex").match(/../g) ?? []).join(":")],
  ["hexadecimal with prefixes", [...bytes].map((byte) => `0x${byte.toString(16)}`).join(", ")],
  ["hexadecimal after a digit", `f${bytes.toString("hex")}`],
  ["reversed", Array.from(VALUE).reverse().join("")],
  ["base64, reversed", Array.from(bytes.toString("base64")).reverse().join("")],
  ["one character a line", Array.from(VALUE).join("\n")],
  ["UTF-16", Buffer.from(VALUE, "utf16le")],
  ["UTF-16, big-endian", Buffer.from(VALUE, "utf16le").swap16()],
  ["gzip", gzipSync(VALUE)],
  [
    "gzip behind other bytes",
    Buffer.concat([Buffer.from("--boundary\r\n\r\n"), gzipSync(VALUE), Buffer.from("tail")]),
  ],
  ["zlib", deflateSync(VALUE)],
  ["Zstandard", zstdCompressSync(VALUE)],
  ["gzip in base64", `data:;base64,${gzipSync(VALUE).toString("base64")}`],
  [
    "base64 three deep",
    Buffer.from(Buffer.from(bytes.toString("base64")).toString("base64")).toString("base64"),
  ],
])("createRequestScanner finds a value %s", (_name, body) => {
  expect(inBody(body)).toMatchObject({ cause: "protected_value", name: "vault key", place: "body" });
});

test("createRequestScanner says where the value is, and how it was hidden", () => {
  const encoded = encodeURIComponent(bytes.toString("base64"));
  expect(scan(parts({ url: `https://api.example.com:443/${encoded}` }))).toEqual({
    cause: "protected_value",
    name: "vault key",
    place: "url",
    encoding: expect.stringMatching(/base64$/),
  });
  expect(scan(parts({ headers: [["X-Note", bytes.toString("hex")]] }))).toMatchObject({
    place: "header x-note",
    encoding: "hex",
  });
  expect(scan(parts({ body: Buffer.from("a"), decoded: bytes }))).toMatchObject({
    place: "body",
    encoding: "plain",
  });
});

test("createRequestScanner finds a value in the labels of a host", () => {
  const lower = createRequestScanner([{ name: "key", value: "AbCdEf123456" }]);
  expect(lower(parts({ url: "https://abc.def1.23456.example.com:443/" }))).toMatchObject({ place: "url" });
  const hex = Buffer.from("abcdef123456").toString("hex");
  expect(lower(parts({ url: `https://${hex.slice(0, 9)}.${hex.slice(9)}.example.com:443/` }))).toMatchObject({
    place: "url",
  });
});

test.each([
  ["nothing", ""],
  ["other text", "the quick brown fox jumps over the lazy dog ".repeat(100)],
  ["part of the value", VALUE.slice(0, -1)],
  ["another case", VALUE.toUpperCase()],
])("createRequestScanner passes %s", (_name, body) => {
  expect(inBody(body)).toBeNull();
});

test("createRequestScanner finds a short value as a whole word only", () => {
  const short = createRequestScanner([{ name: "pin", value: "4711" }]);
  const found = (body: string): string | null => short(parts({ body: Buffer.from(body) }))?.name ?? null;
  expect(found('{"pin":4711}')).toBe("pin");
  expect(found("pin=%34711")).toBe("pin");
  expect(found("47110")).toBeNull();
  expect(found("a4711")).toBeNull();
  expect(found("4_711")).toBeNull();
});

test("createRequestScanner takes the white space round a value for no part of it, and none inside as needed", () => {
  const pem = "-----BEGIN KEY-----\nMIIabcd\nEFGHijkl\n-----END KEY-----\n";
  const lines = createRequestScanner([{ name: "pem", value: pem }]);
  for (const body of [pem, pem.replaceAll("\n", "\r\n"), JSON.stringify({ pem }), pem.replaceAll("\n", "")]) {
    expect(lines(parts({ body: Buffer.from(body) }))).toMatchObject({ name: "pem" });
  }
  const phrase = createRequestScanner([{ name: "phrase", value: "correct horse battery" }]);
  expect(phrase(parts({ url: "https://a.example:443/?q=correct+horse+battery" }))).toMatchObject({
    name: "phrase",
  });
  expect(
    createRequestScanner([{ name: "blank", value: " \n" }])(parts({ body: Buffer.from(" \n") })),
  ).toBeNull();
});

test("createRequestScanner finds each of many values", () => {
  const values = Array.from({ length: 500 }, (_, at) => ({
    name: `row ${at}`,
    value: `cell-${at}-${at * 7919}-end`,
  }));
  const many = createRequestScanner(values);
  for (const { name, value } of [values[0], values[250], values[499]].filter((one) => one !== undefined)) {
    const body = Buffer.from(`{"a":"${Buffer.from(`--${value}`).toString("base64")}"}`);
    expect(many(parts({ body }))).toMatchObject({ name });
  }
  expect(many(parts({ body: Buffer.from("cell-500-1-end".repeat(1000)) }))).toBeNull();
});

test("createRequestScanner refuses what is nested deeper than it looks", () => {
  let text = `a longer text around the value ${VALUE} so that it is plainly text`;
  for (let at = 0; at < 4; at++) text = Buffer.from(text).toString("base64");
  expect(inBody(text)).toMatchObject({ cause: "scan_over_limit", name: null, place: "body" });
});

test("createRequestScanner refuses what inflates beyond its bound", () => {
  expect(inBody(gzipSync(Buffer.alloc(70 * 1024 * 1024)))).toMatchObject({ cause: "scan_over_limit" });
  expect(
    inBody(Buffer.concat(Array.from({ length: 20_001 }, () => Buffer.from("x\u0001\0\0\0")))),
  ).toMatchObject({
    cause: "scan_over_limit",
  });
});

test("createRequestScanner refuses when it fails", () => {
  const broken = parts();
  Object.defineProperty(broken, "url", {
    get: () => {
      throw new Error("broken");
    },
  });
  expect(scan(broken)).toMatchObject({ cause: "scan_failed" });
});

test("createRequestScanner does not see through substitution, splits and encryption: stated limits", () => {
  const turned = VALUE.replace(/[a-z]/gi, (c) =>
    String.fromCharCode(c.charCodeAt(0) + (/[a-m]/i.test(c) ? 13 : -13)),
  );
  expect(inBody(turned)).toBeNull();
  expect(inBody(JSON.stringify({ a: VALUE.slice(0, 9), b: VALUE.slice(9) }))).toBeNull();
  expect(inBody(Buffer.from(VALUE).map((byte) => byte ^ 0x5a))).toBeNull();
});
