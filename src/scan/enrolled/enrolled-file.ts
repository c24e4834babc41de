// What `writ protect` keeps: one index of values, one of documents, what was enrolled, and keyed digests that tell what is
// enrolled already. Never a value. Not where the file lies.
import { err, ok, type Result } from "../../stdx/result.ts";
import { createDocumentFinder } from "../documents/document-finder.ts";
import {
  createDocumentIndex,
  type DocumentIndex,
  type ProtectedDocument,
  readDocumentIndex,
  writeDocumentIndex,
} from "../documents/document-index.ts";
import type { ScanPorts } from "../ports.ts";
import { openedIndex, sealedIndex } from "../protected/index-file.ts";
import { createProtectedFinder } from "../protected/protected-finder.ts";
import {
  createProtectedIndex,
  type ProtectedIndex,
  type ProtectedValue,
} from "../protected/protected-index.ts";
import { readIndex, writeIndex } from "../protected/stored-index.ts";
import type { Finder } from "../view.ts";
import { mergedDocuments, mergedIndex } from "./merged-index.ts";

type Ports = Pick<ScanPorts, "hmac">;

/** One enrolment, as `writ protect list` tells it. */
export interface EnrolledEntry {
  /** What the operator calls it. */
  readonly name: string;
  readonly as: "values" | "document";
  /** Values, or 1 for a document. */
  readonly count: number;
  /** When, in UTC (RFC 3339). */
  readonly added: string;
}

/** All that was enrolled in a home. */
export interface Enrolled {
  readonly entries: readonly EnrolledEntry[];
  readonly values: ProtectedIndex;
  readonly documents: DocumentIndex;
  /** Of each value and document, 32 hexadecimal digits under the install's key. */
  readonly digests: ReadonlySet<string>;
}

/** Nothing yet, under `key` (32 bytes). */
export function emptyEnrolled(key: Uint8Array, ports: Ports): Enrolled {
  const [values, documents] = [createProtectedIndex([], key, ports), createDocumentIndex([], key, ports)];
  return { entries: [], values, documents, digests: new Set() };
}

export interface Addition {
  readonly entry: Omit<EnrolledEntry, "count">;
  readonly values: readonly ProtectedValue[];
  readonly documents: readonly ProtectedDocument[];
}

export interface Added {
  readonly enrolled: Enrolled;
  /** How many became part of it, how many were in it already, and how many nothing could tell in a text. */
  readonly taken: number;
  readonly known: number;
  readonly unusable: number;
  /** Keyed, of all that became part of it: 32 hexadecimal digits. */
  readonly digest: string;
}

/** `enrolled` and `addition`, under the key that it was made with. What is in it already, or cannot be told, adds nothing. */
export function withAddition(enrolled: Enrolled, addition: Addition, key: Uint8Array, ports: Ports): Added {
  const digests = new Set(enrolled.digests);
  const newer: string[] = [];
  let known = 0;
  const isNew = (bytes: Uint8Array | string): boolean => {
    const digest = digestOf(bytes, key, ports);
    const before = digests.size;
    digests.add(digest);
    if (digests.size === before) known += 1;
    else newer.push(digest);
    return digests.size > before;
  };
  const fresh = addition.values.filter(({ value }) => isNew(value));
  const texts = addition.documents.filter(({ bytes }) => isNew(bytes));
  const values = createProtectedIndex(fresh, key, ports);
  const documents = createDocumentIndex(texts, key, ports);
  const unusable = values.unusable.length + documents.unusable.length;
  const taken = fresh.length + texts.length - unusable;
  const digest = digestOf(newer.toSorted().join(" "), key, ports);
  if (taken === 0) return { enrolled, taken, known, unusable, digest };
  return {
    enrolled: {
      entries: [...enrolled.entries, { ...addition.entry, count: taken }],
      values: fresh.length === 0 ? enrolled.values : mergedIndex(enrolled.values, values),
      documents: texts.length === 0 ? enrolled.documents : mergedDocuments(enrolled.documents, documents),
      digests,
    },
    taken,
    known,
    unusable,
    digest,
  };
}

const KIND = "enrolled in a home";

/** The bytes of `enrolled`, sealed with the key that it was made with. Their owner keeps them 0600. */
export function writeEnrolled(enrolled: Enrolled, key: Uint8Array, ports: Ports): Uint8Array {
  const parts = [writeIndex(enrolled.values, key, ports), writeDocumentIndex(enrolled.documents, key, ports)];
  const head = {
    entries: enrolled.entries,
    digests: [...enrolled.digests],
    lengths: parts.map(({ length }) => length),
  };
  return sealedIndex(KIND, { head, arrays: parts.map(wordsOf) }, key, ports);
}

/** What `writeEnrolled` wrote under `key`; else one line why not. Nothing of a refused file is used. */
export function readEnrolled(bytes: Uint8Array, key: Uint8Array, ports: Ports): Result<Enrolled, string> {
  const opened = openedIndex(KIND, bytes, key, ports);
  if (!opened.ok) return opened;
  const head = headOf(opened.value.head);
  const [first, second] = opened.value.arrays;
  if (head === null || first === undefined || second === undefined)
    return err("the index has another content");
  const values = readIndex(bytesOf(first, head.lengths[0] ?? 0), key, ports);
  if (!values.ok) return values;
  const documents = readDocumentIndex(bytesOf(second, head.lengths[1] ?? 0), key, ports);
  if (!documents.ok) return documents;
  return ok({
    entries: head.entries,
    values: values.value,
    documents: documents.value,
    digests: new Set(head.digests),
  });
}

/** The layers that look for all of it; none where there is nothing. */
export function enrolledFinders({ values, documents }: Enrolled): readonly Finder[] {
  return [
    ...(values.enrolled.names.length > 0 ? [createProtectedFinder(values)] : []),
    ...(documents.names.length > 0 ? [createDocumentFinder(documents)] : []),
  ];
}

/** Bytes of a digest: what is enrolled already is told apart among millions. */
const DIGEST_BYTES = 16;

function digestOf(value: Uint8Array | string, key: Uint8Array, ports: Ports): string {
  const encoder = new TextEncoder();
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  const digest = ports.hmac(ports.hmac(key, encoder.encode("writ enrolled digest")), bytes);
  return [...digest.subarray(0, DIGEST_BYTES)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  const view = new DataView(whole.buffer);
  return Uint32Array.from({ length: whole.length / 4 }, (_, at) => view.getUint32(at * 4));
}

function bytesOf(words: Uint32Array, length: number): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, at) => {
    view.setUint32(at * 4, word);
  });
  return bytes.subarray(0, length);
}

interface Head {
  readonly entries: readonly EnrolledEntry[];
  readonly digests: readonly string[];
  readonly lengths: readonly number[];
}

/** The seal says that this install wrote the head; its shape is still looked at, for an older program may have. */
function headOf(head: unknown): Head | null {
  if (typeof head !== "object" || head === null) return null;
  const { entries, digests, lengths } = head as Partial<Record<keyof Head, unknown>>;
  if (!Array.isArray(entries) || !Array.isArray(digests) || !Array.isArray(lengths)) return null;
  if (!digests.every((each) => typeof each === "string")) return null;
  if (lengths.length !== 2 || !lengths.every((each) => Number.isSafeInteger(each))) return null;
  return entries.every(isEntry) ? { entries, digests, lengths: lengths as readonly number[] } : null;
}

function isEntry(entry: unknown): entry is EnrolledEntry {
  if (typeof entry !== "object" || entry === null) return false;
  const { name, as, count, added } = entry as Partial<Record<keyof EnrolledEntry, unknown>>;
  return (
    typeof name === "string" &&
    (as === "values" || as === "document") &&
    typeof count === "number" &&
    typeof added === "string"
  );
}
