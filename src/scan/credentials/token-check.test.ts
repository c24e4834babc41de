// Checksums against published check values, variety, base64 and JSON Web Tokens.
import { expect, it } from "vitest";
import { base64Text } from "./base64-text.ts";
import { isJsonWebToken } from "./json-web-token.ts";
import { base62, crc32, hasChecksum, isVaried } from "./token-check.ts";

it("crc32 gives the check value of the CRC catalogue", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
  expect(crc32("")).toBe(0);
});

it("base62 writes six characters, digits first", () => {
  expect(base62(0)).toBe("000000");
  expect(base62(61)).toBe("00000z");
  expect(base62(62)).toBe("000010");
});

it("hasChecksum holds for a body with its own checksum alone", () => {
  const body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5";
  const token = `ghp_${body}${base62(crc32(body))}`;
  expect(hasChecksum(token)).toBe(true);
  expect(hasChecksum(token.replace("a1", "a2"))).toBe(false);
  expect(hasChecksum("ghp_short")).toBe(false);
});

it("isVaried asks for five characters and no long run", () => {
  expect(isVaried("abcde".repeat(4))).toBe(true);
  expect(isVaried("abab".repeat(6))).toBe(false);
  expect(isVaried(`abcdefgh${"x".repeat(8)}`)).toBe(false);
  expect(isVaried("")).toBe(true);
});

it("base64Text reads both alphabets and refuses the rest", () => {
  expect(base64Text("YWRhOng_")).toBe("ada:x?");
  expect(base64Text("YQ==")).toBe("a");
  expect(base64Text("YQ")).toBe("a");
  expect(base64Text("Y")).toBeNull();
  expect(base64Text("Y Q=")).toBeNull();
  expect(base64Text("\xff\xff")).toBeNull();
});

it("isJsonWebToken asks for alg, claims and a signer", () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const check = (header: unknown, payload: string, rest: string): boolean =>
    isJsonWebToken(part(header), payload, `${part(header)}.${payload}${rest}`);
  expect(check({ alg: "HS256" }, part({ sub: "1" }), ".c2ln")).toBe(true);
  expect(check({ alg: "HS256" }, part({ sub: "1" }), "")).toBe(true);
  expect(check({ alg: "HS256" }, "dGV4dA", ".c2ln")).toBe(false);
  expect(check({ alg: "HS256", b64: false }, "dGV4dA", ".c2ln")).toBe(true);
  expect(check({ alg: "none" }, part({ sub: "1" }), ".")).toBe(false);
  expect(check({ typ: "JWT" }, part({ sub: "1" }), ".c2ln")).toBe(false);
  expect(check({ alg: "dir", enc: "A256GCM" }, "", ".aa.bb.cc")).toBe(false);
  expect(isJsonWebToken("eyJ", "e30", "eyJ.e30")).toBe(false);
  expect(check([], part({}), ".c2ln")).toBe(false);
});
