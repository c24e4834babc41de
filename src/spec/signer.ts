// The public key of somebody who may sign a spec, in one canonical text whatever tool made it, so that a key counts once.
// Text only: no signature is verified here.
import { err, ok, type Result } from "../stdx/result.ts";
import { type WordProblem, word } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** A public key, read out of its canonical text. */
export interface SignerKey {
  /** `sk-ed25519`: a hardware key of FIDO, whose signatures say whether it was touched. */
  readonly kind: "ed25519" | "sk-ed25519";
  /** 32 bytes (RFC 8032 section 5.1.5). */
  readonly raw: Uint8Array;
  /** What a hardware key is bound to, such as `ssh:`; null: no hardware key. */
  readonly application: string | null;
}

/** Bytes of an Ed25519 public key. */
const KEY_BYTES = 32;
/** A minisign public key: `Ed`, a key number of 8 bytes, the key (https://jedisct1.github.io/minisign/). */
const MINISIGN_BYTES = 42;
const EXPECTED =
  "expected `ed25519:…`, `sk-ed25519:…`, a minisign public key or an `ssh-ed25519` public key line";
const CANONICAL = /^(?:ed25519:([A-Za-z0-9_-]{43})|sk-ed25519:([A-Za-z0-9_-]{43}):(ssh:[!-~]{0,64}))$/;

/** A signer of `amendment.signers`; every notation of one key has the same canonical text. */
export function signer(): Schema<string> {
  return word({
    noun: "a public key",
    json: { type: "string", minLength: 40, maxLength: 600 },
    parse: parseSigner,
  });
}

/**
 * The canonical text of a public key: `ed25519:KEY` or `sk-ed25519:KEY:APPLICATION`, the key in base64url (RFC 4648
 * section 5). Takes that text, a minisign public key, and a line of an OpenSSH public key file.
 */
export function parseSigner(text: string): Result<string, WordProblem> {
  if (CANONICAL.test(text)) {
    const key = signerKey(text);
    return canonical(key) === text ? ok(text) : err({ expected: EXPECTED });
  }
  const [type = "", blob = ""] = text.trim().split(/[ \t]+/);
  const key = type.startsWith("RW") ? ofMinisign(type) : ofSsh(type, blob);
  return key === null ? err({ expected: EXPECTED }) : ok(canonical(key));
}

/** The key of a canonical text. */
export function signerKey(text: string): SignerKey {
  const [, plain, hardware, application] = CANONICAL.exec(text) ?? [];
  const raw =
    bytesOf((plain ?? hardware ?? "").replaceAll("-", "+").replaceAll("_", "/")) ?? new Uint8Array();
  return application === undefined
    ? { kind: "ed25519", raw, application: null }
    : { kind: "sk-ed25519", raw, application };
}

/** The canonical text of a key. */
export function canonical({ kind, raw, application }: SignerKey): string {
  const key = btoa(String.fromCharCode(...raw))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return kind === "ed25519" ? `ed25519:${key}` : `sk-ed25519:${key}:${application ?? ""}`;
}

function ofMinisign(text: string): SignerKey | null {
  const bytes = bytesOf(text);
  if (bytes === null || bytes.length !== MINISIGN_BYTES || bytes[0] !== 0x45 || bytes[1] !== 0x64)
    return null;
  return { kind: "ed25519", raw: bytes.slice(MINISIGN_BYTES - KEY_BYTES), application: null };
}

/** RFC 8709 section 4; for hardware keys OpenSSH's PROTOCOL.u2f. */
function ofSsh(type: string, text: string): SignerKey | null {
  const bytes = bytesOf(text);
  return bytes === null ? null : sshKey(type, bytes);
}

/** The key of an SSH public key blob of `type`, or of any known type when that is null; null: none that can sign a spec. */
export function sshKey(type: string | null, blob: Uint8Array): SignerKey | null {
  const [name, raw, application, ...more] = sshStrings(blob) ?? [];
  if (name === undefined || raw?.length !== KEY_BYTES || more.length > 0) return null;
  const found = ascii(name);
  if (type !== null && found !== type) return null;
  if (found === "ssh-ed25519" && application === undefined)
    return { kind: "ed25519", raw, application: null };
  if (found !== "sk-ssh-ed25519@openssh.com" || application === undefined) return null;
  const bound = ascii(application);
  return /^ssh:[!-~]{0,64}$/.test(bound) ? { kind: "sk-ed25519", raw, application: bound } : null;
}

/** The strings (RFC 4251 section 5) that `bytes` are made of, or null when they are not. */
function sshStrings(bytes: Uint8Array): readonly Uint8Array[] | null {
  const strings: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const start = at + 4;
    if (start > bytes.length) return null;
    at = start + view.getUint32(start - 4);
    if (at > bytes.length) return null;
    strings.push(bytes.slice(start, at));
  }
  return strings;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.slice(0, 256));
}

function bytesOf(base64: string): Uint8Array | null {
  if (base64.length > 1024 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
