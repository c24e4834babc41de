// Replaces the governor's signing key: the new one beside it, then the ledger's own handing over, then the files. What a crash
// interrupts, the next start finishes or takes back. How a ledger hands over is ledger/journal-ledger.ts.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { logKey } from "../ledger/checkpoint.ts";
import type { LedgerSigner } from "../ledger/ledger.ts";
import { importPublicKey } from "../ledger/ledger-key.ts";
import { formatVkey } from "../ledger/signed-note.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { RotatedKey } from "./governor.ts";
import { type GovernorKey, loadGovernorKey, privateKeyAt } from "./governor-key.ts";
import type { HomePaths } from "./home.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import { ledgerOrigin, type Opening, openHomeLedger } from "./open-home-ledger.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { replaceFile, syncFolder } from "./write-file.ts";

export interface RotateParts {
  readonly ledger: KeptLedger;
  readonly paths: HomePaths;
  readonly node: string;
  readonly key: GovernorKey;
  /** Tasks that hold something. */
  readonly running: () => number;
}

/** The way to replace the key, and the moment from which the governor is to end: what its process signs is the old key's. */
export function keyRotation(parts: RotateParts): {
  readonly rotate: () => Promise<RotatedKey>;
  readonly done: Promise<void>;
} {
  const done = Promise.withResolvers<void>();
  const rotate = async (): Promise<RotatedKey> => {
    const rotated = await rotateKey(parts);
    done.resolve();
    return rotated;
  };
  return { rotate, done: done.promise };
}

/**
 * Makes a new key, hands the ledger over to it and puts it in the old one's place, which is gone then. Throws WRIT_GOVERNOR_BUSY while a task runs, WRIT_LEDGER_UNWRITABLE.
 */
async function rotateKey({ ledger, paths, node, key, running }: RotateParts): Promise<RotatedKey> {
  const tasks = running();
  if (tasks > 0) {
    throw new WritError(
      "WRIT_GOVERNOR_BUSY",
      `${tasks} tasks run under writs of the key that is to be replaced`,
      {
        hint: "writ ps  # wait until they ended, or end them; then once more",
      },
    );
  }
  ledger.check();
  const next = nextKey(paths);
  const signer = signerOf(node, next);
  const { sequence } = await ledger.rotate(signer);
  replaceKey(paths, next);
  const from = { origin: ledgerOrigin(node), key: importPublicKey(key.public_key) };
  return { sequence, from: formatVkey(logKey(from)), to: formatVkey(logKey(signer.verifier)) };
}

/**
 * Finishes or takes back what a crash left of a rotation: to be called under the home's lock, before its key is loaded. Throws
 * as opening the ledger does.
 */
export async function settleRotation(
  paths: HomePaths,
  node: string,
  remembered: Opening["remembered"],
): Promise<void> {
  if (!existsSync(paths.next_key)) return;
  const next = privateKeyAt(paths.next_key);
  if (createPublicKey(next).equals(publicKeyOf(paths.public_key))) return renameKey(paths);
  const key = loadGovernorKey(paths);
  const { sign: signNext, verifier } = signerOf(node, next);
  const nextPair = { sign: signNext, publicKey: verifier.key.key };
  const ledger = await openHomeLedger(paths.ledger, node, key, {
    create: false,
    remembered,
    nextKey: nextPair,
  });
  await ledger.close();
  if (Buffer.from(ledger.key).equals(verifier.key.raw)) replaceKey(paths, next);
  else rmSync(paths.next_key);
  syncFolder(paths.keys);
}

/** The key that is to come, durable before anything names it. */
function nextKey(paths: HomePaths): KeyObject {
  // One that is there was never used: a rotation that began is settled before the governor is.
  rmSync(paths.next_key, { force: true });
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(paths.next_key, pem, { mode: 0o600, flag: "wx", flush: true });
  syncFolder(paths.keys);
  return createPrivateKey(pem);
}

/** The public file first: between the two, `next` is the one that it belongs to, which settles it. */
function replaceKey(paths: HomePaths, next: KeyObject): void {
  const pem = createPublicKey(next).export({ type: "spki", format: "pem" });
  replaceFile(paths.public_key, Buffer.from(pem), 0o644);
  renameKey(paths);
}

function renameKey(paths: HomePaths): void {
  renameSync(paths.next_key, paths.private_key);
  syncFolder(paths.keys);
}

function signerOf(node: string, key: KeyObject): LedgerSigner {
  const verifier = { origin: ledgerOrigin(node), key: importPublicKey(createPublicKey(key)) };
  return { verifier, sign: (bytes) => sign(null, bytes, key) };
}
