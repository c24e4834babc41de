// The values of a home that a scan looks for, as what crosses to a thread, and the finders of them. Not how they are read
// from the home (home-values.ts).
import { createScanPorts } from "../../enforce/scan-ports.ts";
import { createDocumentFinder } from "../../scan/documents/document-finder.ts";
import { createDocumentIndex, type ProtectedDocument } from "../../scan/documents/document-index.ts";
import { enrolledFinders, readEnrolled } from "../../scan/enrolled/enrolled-file.ts";
import { fingerprintOf } from "../../scan/fingerprint.ts";
import { createProtectedFinder } from "../../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../../scan/protected/protected-index.ts";
import type { Finder } from "../../scan/view.ts";
import { assert } from "../../stdx/assert.ts";

/** Plain data. */
export interface EnrolledValues {
  /** What `writ protect` enrolled, proved to be whole; null: nothing. */
  readonly index: Uint8Array | null;
  /** What the adopted spec names. */
  readonly values: readonly ProtectedValue[];
  readonly documents: readonly ProtectedDocument[];
  /** The key of the home, which indexes and fingerprints are made with; empty: there is no home. */
  readonly key: Uint8Array;
}

export const NO_VALUES: EnrolledValues = {
  index: null,
  values: [],
  documents: [],
  key: new Uint8Array(0),
};

/** Finders of `values`; none where there are none. */
export function knownFinders({ index, values, documents, key }: EnrolledValues): readonly Finder[] {
  const ports = createScanPorts();
  const finders: Finder[] = [];
  if (index !== null) {
    const read = readEnrolled(index, key, ports);
    assert(read.ok, "an index that was read holds");
    finders.push(...enrolledFinders(read.value));
  }
  if (values.length > 0) finders.push(createProtectedFinder(createProtectedIndex(values, key, ports)));
  if (documents.length > 0) finders.push(createDocumentFinder(createDocumentIndex(documents, key, ports)));
  return finders;
}

/** Fingerprints of what was found, as the gate of the home makes them; null: there is no home. */
export function fingerprintsUnder({ key }: EnrolledValues): ((found: Uint8Array) => string) | null {
  const ports = createScanPorts();
  return key.length === 0 ? null : (found) => fingerprintOf(found, key, ports);
}
