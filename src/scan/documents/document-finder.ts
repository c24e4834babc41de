// Finds parts of enrolled documents in a view and says how much of a document is there. Asks for every window of the view, so that
// only the document's side is winnowed. Not for single values (protected/).
import type { Match } from "../finding.ts";
import { firstEntry, mayHold } from "../protected/gram-table.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Finder } from "../view.ts";
import type { DocumentIndex } from "./document-index.ts";
import { eachWindow } from "./winnow.ts";

export interface Containment {
  readonly name: string;
  /** Of the document's fingerprints, how many are in the view: 0 to 100, rounded down. */
  readonly percent: number;
  /** The first and the last byte of what agrees, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Different fingerprints of one document that are a finding: about three sentences of it. */
const SHOWN_MIN = 4;

/** The share of a small document that is a finding though it is fewer. */
const SHARE_MIN = 0.5;

/**
 * A finder of parts of the documents of `index`: class `protected`, kind `document`, the document's name.
 *
 * @example createDocumentFinder(createDocumentIndex(documents, key, ports))(view, budget)
 */
export function createDocumentFinder(index: DocumentIndex): Finder {
  return ({ bytes }, budget) =>
    containments(bytes, index, budget).map(
      ({ name, start, end }): Match => ({ kind: "document", class: "protected", name, start, end }),
    );
}

/** The documents of which enough is in `bytes`, with how much of each. Throws ScanExhausted. */
export function containments(
  bytes: Uint8Array,
  index: DocumentIndex,
  budget: ScanBudget,
): readonly Containment[] {
  const { table, hash, counts, names } = index;
  if (table.keys.length === 0) return [];
  budget.spend(bytes.length);
  const shown = new Map<number, { readonly seen: Set<number>; readonly start: number; end: number }>();
  const { bits, shift } = table;
  eachWindow(bytes, hash, (fingerprint, start, end) => {
    if (!mayHold(bits, shift, fingerprint)) return;
    for (let at = firstEntry(table, fingerprint); at >= 0 && table.keys[at] === fingerprint; at += 1) {
      const document = table.sequences[at] as number;
      const part = shown.get(document) ?? { seen: new Set(), start, end };
      part.seen.add(fingerprint);
      part.end = end;
      shown.set(document, part);
    }
  });
  return [...shown].flatMap(([document, { seen, start, end }]) => {
    const share = seen.size / (counts[document] as number);
    if (seen.size < SHOWN_MIN && (share < SHARE_MIN || seen.size < 2)) return [];
    return [{ name: names[document] ?? "document", percent: Math.floor(share * 100), start, end }];
  });
}
