// encodeFrame and decodeFrame: the layout of docs/LEDGER.md, byte for byte, and every single-bit change noticed.
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import {
  announcedBytes,
  decodeFrame,
  encodeFrame,
  frameBytes,
  PAYLOAD_BYTES_MAX,
  payloadFormat,
  RECORD_BYTES_MAX,
  recordFormat,
  stampFlush,
} from "./frame.ts";

const body = Buffer.from('{"core":{}}');

function frame(sequence = 2 ** 40 + 5, flush = 2 ** 40 + 3): Buffer {
  const { bytes: made } = encodeFrame(recordFormat, sequence, body);
  stampFlush(made, flush);
  return made;
}

test("encodeFrame lays a record out as the format says", () => {
  const bytes = frame();
  expect(bytes).toHaveLength(80);
  expect(bytes.subarray(0, 4).toString()).toBe("WRTR");
  expect(bytes.readUInt32BE(4)).toBe(11);
  expect(bytes.readBigUInt64BE(8)).toBe(2n ** 40n + 5n);
  expect(bytes.readBigUInt64BE(16)).toBe(2n ** 40n + 3n);
  expect(bytes.readUInt32BE(24)).toBe(crc32(bytes.subarray(0, 24)));
  expect(bytes.subarray(28, 60).toString("hex")).toBe(hash("sha256", Buffer.concat([Buffer.alloc(1), body])));
  expect(bytes.readUInt32BE(60)).toBe(0);
  expect(bytes.subarray(64, 75)).toEqual(body);
  expect(bytes.subarray(75)).toEqual(Buffer.alloc(5));
});

test("encodeFrame digests a payload without the leaf prefix", () => {
  const { bytes, digest } = encodeFrame(payloadFormat, 1, body);
  expect(bytes.subarray(0, 4).toString()).toBe("WRTP");
  expect(digest.toString("hex")).toBe(hash("sha256", body));
  expect(bytes.subarray(28, 60)).toEqual(digest);
});

test("decodeFrame gives back what encodeFrame was given", () => {
  const read = decodeFrame(recordFormat, Buffer.concat([frame(), Buffer.from("more")]));
  expect(read).toMatchObject({ sequence: 2 ** 40 + 5, flush: 2 ** 40 + 3, bytes: 80 });
  expect(Buffer.from(read?.body ?? [])).toEqual(body);
});

test("decodeFrame notices every single-bit change, every cut and the other format", () => {
  const whole = frame();
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const changed = Buffer.from(whole);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(decodeFrame(recordFormat, changed), `bit ${bit}`).toBeNull();
  }
  for (let length = 0; length < whole.length; length += 1) {
    expect(decodeFrame(recordFormat, whole.subarray(0, length))).toBeNull();
  }
  expect(decodeFrame(payloadFormat, whole)).toBeNull();
});

test("decodeFrame refuses a flush behind its own record and numbers beyond 2^53", () => {
  expect(decodeFrame(recordFormat, frame(3, 4))).toBeNull();
  const huge = frame();
  huge.writeBigUInt64BE(2n ** 53n, 8);
  huge.writeUInt32BE(crc32(huge.subarray(0, 24)), 24);
  expect(decodeFrame(recordFormat, huge)).toBeNull();
});

test("announcedBytes refuses a length of zero or over the bound, whatever its checksum says", () => {
  for (const length of [0, RECORD_BYTES_MAX + 1, 0xffffffff]) {
    const bytes = frame();
    bytes.writeUInt32BE(length, 4);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, 24)), 24);
    expect(announcedBytes(recordFormat, bytes)).toBeNull();
  }
  const most = frame();
  most.writeUInt32BE(RECORD_BYTES_MAX, 4);
  most.writeUInt32BE(crc32(most.subarray(0, 24)), 24);
  expect(announcedBytes(recordFormat, most)).toBe(frameBytes(RECORD_BYTES_MAX));
});

test("encodeFrame takes bodies within the bound only", () => {
  expect(() => encodeFrame(recordFormat, 0, Buffer.alloc(0))).toThrow("within its bound");
  expect(() => encodeFrame(payloadFormat, 0, Buffer.alloc(PAYLOAD_BYTES_MAX + 1))).toThrow(
    "within its bound",
  );
  expect(() => encodeFrame(recordFormat, -1, body)).toThrow("safe integer");
});
