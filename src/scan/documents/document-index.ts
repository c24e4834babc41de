// What is kept of whole documents: keyed fingerprints and names. Never their text. Not the search (document-finder.ts).
import { err, ok, type Result } from "../../stdx/result.ts";
import type { ScanPorts } from "../ports.ts";
import { type GramTable, gramEntries, gramTable } from "../protected/gram-table.ts";
import { openedIndex, sealedIndex } from "../protected/index-file.ts";
import { fingerprints, type WinnowHash, winnowHash } from "./winnow.ts";

export interface ProtectedDocument {
  /** What the operator calls it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface DocumentIndex {
  readonly names: readonly string[];
  readonly hash: WinnowHash;
  readonly table: GramTable;
  /** Fingerprints of each document. */
  readonly counts: Uint32Array;
  /** Names of documents with too few letters and digits to be told. */
  readonly unusable: readonly string[];
}

/** Documents that may share a fingerprint; what more share is boilerplate and counts for none. */
const SHARED_MAX = 16;

/** Fingerprints under which a document cannot be told: it is a value rather (protected/). */
const COUNT_MIN = 3;

/** An index of `documents` under `key` (32 bytes, of this install): about one fingerprint for 16 letters or digits. */
export function createDocumentIndex(
  documents: readonly ProtectedDocument[],
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): DocumentIndex {
  const hash = winnowHash(key, ports);
  const pairs: number[] = [];
  for (const [at, { bytes }] of documents.entries())
    for (const fingerprint of fingerprints(bytes, hash)) pairs.push(fingerprint, at);
  const entries = gramEntries(Uint32Array.from(pairs), (document) => document, SHARED_MAX);
  return indexOf(
    documents.map(({ name }) => name),
    hash,
    gramTable(entries),
  );
}

const KIND = "protected documents";

/** The bytes of `index`, sealed with the key it was made with. Its owner keeps them 0600. */
export function writeDocumentIndex(
  { names, table }: DocumentIndex,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Uint8Array {
  return sealedIndex(KIND, { head: { names }, arrays: [table.keys, table.sequences] }, key, ports);
}

/** The index that `writeDocumentIndex` wrote under `key`; else one line why not. */
export function readDocumentIndex(
  bytes: Uint8Array,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Result<DocumentIndex, string> {
  const opened = openedIndex(KIND, bytes, key, ports);
  if (!opened.ok) return opened;
  const names = namesOf(opened.value.head);
  const [keys, sequences] = opened.value.arrays;
  if (names === null || keys === undefined || sequences === undefined || keys.length !== sequences.length)
    return err("the index has another content");
  return ok(indexOf(names, winnowHash(key, ports), gramTable({ keys, sequences })));
}

function indexOf(names: readonly string[], hash: WinnowHash, table: GramTable): DocumentIndex {
  const counts = new Uint32Array(names.length);
  for (const document of table.sequences) counts[document] = (counts[document] as number) + 1;
  return {
    names,
    hash,
    table,
    counts,
    unusable: names.filter((_, at) => (counts[at] as number) < COUNT_MIN),
  };
}

function namesOf(head: unknown): readonly string[] | null {
  if (typeof head !== "object" || head === null || !("names" in head)) return null;
  const { names } = head;
  return Array.isArray(names) && names.every((each) => typeof each === "string") ? names : null;
}
