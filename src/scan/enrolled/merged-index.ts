// Two indexes of one key as one, so that what was enrolled in several steps is looked for in one pass. Nothing is left out
// again: a window that many values of both share costs time, and hides nothing.
import type { DocumentIndex } from "../documents/document-index.ts";
import { type Family, familyOf, type Grade } from "../protected/family.ts";
import { type GramEntries, type GramTable, gramEntries, gramTable } from "../protected/gram-table.ts";
import type { Pieces } from "../protected/isomorph-scan.ts";
import type { ProtectedIndex } from "../protected/protected-index.ts";
import { triggersOf } from "../protected/triggers.ts";
import type { Tokens } from "../protected/whole-tokens.ts";

/** The values of `a`, then those of `b`, which was made with the same key. The caller sees to it that they differ. */
export function mergedIndex(a: ProtectedIndex, b: ProtectedIndex): ProtectedIndex {
  const shift = a.enrolled.names.length;
  const grades: readonly Grade[] = [...a.enrolled.grades, ...b.enrolled.grades];
  const family = (of: (index: ProtectedIndex) => Family): Family =>
    mergedFamily(of(a), of(b), { shift, grades });
  return {
    enrolled: { names: [...a.enrolled.names, ...b.enrolled.names], grades },
    hashes: a.hashes,
    text: family(({ text }) => text),
    triggers: triggersOf(
      a.triggers.trigrams.map((word, at) => word | (b.triggers.trigrams[at] as number)),
      joined(a.triggers.keys, b.triggers.keys, 0),
    ),
    plain: gramTable(mergedEntries(a.plain, b.plain, a.text.owners.length)),
    letters: family(({ letters }) => letters),
    lags: family(({ lags }) => lags),
    hasBytes: a.hasBytes || b.hasBytes,
    parted: a.parted || b.parted,
    pieces: mergedPieces(a.pieces, b.pieces, shift),
    tokens: mergedTokens(a.tokens, b.tokens, shift),
    unusable: [...a.unusable, ...b.unusable],
  };
}

/** The documents of `a`, then those of `b`, which was made with the same key. */
export function mergedDocuments(a: DocumentIndex, b: DocumentIndex): DocumentIndex {
  return {
    names: [...a.names, ...b.names],
    hash: a.hash,
    table: gramTable(mergedEntries(a.table, b.table, a.names.length)),
    counts: joined(a.counts, b.counts, 0),
    unusable: [...a.unusable, ...b.unusable],
  };
}

function mergedFamily(
  a: Family,
  b: Family,
  { shift, grades }: { readonly shift: number; readonly grades: readonly Grade[] },
): Family {
  return familyOf(mergedEntries(a.table, b.table, a.owners.length), {
    owners: joined(a.owners, b.owners, shift),
    lengths: joined(a.lengths, b.lengths, 0),
    grades,
  });
}

function mergedPieces(a: Pieces, b: Pieces, shift: number): Pieces {
  return {
    table: gramTable(mergedEntries(a.table, b.table, a.owners.length)),
    owners: joined(a.owners, b.owners, shift),
    anchors: joined(a.anchors, b.anchors, 0),
    lengths: joined(a.lengths, b.lengths, 0),
    firsts: joined(a.firsts, b.firsts, 0),
    seconds: joined(a.seconds, b.seconds, 0),
  };
}

function mergedTokens(a: Tokens, b: Tokens, shift: number): Tokens {
  return {
    table: gramTable(mergedEntries(a.table, b.table, a.owners.length)),
    owners: joined(a.owners, b.owners, shift),
    checks: joined(a.checks, b.checks, 0),
  };
}

function mergedEntries(a: GramTable, b: GramTable, shift: number): GramEntries {
  const pairs = new Uint32Array(2 * (a.keys.length + b.keys.length));
  let at = 0;
  for (const [table, by] of [[a, 0] as const, [b, shift] as const])
    for (let entry = 0; entry < table.keys.length; entry += 1) {
      pairs[at] = table.keys[entry] as number;
      pairs[at + 1] = (table.sequences[entry] as number) + by;
      at += 2;
    }
  return gramEntries(pairs, (sequence) => sequence, Number.MAX_SAFE_INTEGER);
}

function joined(a: Uint32Array, b: Uint32Array, shift: number): Uint32Array {
  const words = new Uint32Array(a.length + b.length);
  words.set(a);
  words.set(
    b.map((word) => word + shift),
    a.length,
  );
  return words;
}
