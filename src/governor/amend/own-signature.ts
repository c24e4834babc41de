// Signs with the home's own key, in the process of whoever asks: the governor never reads it.
import { statSync } from "node:fs";
import { WritError } from "../../stdx/writ-error.ts";
import type { HomePaths } from "../home.ts";
import { openSecretKey, signedBy } from "./operator-key.ts";
import type { SignatureFile } from "./signatures.ts";

/** A signature of `bytes`; none where the home has no such key. Throws WRIT_KEY_UNUSABLE, also for a key under a password. */
export async function signWithOwnKey(paths: HomePaths, bytes: Uint8Array): Promise<readonly SignatureFile[]> {
  if (statSync(paths.operator_key, { throwIfNoEntry: false }) === undefined) return [];
  const key = await openSecretKey(paths.operator_key, () => {
    throw new WritError("WRIT_KEY_UNUSABLE", `key \`${paths.operator_key}\` is under a password`, {
      hint: "writ spec sign FILE  # asks for it, and leaves FILE.minisig",
    });
  });
  return [signedBy(key, bytes, "governance.yaml.minisig")];
}
