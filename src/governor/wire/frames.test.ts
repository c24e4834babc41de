import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { FRAME, FRAME_MAX, FrameReader, type FrameType, jsonFrame, rawFrame } from "./frames.ts";

const types = fc.constantFrom<FrameType>(...Object.values(FRAME));

test("FrameReader gives back what rawFrame wrote, however the bytes are cut", () => {
  const frames = fc.array(fc.record({ type: types, payload: fc.uint8Array({ maxLength: 300 }) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((frame) => rawFrame(frame.type, frame.payload)));
      const reader = new FrameReader();
      const got: { type: number; payload: number[] }[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = cuts[turn % cuts.length] ?? 1;
        for (const frame of reader.push(bytes.subarray(at, at + size)) ?? []) {
          got.push({ type: frame.type, payload: [...frame.payload] });
        }
        at += size;
      }
      expect(got).toEqual(sent.map((frame) => ({ type: frame.type, payload: [...frame.payload] })));
    }),
    { seed, numRuns: depth(200, 5000) },
  );
});

test("FrameReader refuses a length of zero, one over the limit, and an unknown type", () => {
  const bad = (length: number, type: number): Buffer => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt32BE(length, 0);
    bytes.writeUInt8(type, 4);
    return bytes;
  };
  expect(new FrameReader().push(bad(0, FRAME.hello))).toBeNull();
  expect(new FrameReader().push(bad(FRAME_MAX + 1, FRAME.hello))).toBeNull();
  expect(new FrameReader().push(bad(0xff_ff_ff_ff, FRAME.hello))).toBeNull();
  expect(new FrameReader().push(bad(1, 200))).toBeNull();
  expect(new FrameReader().push(bad(1, FRAME.hello))).toHaveLength(1);
});

test("jsonFrame gives null for a payload over the limit", () => {
  expect(jsonFrame(FRAME.result, "x".repeat(FRAME_MAX))).toBeNull();
  expect(jsonFrame(FRAME.result, "x".repeat(FRAME_MAX - 3))).toHaveLength(FRAME_MAX + 4);
});
