// Key files of minisign: secret keys, open or under a password, and public keys. Not signatures (minisign.ts).
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from "node:crypto";
import { blake2b } from "./blake2b.ts";

export interface MinisignKey {
  /** 8 random bytes that name it; says nothing. */
  readonly number: Uint8Array;
  readonly private_key: KeyObject;
  /** 32 bytes. */
  readonly raw: Uint8Array;
}

/** A secret key file, not opened yet. */
export interface SecretKeyFile {
  readonly encrypted: boolean;
  /** The key; null: the password is wrong, or the file damaged. Of an open key any password is ignored. Throws for parameters over the bound. */
  open(password: string): MinisignKey | null;
}

/** `Ed`, kdf, `B2`, salt, two costs; then number, seed, public key and checksum, which a password covers. */
const FILE_BYTES: number = 2 + 2 + 2 + 32 + 8 + 8 + (8 + 32 + 32 + 32);
const KDF = { none: "\0\0", scrypt: "Sc" } as const;
/** A PKCS#8 Ed25519 key without its seed (RFC 8410 section 7). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
/** Memory of scrypt, bytes: minisign asks for 1 GiB (libsodium's MEMLIMIT_SENSITIVE). */
const MEMORY_MAX: number = 1024 ** 3;

/** A new key. */
export function makeMinisignKey(): MinisignKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { number: randomBytes(8), private_key: privateKey, raw: rawOf(publicKey) };
}

/** The text of a secret key file without a password. */
export function formatSecretKey(key: MinisignKey): string {
  const seed = Buffer.from(key.private_key.export({ format: "jwk" }).d ?? "", "base64url");
  const secret = Buffer.concat([seed, key.raw]);
  const head = Buffer.concat([Buffer.from(`Ed${KDF.none}B2`, "latin1"), Buffer.alloc(48)]);
  const body = Buffer.concat([head, key.number, secret, checksum(key.number, secret)]);
  return `untrusted comment: writ operator key, secret\n${body.toString("base64")}\n`;
}

/** The text of a public key file. */
export function formatPublicKey(key: Pick<MinisignKey, "number" | "raw">): string {
  const body = Buffer.concat([Buffer.from("Ed"), key.number, key.raw]);
  return `untrusted comment: writ operator key, public\n${body.toString("base64")}\n`;
}

/** The secret key in `text`, or null when it is none. */
export function readSecretKey(text: string): SecretKeyFile | null {
  const [comment = "", line = "", ...rest] = text.replaceAll("\r\n", "\n").split("\n");
  const bytes = Buffer.from(line, "base64");
  if (!comment.startsWith("untrusted comment: ") || rest.some((more) => more !== "")) return null;
  if (
    bytes.length !== FILE_BYTES ||
    bytes.toString("latin1", 0, 2) !== "Ed" ||
    bytes.toString("latin1", 4, 6) !== "B2"
  )
    return null;
  const kdf = bytes.toString("latin1", 2, 4);
  if (kdf !== KDF.none && kdf !== KDF.scrypt) return null;
  const encrypted = kdf === KDF.scrypt;
  return {
    encrypted,
    open: (password) => opened(encrypted ? decrypted(bytes, password) : bytes.subarray(54), !encrypted),
  };
}

function opened(body: Buffer, open: boolean): MinisignKey | null {
  const [number, secret, sum] = [body.subarray(0, 8), body.subarray(8, 72), body.subarray(72)];
  // minisign leaves the checksum of a key without a password empty.
  const empty = open && sum.every((byte) => byte === 0);
  if (!empty && !timingSafeEqual(checksum(number, secret), sum)) return null;
  const private_key = createPrivateKey({
    key: Buffer.concat([PKCS8, secret.subarray(0, 32)]),
    format: "der",
    type: "pkcs8",
  });
  const raw = rawOf(createPublicKey(private_key));
  return Buffer.compare(raw, secret.subarray(32)) === 0 ? { number, private_key, raw } : null;
}

/** XOR with a stream of scrypt (RFC 7914), whose costs stand in the file as libsodium's two limits. */
function decrypted(bytes: Buffer, password: string): Buffer {
  const { N, r, p } = costs(bytes.readBigUInt64LE(38), bytes.readBigUInt64LE(46));
  const body = bytes.subarray(54);
  const maxmem = 128 * N * r + 128 * r * p + 1024 ** 2;
  const stream = scryptSync(password, bytes.subarray(6, 38), body.length, { N, r, p, maxmem });
  return Buffer.from(body.map((byte, at) => byte ^ (stream[at] ?? 0)));
}

/** libsodium's `pickparams` (crypto_pwhash_scryptsalsa208sha256). */
function costs(
  operations: bigint,
  memory: bigint,
): { readonly N: number; readonly r: number; readonly p: number } {
  if (memory > BigInt(MEMORY_MAX) || operations > 2n ** 32n)
    throw new RangeError("the key's costs are over the bound");
  const ops = Math.max(32_768, Number(operations));
  const r = 8;
  const smallMemory = ops < Number(memory) / 32;
  const maxN = smallMemory ? ops / (r * 4) : Number(memory) / (r * 128);
  let log = 1;
  while (log < 63 && 2 ** log <= maxN / 2) log += 1;
  const p = smallMemory ? 1 : Math.max(1, Math.floor(Math.min(ops / 4 / 2 ** log, 0x3fffffff) / r));
  return { N: 2 ** log, r, p };
}

function checksum(number: Uint8Array, secret: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([Buffer.from("Ed"), number, secret]), 32);
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}
