// Hashes names for the ledger's cores: equal names stay comparable, and nobody without the home's key can try names out.
import { createHmac, createSecretKey } from "node:crypto";

/** What kind of name is hashed: the same text as a host and as a path gives two hashes. */
export type NameKind = "host" | "path" | "content" | "name" | "class";

/** HMAC-SHA-256 (RFC 2104) of a name under the home's names key, hexadecimal. */
export type NameHash = (kind: NameKind, name: string) => string;

/** The hash function of one home. */
export function nameHash(names_key: Uint8Array): NameHash {
  const key = createSecretKey(names_key);
  return (kind, name) => createHmac("sha256", key).update(`${kind}\0${name}`, "utf8").digest("hex");
}
