// json-frames: whatever comes in whatever pieces, objects come out whole or the stream is broken for good.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { FRAME_MAX, FrameReader, frameOf } from "./json-frames.ts";

const value = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 });
const runs = { seed, numRuns: depth(200, 50_000) };

function inPieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe("FrameReader", () => {
  test("gives what frameOf made, however it is cut", () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        fc.array(fc.nat(5000), { maxLength: 8 }),
        (values, cuts) => {
          const reader = new FrameReader();
          const stream = Buffer.concat(values.map(frameOf));
          const got = inPieces(stream, cuts).flatMap((piece) => reader.push(piece) ?? ["broken"]);
          expect(got).toEqual(values.map((one) => JSON.parse(JSON.stringify(one))));
        },
      ),
      runs,
    );
  });

  test("gives only objects for any bytes, and nothing more once it was broken", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (pieces) => {
        const reader = new FrameReader(64);
        let broken = false;
        for (const piece of pieces) {
          const got = reader.push(Buffer.from(piece));
          if (broken) expect(got).toBeNull();
          broken ||= got === null;
          for (const one of got ?? []) expect(Object.getPrototypeOf(one)).toBe(Object.prototype);
        }
      }),
      runs,
    );
  });

  test.each([
    ["an empty frame", Buffer.from([0, 0, 0, 0])],
    ["one over the limit, before its bytes are there", Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ["one byte over it", headOf(FRAME_MAX + 1)],
    ["a list", Buffer.concat([headOf(2), Buffer.from("[]")])],
    ["null", Buffer.concat([headOf(4), Buffer.from("null")])],
    ["text that is no JSON", Buffer.concat([headOf(2), Buffer.from("{x")])],
    ["bytes that are no UTF-8", Buffer.concat([headOf(4), Buffer.from([0x22, 0xff, 0xfe, 0x22])])],
  ])("is broken by %s, also behind a good frame", (_, bytes) => {
    expect(new FrameReader().push(bytes)).toBeNull();
    const reader = new FrameReader();
    expect(reader.push(frameOf({ good: 1 }))).toEqual([{ good: 1 }]);
    expect(reader.push(bytes)).toBeNull();
    expect(reader.push(frameOf({ good: 1 }))).toBeNull();
  });

  test("waits for a frame that is cut short", () => {
    const whole = frameOf({ a: "b" });
    for (let length = 0; length < whole.length; length += 1)
      expect(new FrameReader().push(whole.subarray(0, length))).toEqual([]);
  });

  test("frameOf refuses what no reader takes", () => {
    expect(() => frameOf({ long: "x".repeat(FRAME_MAX) })).toThrow(RangeError);
  });
});

function headOf(length: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  return head;
}
