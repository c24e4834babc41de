// Which of a spec's signers signed some bytes: every signature is read, judged and either counted for its key or said to be
// worthless and why. Who has to sign, and how often, is the ratchet's matter.
import { canonical, signerKey } from "../../spec/signer.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { sha256 } from "../ports.ts";
import { type MinisignSignature, readMinisign, timestampOf, verifyMinisign } from "./minisign.ts";
import { readSsh, SSH_NAMESPACE, verifySsh, wasTouched } from "./ssh-signature.ts";

/** The text of a signature file, with its name for messages. */
export interface SignatureFile {
  readonly name: string;
  readonly text: string;
}

/** A signature that counts. */
export interface Signed {
  /** Canonical (spec/signer.ts). */
  readonly signer: string;
  /** SHA-256 of everything in it that only the key's holder could have made: the same for the same signature, however its file is written. */
  readonly id: string;
}

export interface CheckedSignatures {
  /** One for each signer. */
  readonly signed: readonly Signed[];
  /** Why the others do not count, a line each. */
  readonly problems: readonly string[];
}

/** How far ahead of this machine's clock a signature may be, seconds: clocks differ. */
const AHEAD_MAX = 300;
/** How old a signature may be when it is first seen, seconds: 30 days. */
export const AGE_MAX: number = 30 * 24 * 60 * 60;

/**
 * The signatures of `files` over `bytes` by keys of `signers`. `now`: seconds since 1970, held against the time that
 * minisign signs with; SSH signatures say none. Never throws for what is in the files.
 */
export function checkSignatures(
  bytes: Uint8Array,
  files: readonly SignatureFile[],
  signers: readonly string[],
  now: number,
): CheckedSignatures {
  const signed = new Map<string, Signed>();
  const problems: string[] = [];
  for (const file of files) {
    const checked = checkOne(bytes, file.text, signers, now);
    if (typeof checked === "string") problems.push(`\`${escapeUntrusted(file.name)}\` ${checked}`);
    else if (signed.has(checked.signer))
      problems.push(`\`${escapeUntrusted(file.name)}\` is by a key that signed already`);
    else signed.set(checked.signer, checked);
  }
  return { signed: [...signed.values()], problems };
}

/** Those of `signed` that stand in no record yet. */
export function unspent(signed: readonly Signed[], spent: ReadonlySet<string>): readonly Signed[] {
  return signed.filter(({ id }) => !spent.has(id));
}

/** The signature, or what is wrong with it. */
function checkOne(bytes: Uint8Array, text: string, signers: readonly string[], now: number): Signed | string {
  const minisign = readMinisign(text);
  if (minisign !== null) return checkMinisign(bytes, minisign, signers, now);
  const ssh = readSsh(text);
  if (ssh === null) return "is no signature of minisign or of an Ed25519 key of SSH";
  const signer = canonical(ssh.key);
  if (!signers.includes(signer)) return "is by a key that is no signer of the spec in force";
  if (ssh.namespace !== SSH_NAMESPACE)
    return `was made for \`${escapeUntrusted(ssh.namespace)}\`: expected \`ssh-keygen -Y sign -n ${SSH_NAMESPACE}\``;
  if (!wasTouched(ssh)) return "was made without touching the key";
  if (!holds(() => verifySsh(ssh, bytes))) return "is not over these bytes";
  return { signer, id: sha256(`${signer}\n${Buffer.from(ssh.signature).toString("hex")}`) };
}

function checkMinisign(
  bytes: Uint8Array,
  signed: MinisignSignature,
  signers: readonly string[],
  now: number,
): Signed | string {
  const plain = signers.filter((key) => signerKey(key).kind === "ed25519");
  // The key's number is nobody's word: each key is tried.
  const signer = plain.find((key) => holds(() => verifyMinisign(signed, bytes, signerKey(key).raw)));
  if (signer === undefined) return "is not by a signer of the spec in force over these bytes";
  const at = timestampOf(signed);
  if (at !== null && at > now + AHEAD_MAX) return `was made in the future: ${timeOf(at)} by its own word`;
  if (at !== null && at < now - AGE_MAX) return `is older than 30 days: ${timeOf(at)} by its own word`;
  const [one, two] = [signed.signature, signed.global_signature].map((part) =>
    Buffer.from(part).toString("hex"),
  );
  return { signer, id: sha256(`${signer}\n${one}\n${two}`) };
}

/** A key that cannot be used verifies nothing. */
function holds(verify: () => boolean): boolean {
  try {
    return verify();
  } catch (error) {
    if (error instanceof WritError) return false;
    throw error;
  }
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
