// What a task's gate is given of the values that must stay inside: those of the spec's files, and those that the home has
// enrolled. Not the reading of either.
import type { EnrolledIndex } from "../enforce/gate/policy.ts";
import type { ValuesPort } from "../enforce/network-policy.ts";
import { type HeldFiles, heldValues } from "./held-values.ts";

/** What the home has enrolled, and its key, in base64, since they cross a process channel. Throws WRIT_HOME_UNSAFE. */
export type ProtectionPort = () => EnrolledIndex;

/**
 * The values that a task needs: of the files that `spec` names at each call, and of the home's index, both read anew. Throws
 * WRIT_SECRET_UNUSABLE and WRIT_HOME_UNSAFE; then nothing that can send starts.
 */
export function valuesPort(protection: ProtectionPort, spec: () => HeldFiles): ValuesPort {
  return async (needs) => ({
    ...(await heldValues(spec(), needs)),
    enrolled: needs.sends ? protection() : null,
  });
}

const NO_VALUES = Promise.resolve({
  secrets: new Map<string, string>(),
  protected: [],
  documents: [],
  enrolled: null,
});

/** Before there is a spec in force. */
export const noValues: ValuesPort = () => NO_VALUES;
