// Hashes names for the ledger's cores: equal names stay comparable, and nobody without the home's key can try names out.
import { createHmac, createSecretKey } from "node:crypto";

/** What kind of name is hashed: the same text as a host and as a path gives two hashes. */
export type NameKind = "host" | "path" | "content" | "name" | "class";

/** HMAC-SHA-256 (RFC 2104) of a name under the home's names key, hexadecimal. */
export type NameHash = (kind: NameKind, name: string) => string;

/** Hashes that are remembered: the same hosts and classes come again with every task. */
const KNOWN_MAX = 4096;
/** Characters of a name whose hash is remembered. */
const KNOWN_LENGTH_MAX = 1024;

/** The hash function of one home. */
export function nameHash(names_key: Uint8Array): NameHash {
  const key = createSecretKey(names_key);
  const known = new Map<string, string>();
  return (kind, name) => {
    const text = `${kind}\0${name}`;
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = createHmac("sha256", key).update(text, "utf8").digest("hex");
    if (known.size >= KNOWN_MAX) known.clear();
    if (text.length <= KNOWN_LENGTH_MAX) known.set(text, made);
    return made;
  };
}
