// Reads the public key that a home's ledger is verified with.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { WritError } from "../stdx/writ-error.ts";

/** The public key of a home. Throws WRIT_KEY_UNUSABLE. */
export function publicKeyOf(path: string): ReturnType<typeof createPublicKey> {
  try {
    return createPublicKey(readFileSync(path));
  } catch (cause) {
    throw new WritError("WRIT_KEY_UNUSABLE", `key \`${path}\` cannot be read`, {
      hint: "put governor.pub back from a backup; without it nothing can be verified",
      cause,
    });
  }
}
