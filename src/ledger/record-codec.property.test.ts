// encodeRecord and decodeRecord: one byte string for one record, and nothing else is taken for one.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { JsonObject } from "../stdx/json.ts";
import { RECORD_KINDS } from "./record.ts";
import { decodePayload, decodeRecord, encodeRecord, payloadBody, rereadPayload } from "./record-codec.ts";

const json = fc.dictionary(
  fc.string(),
  fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject),
);

const record = fc.record({
  sequence: fc.maxSafeNat(),
  kind: fc.constantFrom(...RECORD_KINDS),
  time: fc.maxSafeNat(),
  wall: fc
    .date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString()),
  core: json.filter((core) => JSON.stringify(core).isWellFormed()),
  payload_hash: fc.option(fc.constant("ab".repeat(32)), { nil: null }),
});

test("decodeRecord gives back what encodeRecord was given, in RFC 8785 form", () => {
  fc.assert(
    fc.property(record, (given) => {
      const bytes = encodeRecord(given);
      expect(bytes.toString("utf8")).toBe(canonicalJson({ ...given }));
      const read = decodeRecord(bytes);
      expect(read).not.toBeNull();
      expect(canonicalJson({ ...read })).toBe(bytes.toString("utf8"));
    }),
    { seed, numRuns: depth(300, 20_000) },
  );
});

test("decodeRecord takes nothing that is not the canonical form of a record", () => {
  const good = encodeRecord({
    sequence: 1,
    kind: "decision",
    time: 2,
    wall: "2026-01-01T00:00:00.000Z",
    core: { a: 1 },
    payload_hash: null,
  }).toString();
  expect(decodeRecord(Buffer.from(good))).not.toBeNull();
  for (const [from, to] of [
    ['"a":1', '"a": 1'],
    ['"a":1', '"a":1.0'],
    ['"a":1', '"a":1,"a":1'],
    ['"a":1', '"a":"\\ud800"'],
    ['"a":1', '"a":1e999'],
    ['"core":{"a":1}', '"core":[1]'],
    ['"core":{"a":1}', '"core":null'],
    ['"kind":"decision"', '"kind":"unheard"'],
    ['"payload_hash":null', '"payload_hash":"AB"'],
    ['"sequence":1', '"sequence":-1'],
    ['"sequence":1', '"sequence":1.5'],
    ['"time":2', '"time":"2"'],
    ["2026-01-01T00:00:00.000Z", "yesterday"],
    ['"time":2', '"time":2,"tint":0'],
    [good, ""],
    [good, "null"],
    [good, "[]"],
    [good, good.slice(1)],
  ] as const) {
    expect(good).toContain(from);
    expect(decodeRecord(Buffer.from(good.replace(from, to))), to).toBeNull();
  }
  expect(decodeRecord(Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from([0xff])]))).toBeNull();
});

test("decodePayload gives back what payloadBody was given, behind its salt", () => {
  const salt = new Uint8Array(32).fill(3);
  const { before, text } = payloadBody(salt, { text: "hello" });
  const bytes = Buffer.concat([before, Buffer.from(text, "utf8")]);
  expect([...bytes.subarray(0, 32)]).toEqual([...salt]);
  expect(decodePayload(bytes)).toEqual({ text: "hello" });
  expect(decodePayload(bytes.subarray(0, 31))).toBeNull();
  expect(decodePayload(Buffer.concat([salt, Buffer.from("[]")]))).toBeNull();
  expect(decodePayload(Buffer.concat([salt, Buffer.from('{"text": "hello"}')]))).toBeNull();
  expect(rereadPayload(bytes)).toEqual({ text: "hello" });
  expect(rereadPayload(bytes.subarray(0, 31))).toBeNull();
  expect(rereadPayload(Buffer.concat([salt, Buffer.from("[]")]))).toBeNull();
  expect(rereadPayload(Buffer.concat([salt, Buffer.from("{")]))).toBeNull();
  expect(() => payloadBody(new Uint8Array(16), {})).toThrow("32 bytes");
});
