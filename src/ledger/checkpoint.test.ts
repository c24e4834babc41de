// signCheckpoint and openCheckpoint: C2SP signed notes, one spelling, every change noticed.
import { createPrivateKey, createPublicKey, hash, sign } from "node:crypto";
import { expect, test } from "vitest";
import { checkOrigin, openCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { importPublicKey } from "./ledger-key.ts";

/** PKCS #8 header of an Ed25519 private key (RFC 8410 section 7), then 32 secret bytes. */
const secret = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 1)]),
  format: "der",
  type: "pkcs8",
});
const key = importPublicKey(createPublicKey(secret));
const verifier = { origin: "writ.example/node-1", key };
const head = { size: 7, root: Buffer.alloc(32, 9), closing: false };
const signBytes = (bytes: Uint8Array): Uint8Array => sign(null, bytes, secret);

test("signCheckpoint writes the signed note of C2SP", () => {
  const text = `writ.example/node-1\n7\n${Buffer.alloc(32, 9).toString("base64")}\n`;
  const named = Buffer.concat([Buffer.from("writ.example/node-1\n\u0001"), key.raw]);
  const id = hash("sha256", named, "buffer").subarray(0, 4);
  const blob = Buffer.concat([id, sign(null, Buffer.from(text), secret)]).toString("base64");
  expect(signCheckpoint(head, verifier, signBytes)).toBe(`${text}\n— writ.example/node-1 ${blob}\n`);
});

test("openCheckpoint gives back what signCheckpoint was given", () => {
  for (const closing of [false, true]) {
    const note = Buffer.from(signCheckpoint({ ...head, closing }, verifier, signBytes));
    expect(openCheckpoint(note, verifier)).toEqual({ ...head, closing });
  }
});

test("openCheckpoint notices every single-bit change and every cut", () => {
  const note = Buffer.from(signCheckpoint({ ...head, closing: true }, verifier, signBytes));
  for (let bit = 0; bit < note.length * 8; bit += 1) {
    const changed = Buffer.from(note);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(openCheckpoint(changed, verifier), `bit ${bit}`).toBeNull();
  }
  for (let length = 0; length < note.length; length += 1) {
    expect(openCheckpoint(note.subarray(0, length), verifier)).toBeNull();
  }
});

/** Signed by the right key, but not a checkpoint of this format. */
function signedText(text: string): Buffer {
  const named = Buffer.concat([Buffer.from(`${verifier.origin}\n\u0001`), key.raw]);
  const id = hash("sha256", named, "buffer").subarray(0, 4);
  const blob = Buffer.concat([id, signBytes(Buffer.from(text))]).toString("base64");
  return Buffer.from(`${text}\n— ${verifier.origin} ${blob}\n`);
}

test("openCheckpoint refuses other spellings, also signed ones", () => {
  const root = Buffer.alloc(32, 9).toString("base64");
  expect(openCheckpoint(signedText(`writ.example/node-1\n7\n${root}\n`), verifier)).not.toBeNull();
  for (const text of [
    `writ.example/node-1\n07\n${root}\n`,
    `writ.example/node-1\n-7\n${root}\n`,
    `writ.example/node-1\n9007199254740992\n${root}\n`,
    `writ.example/node-1\n7\n${root.slice(0, -1)}\n`,
    `writ.example/node-1\n7\n${root.replace("=", "")}\n`,
    `writ.example/node-1\n7\n${Buffer.alloc(31).toString("base64")}\n`,
    `writ.example/node-1\n7\n${root}\nunknown extension\n`,
    `writ.example/node-2\n7\n${root}\n`,
    "",
  ]) {
    expect(openCheckpoint(signedText(text), verifier), text).toBeNull();
  }
  const twice = signCheckpoint(head, verifier, signBytes);
  expect(openCheckpoint(Buffer.from(`${twice}— ${verifier.origin} AAAA\n`), verifier)).toBeNull();
});

test("checkOrigin takes what can name a key in a note", () => {
  for (const origin of ["node-1", "example.org/writ/node", "x".repeat(200)]) checkOrigin(origin);
  for (const origin of ["", "a b", "a+b", "a\nb", "é", "x".repeat(201), "\u007f"]) {
    expect(() => checkOrigin(origin), origin).toThrow(
      expect.objectContaining({ code: "WRIT_USAGE" }) as Error,
    );
  }
});
