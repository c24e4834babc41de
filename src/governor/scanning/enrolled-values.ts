// The values of a home that a scan looks for, as what crosses to a thread, and the finders of them. Not how they are read
// from the home (home-values.ts).
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { createProtectedFinder } from "../../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../../scan/protected/protected-index.ts";
import { readIndex } from "../../scan/protected/stored-index.ts";
import type { Finder } from "../../scan/view.ts";
import { WritError } from "../../stdx/writ-error.ts";

/** An index of enrolled values as it lies in the home, and the key that it was made with. Secret, both. */
export interface EnrolledIndex {
  readonly index: Uint8Array;
  readonly key: Uint8Array;
}

/** Plain data. */
export interface EnrolledValues {
  /** null: nothing was enrolled by `writ protect`. */
  readonly enrolled: EnrolledIndex | null;
  /** What the adopted spec names. */
  readonly values: readonly ProtectedValue[];
  /** The key that an index of `values` is made with; empty where there are none. */
  readonly key: Uint8Array;
}

export const NO_VALUES: EnrolledValues = { enrolled: null, values: [], key: new Uint8Array(0) };

/** Finders of `values`; none where there are none. Throws WRIT_HOME_UNSAFE where the index is not what was written. */
export function knownFinders({ enrolled, values, key }: EnrolledValues): readonly Finder[] {
  const ports = createScanPorts();
  const finders: Finder[] = [];
  if (enrolled !== null) {
    const read = readIndex(enrolled.index, enrolled.key, ports);
    if (!read.ok)
      throw new WritError("WRIT_HOME_UNSAFE", `the home's \`protected.index\` does not hold: ${read.error}`, {
        hint: "put `protected.index` and `keys/protect` back from a backup, or enrol the values again in a new home",
      });
    finders.push(createProtectedFinder(read.value));
  }
  if (values.length > 0) finders.push(createProtectedFinder(createProtectedIndex(values, key, ports)));
  return finders;
}
