// Signatures of `ssh-keygen -Y sign` (OpenSSH's PROTOCOL.sshsig), hardware keys included (PROTOCOL.u2f): reading and
// verifying them. Nothing here signs.
import { createHash } from "node:crypto";
import { importRawPublicKey, verifySignature } from "../../ledger/ledger-key.ts";
import { type SignerKey, sshKey } from "../../spec/signer.ts";

/** What a signature must have been made for: `ssh-keygen -Y sign -n writ-spec`. */
export const SSH_NAMESPACE = "writ-spec";

/** What a signature holds. */
export interface SshSignature {
  readonly key: SignerKey;
  readonly namespace: string;
  readonly reserved: Uint8Array;
  readonly hash: "sha256" | "sha512";
  readonly signature: Uint8Array;
  /** Of a hardware key; null: of no such key. */
  readonly hardware: { readonly flags: number; readonly counter: Uint8Array } | null;
}

const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]{1,4096})\n-----END SSH SIGNATURE-----\n?$/;
const MAGIC = "SSHSIG";
/** The bit that says that somebody touched the key (FIDO CTAP, "user present"). */
const TOUCHED = 0x01;

/** The signature in `text`, or null when it is none that can sign a spec: another kind of key, or damaged. */
export function readSsh(text: string): SshSignature | null {
  const [, base64 = ""] = ARMOUR.exec(text.replaceAll("\r\n", "\n")) ?? [];
  const blob = Buffer.from(base64, "base64");
  if (blob.toString("latin1", 0, 6) !== MAGIC || blob.length < 10 || blob.readUInt32BE(6) !== 1) return null;
  const strings = sshStrings(blob.subarray(10), 5);
  if (strings === null || strings.rest.length > 0) return null;
  const [publicKey, namespace, reserved, hash, signature] = strings.strings;
  const key = publicKey === undefined ? null : sshKey(null, publicKey);
  const algorithm = hash?.toString("latin1");
  if (key === null || namespace === undefined || reserved === undefined || signature === undefined)
    return null;
  if (algorithm !== "sha256" && algorithm !== "sha512") return null;
  const inner = innerOf(signature, key);
  if (inner === null) return null;
  return { key, namespace: namespace.toString("utf8"), reserved, hash: algorithm, ...inner };
}

/** Whether it is over `message`. What it was made for, and whether it was touched, are asked apart. */
export function verifySsh(signed: SshSignature, message: Uint8Array): boolean {
  const hashed = createHash(signed.hash).update(message).digest();
  const body = Buffer.concat([
    Buffer.from(MAGIC),
    ...[Buffer.from(signed.namespace), signed.reserved, Buffer.from(signed.hash), hashed].map(sshString),
  ]);
  const key = importRawPublicKey(signed.key.raw);
  if (signed.hardware === null) return verifySignature(key, body, signed.signature);
  const { flags, counter } = signed.hardware;
  const asserted = Buffer.concat([
    sha256(Buffer.from(signed.key.application ?? "")),
    Buffer.from([flags]),
    counter,
    sha256(body),
  ]);
  return verifySignature(key, asserted, signed.signature);
}

/** Whether a hardware key was touched for it; of a key in a file nobody can tell, and nobody asks. */
export function wasTouched({ hardware }: SshSignature): boolean {
  return hardware === null || (hardware.flags & TOUCHED) === TOUCHED;
}

function innerOf(blob: Buffer, { kind }: SignerKey): Pick<SshSignature, "signature" | "hardware"> | null {
  const strings = sshStrings(blob, 2);
  const [type, signature] = strings?.strings ?? [];
  if (strings === null || type === undefined || signature?.length !== 64) return null;
  const name = type.toString("latin1");
  if (kind === "ed25519")
    return name === "ssh-ed25519" && strings.rest.length === 0 ? { signature, hardware: null } : null;
  if (name !== "sk-ssh-ed25519@openssh.com" || strings.rest.length !== 5) return null;
  return { signature, hardware: { flags: strings.rest.readUInt8(0), counter: strings.rest.subarray(1) } };
}

/** The first `count` strings (RFC 4251 section 5) and what stands behind them, or null when there are fewer. */
function sshStrings(
  bytes: Buffer,
  count: number,
): { readonly strings: readonly Buffer[]; readonly rest: Buffer } | null {
  const strings: Buffer[] = [];
  let at = 0;
  while (strings.length < count) {
    if (at + 4 > bytes.length) return null;
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) return null;
    strings.push(bytes.subarray(start, at));
  }
  return { strings, rest: bytes.subarray(at) };
}

function sshString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
