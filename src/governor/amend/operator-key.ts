// The key that a home is made with, and signs its first spec with: a minisign secret key file that only its owner reads and
// no task ever sees. Making it, and signing a spec or a confirmation with it or another key file.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { canonical } from "../../spec/signer.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { HomePaths } from "../home.ts";
import { signMinisign } from "./minisign.ts";
import {
  formatPublicKey,
  formatSecretKey,
  type MinisignKey,
  makeMinisignKey,
  readSecretKey,
} from "./minisign-key.ts";
import type { SignatureFile } from "./signatures.ts";

/** Makes the operator's key of a new home. Nothing is overwritten; the secret file is 0600 from its first byte. */
export function makeOperatorKey(paths: HomePaths): MinisignKey {
  const key = makeMinisignKey();
  writeFileSync(paths.operator_key, formatSecretKey(key), { mode: 0o600, flag: "wx", flush: true });
  writeFileSync(paths.operator_public, formatPublicKey(key), { mode: 0o644, flag: "wx" });
  return key;
}

/** The canonical text of a key. */
export function signerOf({ raw }: MinisignKey): string {
  return canonical({ kind: "ed25519", raw, application: null });
}

/**
 * Opens the secret key in `path`. `password` is asked only for a key under one. Throws WRIT_KEY_UNUSABLE when the file is
 * missing, can be read by others, is no minisign key, or the password is wrong.
 */
export async function openSecretKey(path: string, password: () => Promise<string>): Promise<MinisignKey> {
  const file = readSecretKey(readPrivate(path));
  if (file === null) throw unusable(path, "is no minisign secret key");
  const key = opened(path, file, file.encrypted ? await password() : "");
  if (key === null) throw unusable(path, file.encrypted ? "does not open with this password" : "is damaged");
  return key;
}

function opened(
  path: string,
  file: { open(password: string): MinisignKey | null },
  password: string,
): MinisignKey | null {
  try {
    return file.open(password);
  } catch (cause) {
    throw unusable(path, "asks for more memory than a key should", cause);
  }
}

/** A signature file of `bytes` by `key`, made now. */
export function signedBy(key: MinisignKey, bytes: Uint8Array, name: string): SignatureFile {
  return { name, text: signMinisign(bytes, key, Math.floor(Date.now() / 1000), basename(name)) };
}

function readPrivate(path: string): string {
  try {
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) === 0) return readFileSync(path, "utf8");
    throw new WritError(
      "WRIT_KEY_UNUSABLE",
      `key \`${escapeUntrusted(path)}\` has mode ${mode.toString(8)}: limit is 600`,
      {
        hint: `chmod 600 ${shellQuote(path)}`,
      },
    );
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    throw unusable(path, "cannot be read", cause);
  }
}

function unusable(path: string, what: string, cause?: unknown): WritError {
  return new WritError("WRIT_KEY_UNUSABLE", `key \`${escapeUntrusted(path)}\` ${what}`, {
    hint: "writ spec sign FILE --key KEY  # a minisign secret key; or give a signature by --signature",
    cause,
  });
}
