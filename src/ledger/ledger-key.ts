// Ed25519 public keys as the ledger takes them (RFC 8032) and the one place that verifies a signature. Holds no secret.
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { WritError } from "../stdx/writ-error.ts";

/** Bytes of an Ed25519 public key, RFC 8032 section 5.1.5. */
export const PUBLIC_KEY_BYTES = 32;
/** Bytes of an Ed25519 signature, RFC 8032 section 5.1.6. */
export const SIGNATURE_BYTES = 64;

/** A public key that was imported: canonical, not of small order. */
export interface VerifyKey {
  readonly raw: Uint8Array;
  readonly key: KeyObject;
}

/**
 * Takes an Ed25519 public key for verification. Throws WRIT_KEY_UNUSABLE for any other kind of key, for an encoding
 * that RFC 8032 section 5.1.3 does not allow, and for a point of small order, under which a signature says nothing.
 */
export function importPublicKey(key: KeyObject): VerifyKey {
  if (key.type !== "public" || key.asymmetricKeyType !== "ed25519") {
    const kind = key.type === "public" ? String(key.asymmetricKeyType) : key.type;
    throw unusable(`the ledger key is \`${kind}\`: an ed25519 public key is needed`);
  }
  const raw = Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
  return { raw: acceptedRaw(raw), key };
}

/** The same from the 32 raw bytes. */
export function importRawPublicKey(raw: Uint8Array): VerifyKey {
  const accepted = acceptedRaw(raw);
  const x = Buffer.from(accepted).toString("base64url");
  return {
    raw: accepted,
    key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }),
  };
}

/**
 * Whether `signature` over `message` is by `key`. Never throws for wrong bytes. A signature whose R is not canonical or
 * of small order is refused here, so that the answer does not hang on the runtime's version; otherwise the equation is
 * the one without cofactor (RFC 8032 section 5.1.7 allows it), as node:crypto checks it.
 */
export function verifySignature(key: VerifyKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const r = yCoordinate(signature.subarray(0, PUBLIC_KEY_BYTES));
  if (r >= FIELD_PRIME || SMALL_ORDER_Y.includes(r)) return false;
  return verify(null, message, key.key, signature);
}

function acceptedRaw(raw: Uint8Array): Uint8Array {
  if (raw.length !== PUBLIC_KEY_BYTES) {
    throw unusable(`the ledger key has ${raw.length} bytes: an ed25519 public key has ${PUBLIC_KEY_BYTES}`);
  }
  const y = yCoordinate(raw);
  if (y >= FIELD_PRIME) throw unusable("the ledger key is not in canonical encoding");
  if (SMALL_ORDER_Y.includes(y)) throw unusable("the ledger key is a point of small order");
  return raw;
}

/** Little-endian, without the sign bit of x: RFC 8032 section 5.1.2. */
function yCoordinate(raw: Uint8Array): bigint {
  const bigEndian = Buffer.from(raw).reverse();
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f;
  return BigInt(`0x${bigEndian.toString("hex")}`);
}

/** The field of edwards25519, RFC 8032 section 5.1. */
const FIELD_PRIME = 2n ** 255n - 19n;
/** y of a point of order 8; the other one is its negative. Follows from doubling to y = 0 on the curve of RFC 8032. */
const ORDER_EIGHT_Y = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/** y of all points whose order divides 8: identity, order 2, order 4, order 8. Both signs of x are covered. */
const SMALL_ORDER_Y: readonly bigint[] = [
  1n,
  FIELD_PRIME - 1n,
  0n,
  ORDER_EIGHT_Y,
  FIELD_PRIME - ORDER_EIGHT_Y,
];

function unusable(message: string): WritError {
  return new WritError("WRIT_KEY_UNUSABLE", message, {
    hint: "give the public key that this ledger was opened with",
  });
}
