// The options of a ledger under test: fixed key, fixed salts, a clock that moves by itself.
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import type { LedgerOptions } from "../../src/ledger/open-ledger.ts";

/** PKCS #8 header of an Ed25519 private key, RFC 8410 section 7. */
const PKCS8_PREFIX = "302e020100300506032b657004220420";

export interface TestKey {
  readonly sign: (bytes: Uint8Array) => Uint8Array;
  readonly publicKey: KeyObject;
}

const keys = new Map<number, TestKey>();

/** The key whose 32 secret bytes are all `byte`. */
export function testKey(byte = 7): TestKey {
  const key = keys.get(byte) ?? makeKey(byte);
  keys.set(byte, key);
  return key;
}

function makeKey(byte: number): TestKey {
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX, "hex"), Buffer.alloc(32, byte)]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return { sign: (bytes) => sign(null, bytes, secret), publicKey: createPublicKey(secret) };
}

export const origin = "writ.example/node-1";

export function sampleOptions(dir: string): LedgerOptions {
  let now = 1000;
  let salt = 0;
  return {
    dir,
    origin,
    key: testKey(),
    time: () => {
      now += 7;
      return now;
    },
    wall: () => new Date(Date.UTC(2026, 0, 1)),
    random: (length) => {
      salt += 1;
      return new Uint8Array(length).fill(salt % 251);
    },
    create: true,
  };
}
