// The governor's signing key: made once with the home, loaded by its governor alone. Not what is signed with it.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { HomePaths } from "./home.ts";

export interface GovernorKey {
  /** Ed25519 (RFC 8032). */
  readonly private_key: KeyObject;
  readonly public_key: KeyObject;
  /** 32 bytes: names in the ledger's cores are hashed with it. */
  readonly names_key: Buffer;
}

/** Bytes of the key that names are hashed with: the output size of SHA-256 (RFC 2104, section 3). */
const NAMES_KEY_BYTES = 32;

/** Makes the keys of a new home. The private files are 0600 from their first byte; nothing is overwritten. */
export function makeGovernorKey(paths: HomePaths): GovernorKey {
  mkdirSync(paths.keys, { mode: 0o700 });
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const names_key = randomBytes(NAMES_KEY_BYTES);
  const secret = { mode: 0o600, flag: "wx", flush: true };
  writeFileSync(paths.private_key, privateKey.export({ type: "pkcs8", format: "pem" }), secret);
  writeFileSync(paths.names_key, names_key, secret);
  writeFileSync(paths.public_key, publicKey.export({ type: "spki", format: "pem" }), {
    mode: 0o644,
    flag: "wx",
  });
  return { private_key: privateKey, public_key: publicKey, names_key };
}

/**
 * Loads the keys of a home. Throws WRIT_KEY_UNUSABLE when one is missing, readable by others, not Ed25519, or when the
 * public file is another key's.
 */
export function loadGovernorKey(paths: HomePaths): GovernorKey {
  const private_key = privateKeyAt(paths.private_key);
  const public_key = createKey(paths.public_key, (pem) => createPublicKey(pem));
  const names_key = readKey(paths.names_key);
  refuseShared(paths.names_key);
  if (!createPublicKey(private_key).equals(public_key))
    throw unusable(paths.public_key, "belongs to another key");
  if (names_key.length !== NAMES_KEY_BYTES)
    throw unusable(paths.names_key, `has ${names_key.length} bytes, not ${NAMES_KEY_BYTES}`);
  return { private_key, public_key, names_key };
}

/** The signing key in the file at `path`. Throws WRIT_KEY_UNUSABLE for one that is missing, readable by others, or of another kind. */
export function privateKeyAt(path: string): KeyObject {
  const key = createKey(path, (pem) => createPrivateKey(pem));
  refuseShared(path);
  if (key.asymmetricKeyType !== "ed25519") throw unusable(path, "is not an Ed25519 key");
  return key;
}

function createKey(path: string, make: (pem: Buffer) => KeyObject): KeyObject {
  const pem = readKey(path);
  try {
    return make(pem);
  } catch (cause) {
    throw unusable(path, "is not a key", cause);
  }
}

function readKey(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unusable(path, "cannot be read", cause);
  }
}

function refuseShared(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) throw unusable(path, `has mode ${mode.toString(8)}: limit is 600`);
}

function unusable(path: string, what: string, cause?: unknown): WritError {
  const hint = what.startsWith("has mode")
    ? `chmod 600 ${shellQuote(path)}`
    : "put the key back from a backup, or make a new home";
  return new WritError("WRIT_KEY_UNUSABLE", `key \`${path}\` ${what}`, { hint, cause });
}
