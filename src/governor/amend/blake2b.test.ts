// blake2b against node:crypto at its only length, and against the vector of RFC 7693 and of others for 32 bytes.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { blake2b } from "./blake2b.ts";

test.each([0, 1, 74, 127, 128, 129, 256, 1000])(
  "blake2b of %i bytes is node:crypto's at 64 bytes",
  (length) => {
    const message = Uint8Array.from({ length }, (_, at) => (at * 31) & 0xff);
    expect(Buffer.from(blake2b(message, 64))).toEqual(createHash("blake2b512").update(message).digest());
  },
);

// `b2sum -l 256` of GNU coreutils 9.1.
test.each([
  ["", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"],
  ["abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"],
])("blake2b of %j has 32 bytes of its own, not the first of 64", (text, digest) => {
  expect(Buffer.from(blake2b(Buffer.from(text), 32)).toString("hex")).toBe(digest);
});
