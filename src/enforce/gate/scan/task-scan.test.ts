// Known answers of the scan of one request: each encoding in each place, what is no hit, and what is refused rather than
// searched on.
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { request, taskScan } from "./fixtures/task-scan.ts";
import type { ScanRefusal } from "./scan-messages.ts";

const VALUE = "kJ8$wQ/4zT+x9=Lm~é";
const VALUES = { protected: [{ name: "vault key", value: VALUE }] };

const bytes = Buffer.from(VALUE);
/** Each by a task of its own: what a task said before counts too. */
const inBody = (body: string | Uint8Array, values: object = VALUES): ScanRefusal | null =>
  taskScan(values).judge(request({ body: Buffer.from(body as Uint8Array) })).refused;
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
])("TaskScan finds a value %s", (_name, body) => {
  expect(inBody(body)).toMatchObject({ cause: "protected_value", what: "vault key" });
});

test("TaskScan says where the value is, and how it was hidden", () => {
  const judge = (change: Parameters<typeof request>[0]): ScanRefusal | null =>
    taskScan(VALUES).judge(request(change)).refused;
  const encoded = encodeURIComponent(bytes.toString("base64"));
  expect(judge({ target: `/${encoded}` })).toMatchObject({ place: "path" });
  expect(judge({ target: `/v1?a=b&key=${encoded}` })).toMatchObject({ place: "query key" });
  expect(judge({ headers: [["X-Note", bytes.toString("hex")]] })).toMatchObject({
    place: "header x-note",
  });
  expect(judge({ body: Buffer.from("a"), decoded: bytes })).toMatchObject({ place: "body", decoded: [] });
  const body = Buffer.from(JSON.stringify({ messages: [{ content: "a" }, { content: `b ${VALUE}` }] }));
  expect(judge({ body })).toMatchObject({ place: "body.messages[1].content" });
  expect(judge({ body: Buffer.from(JSON.stringify({ [VALUE]: 1 })) })).toMatchObject({ place: "body" });
});

test("TaskScan finds a value in the labels of a host", () => {
  const lower = { protected: [{ name: "key", value: "AbCdEf123456" }] };
  const hex = Buffer.from("abcdef123456").toString("hex");
  for (const labels of ["abc.def1.23456", `${hex.slice(0, 9)}.${hex.slice(9)}`]) {
    expect(taskScan(lower).judge(request({ host: `${labels}.example.com` })).refused).toMatchObject({
      place: "host",
    });
  }
});

test.each([
  ["nothing", ""],
  ["other text", "the quick brown fox jumps over the lazy dog ".repeat(100)],
  ["part of the value", VALUE.slice(0, 8)],
])("TaskScan passes %s", (_name, body) => {
  expect(inBody(body)).toBeNull();
});

test("TaskScan finds a short value as a whole word only", () => {
  const short = { protected: [{ name: "pin", value: "4711" }] };
  const found = (body: string): string | null => inBody(body, short)?.what ?? null;
  expect(found('{"pin":4711}')).toBe("pin");
  expect(found("pin=%34711")).toBe("pin");
  expect(found("47110")).toBeNull();
  expect(found("a4711")).toBeNull();
});

test("TaskScan takes the white space round a value for no part of it, and none inside as needed", () => {
  const pem = "-----BEGIN KEY-----\nMIIabcd\nEFGHijkl\n-----END KEY-----\n";
  const lines = { protected: [{ name: "pem", value: pem }] };
  for (const body of [pem, pem.replaceAll("\n", "\r\n"), JSON.stringify({ pem }), pem.replaceAll("\n", "")]) {
    expect(inBody(body, lines)).toMatchObject({ what: "pem" });
  }
  const phrase = taskScan({ protected: [{ name: "phrase", value: "correct horse battery" }] });
  expect(phrase.judge(request({ target: "/?q=correct+horse+battery" })).refused).toMatchObject({
    what: "phrase",
  });
  expect(inBody(" \n", { protected: [{ name: "blank", value: " \n" }] })).toBeNull();
});

test("TaskScan finds each of many values", () => {
  const values = Array.from({ length: 500 }, (_, at) => ({
    name: `row ${at}`,
    value: `cell-${at}-${at * 7919}-end`,
  }));
  for (const { name, value } of [values[0], values[250], values[499]].filter((one) => one !== undefined)) {
    const body = `{"a":"${Buffer.from(`--${value}`).toString("base64")}"}`;
    expect(inBody(body, { protected: values })).toMatchObject({ what: name });
  }
  expect(inBody("cell-500-1-end".repeat(1000), { protected: values })).toBeNull();
});

test("TaskScan refuses what is nested deeper than it looks", () => {
  let text = `a longer text around the value ${VALUE} so that it is plainly text`;
  for (let at = 0; at < 8; at++) text = Buffer.from(text).toString("base64");
  expect(inBody(text)).not.toBeNull();
});

test("TaskScan refuses what inflates beyond its bound", () => {
  expect(inBody(gzipSync(Buffer.alloc(70 * 1024 * 1024)))).toMatchObject({
    cause: "scan_over_limit",
    place: "",
  });
});

test("TaskScan sees through substitution and through splits", () => {
  const turned = LONG.replace(/[a-z]/gi, (c) =>
    String.fromCharCode(c.charCodeAt(0) + (/[a-m]/i.test(c) ? 13 : -13)),
  );
  const long = { protected: [{ name: "long", value: LONG }] };
  expect(inBody(turned, long)).toMatchObject({ cause: "protected_value", what: "long" });
  expect(inBody(JSON.stringify({ a: LONG.slice(0, 14), b: LONG.slice(14) }), long)).toMatchObject({
    what: "long",
  });
  expect(
    inBody(
      Buffer.from(LONG).map((byte) => byte ^ 0x5a),
      long,
    ),
  ).toMatchObject({ what: "long" });
});

const LONG = "kJ8wQ4zTx9LmVb3nRt6yHs2d";

test("TaskScan looks at each request anew, whatever held nothing before", () => {
  const task = taskScan(VALUES);
  const body = Buffer.from(VALUE);
  expect(task.judge(request()).refused).toBeNull();
  expect(task.judge(request({ body })).refused).toMatchObject({ cause: "protected_value", place: "body" });
  expect(task.judge(request({ headers: [["accept", VALUE]] })).refused).toMatchObject({
    place: "header accept",
  });
  // A head that held something is refused each time.
  expect(task.judge(request({ headers: [["accept", VALUE]] })).refused).toMatchObject({
    place: "header accept",
  });
});
