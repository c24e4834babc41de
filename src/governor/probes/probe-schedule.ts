// When a probe is sent, and which: drawn by HMAC from a seed that only the node's key gives, so that no task can tell, and whoever
// is shown the seed can say for each run whether one was due. Seeds are committed to when their epoch begins and shown when
// the next one does. Nothing is sent here.
import { createHmac, hash } from "node:crypto";

/** The seed of an epoch of this node, under its names key. The prefix is no kind of name (name-hash.ts). */
export function epochSeed(names_key: Uint8Array, epoch: number): Buffer {
  return createHmac("sha256", names_key).update(`probe epoch\0${epoch}`, "utf8").digest();
}

/** What the ledger holds of a seed until it is shown: SHA-256, hexadecimal. */
export function commitmentOf(seed: Uint8Array): string {
  return hash("sha256", Buffer.from(seed), "hex");
}

/** Bits of a draw that choose; the rest of them is left. */
const DUE_BYTES = 6;

/**
 * A number from 0 to 2^48 − 1 for the admitted run `run` of an epoch (counted from 1) where a probe is due beside it, and which
 * one it is; null: none is. `share`: basis points.
 */
export function dueAt(seed: Uint8Array, run: number, share: number): number | null {
  const drawn = draw(seed, `run\0${run}`);
  const span = 2 ** (8 * DUE_BYTES);
  if (drawn.readUIntBE(0, DUE_BYTES) >= Math.round((span * share) / 10_000)) return null;
  return drawn.readUIntBE(DUE_BYTES, DUE_BYTES);
}

/** The same for self-test `test` of an epoch, in which each family's form is drawn. */
export function drawOf(seed: Uint8Array, test: number): number {
  return draw(seed, `test\0${test}`).readUIntBE(0, DUE_BYTES);
}

function draw(seed: Uint8Array, what: string): Buffer {
  return createHmac("sha256", seed).update(what, "utf8").digest();
}
