// An index of protected values as bytes and back. Holds hashes, lengths, names and grades; never a value.
import { err, ok, type Result } from "../../stdx/result.ts";
import type { ScanPorts } from "../ports.ts";
import { type Family, familyOf, type Grade } from "./family.ts";
import { gramTable } from "./gram-table.ts";
import { openedIndex, sealedIndex } from "./index-file.ts";
import { keyedWords } from "./keyed-hash.ts";
import { type ProtectedIndex, protectedHashes } from "./protected-index.ts";
import { triggersOf } from "./triggers.ts";

const KIND = "protected values";

/** The bytes of `index`, sealed with the key it was made with. Its owner keeps them 0600. */
export function writeIndex(
  index: ProtectedIndex,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Uint8Array {
  const { enrolled, pieces, tokens, unusable } = index;
  const head = {
    names: enrolled.names,
    grades: enrolled.grades,
    unusable,
    hasBytes: index.hasBytes,
    parted: index.parted,
  };
  const arrays = [
    ...[index.text, index.letters, index.lags].flatMap(wordsOf),
    pieces.table.keys,
    pieces.table.sequences,
    pieces.owners,
    pieces.anchors,
    pieces.lengths,
    pieces.firsts,
    pieces.seconds,
    tokens.table.keys,
    tokens.table.sequences,
    tokens.owners,
    tokens.checks,
    index.plain.keys,
    index.plain.sequences,
    veiled(index.triggers.trigrams, key, ports),
    index.triggers.keys,
  ];
  return sealedIndex(KIND, { head, arrays }, key, ports);
}

/** The index that `writeIndex` wrote under `key`; else one line why not. Nothing of a refused file is used. */
export function readIndex(
  bytes: Uint8Array,
  key: Uint8Array,
  ports: Pick<ScanPorts, "hmac">,
): Result<ProtectedIndex, string> {
  const opened = openedIndex(KIND, bytes, key, ports);
  if (!opened.ok) return opened;
  const head = headOf(opened.value.head);
  if (head === null || opened.value.arrays.length !== 27) return err("the index has another content");
  const array = (at: number): Uint32Array => opened.value.arrays[at] ?? new Uint32Array(0);
  return ok({
    enrolled: { names: head.names, grades: head.grades },
    unusable: head.unusable,
    hasBytes: head.hasBytes,
    parted: head.parted,
    triggers: triggersOf(veiled(array(25), key, ports), array(26)),
    hashes: protectedHashes(key, ports),
    plain: gramTable({ keys: array(23), sequences: array(24) }),
    text: familyFrom(array, 0, head.grades),
    letters: familyFrom(array, 4, head.grades),
    lags: familyFrom(array, 8, head.grades),
    pieces: {
      table: gramTable({ keys: array(12), sequences: array(13) }),
      owners: array(14),
      anchors: array(15),
      lengths: array(16),
      firsts: array(17),
      seconds: array(18),
    },
    tokens: {
      table: gramTable({ keys: array(19), sequences: array(20) }),
      owners: array(21),
      checks: array(22),
    },
  });
}

/** Trigrams are symbols of values, so they are stored under a pad of as many words; the same again takes it off. */
function veiled(trigrams: Uint32Array, key: Uint8Array, ports: Pick<ScanPorts, "hmac">): Uint32Array {
  const pad = keyedWords(key, "triggers", trigrams.length, ports);
  return trigrams.map((word, at) => word ^ (pad[at] as number));
}

function wordsOf({ table, owners, lengths }: Family): readonly Uint32Array[] {
  return [table.keys, table.sequences, owners, lengths];
}

function familyFrom(array: (at: number) => Uint32Array, from: number, grades: readonly Grade[]): Family {
  const entries = { keys: array(from), sequences: array(from + 1) };
  return familyOf(entries, { owners: array(from + 2), lengths: array(from + 3), grades });
}

interface Head {
  readonly names: readonly string[];
  readonly grades: readonly Grade[];
  readonly unusable: readonly string[];
  readonly hasBytes: boolean;
  readonly parted: boolean;
}

/** The seal says that this install wrote the head; its shape is still looked at, for an older program may have. */
function headOf(head: unknown): Head | null {
  if (typeof head !== "object" || head === null) return null;
  const { names, grades, unusable, hasBytes, parted } = head as Partial<Record<keyof Head, unknown>>;
  if (typeof hasBytes !== "boolean" || typeof parted !== "boolean") return null;
  if (!isTexts(names) || !isTexts(unusable) || !isTexts(grades) || !grades.every(isGrade)) return null;
  return names.length === grades.length ? { names, grades, unusable, hasBytes, parted } : null;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isGrade(text: string): text is Grade {
  return text === "ordinary" || text === "high" || text === "canary";
}
