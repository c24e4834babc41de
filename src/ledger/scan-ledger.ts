// One pass over a ledger folder: every record against its frame, its payload, the tree and each signed checkpoint.
// Both opening and verifying are this pass, so they can never disagree. Reads only; changes nothing.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Heads, readHeads } from "./checkpoint-history.ts";
import { HISTORY_NAME, LATEST_NAME, segmentName, segmentNumbers } from "./layout.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { NoteReader } from "./note-reader.ts";
import type { LedgerProblem } from "./problem.ts";
import { scanSegment } from "./scan-segment.ts";
import {
  advanceNote,
  checkHeads,
  type Scan,
  type ScanInput,
  type ScanState,
  type TailPart,
} from "./scan-state.ts";
import { withFile } from "./with-file.ts";

/** Never throws for what is in the files; rejects when they cannot be read. */
export async function scanLedger(input: ScanInput): Promise<Scan> {
  const names = (await input.fs.list(input.dir)) ?? [];
  const heads = await readHeads(input.fs, input.dir, input.verifier);
  return await withFile(input.fs, join(input.dir, HISTORY_NAME), "read", async (history) => {
    const notes = history === null ? null : new NoteReader(history, heads.historyEnd);
    const state = startState(input, heads, notes);
    const problem = await scanAll(state, names);
    const { tree, lastTime, erased, end, unsealed } = state;
    const fresh = problem === null && heads.latest === null;
    const tail = [...state.tail, ...historyTail(heads)];
    const handed = heads.handovers.at(-1);
    const rotation = handed?.size === tree.size ? null : state.rotated;
    return { fresh, heads, tree, lastTime, erased, tail, end, unsealed, rotation, problem };
  });
}

function startState(input: ScanInput, heads: Heads, notes: NoteReader | null): ScanState {
  return {
    input,
    heads,
    segments: 0,
    tree: new MerkleTree(),
    notes,
    notesDigest: createHash("sha256"),
    nextNote: null,
    flush: 0,
    lastTime: 0,
    erased: 0,
    tail: [],
    end: { segment: 1, recordOffset: 0, payloadOffset: 0, payloadFile: true },
    unsealed: null,
    rotated: null,
    handed: 0,
  };
}

async function scanAll(state: ScanState, names: readonly string[]): Promise<LedgerProblem | null> {
  const { heads } = state;
  const numbers = segmentNumbers(names);
  const absent = heads.problem ?? missingFiles(heads, names) ?? missingSegments(state, numbers);
  if (absent !== null) return absent;
  state.segments = numbers.length;
  await advanceNote(state);
  const empty = await checkHeads(state);
  if (empty !== null) return empty;
  for (let number = 1; number <= state.segments; number += 1) {
    const problem = await scanSegment(state, number);
    if (problem !== null) return problem;
  }
  return missingRecords(state) ?? changedHistory(state);
}

/** The second reading must have given the bytes that were verified in the first. */
function changedHistory(state: ScanState): LedgerProblem | null {
  if (state.notes === null || state.notesDigest.digest("hex") === state.heads.historyDigest) return null;
  const detail = "the history changed while it was read";
  return { kind: "changed", file: HISTORY_NAME, offset: 0, sequence: state.tree.size, detail };
}

function missingFiles(heads: Heads, names: readonly string[]): LedgerProblem | null {
  if (heads.latest !== null || heads.historyBytes === 0) return null;
  const detail = names.length === 0 ? "the folder is empty" : "a history without its latest checkpoint";
  return { kind: "missing", file: LATEST_NAME, offset: 0, sequence: heads.sealed, detail };
}

function missingSegments(state: ScanState, numbers: readonly number[]): LedgerProblem | null {
  const gap = numbers.findIndex((number, index) => number !== index + 1);
  const needed = state.heads.latest === null ? 0 : 1;
  if (gap < 0 && numbers.length >= needed) return null;
  const file = segmentName(gap < 0 ? 1 : gap + 1);
  return { kind: "missing", file, offset: 0, sequence: 0, detail: "the segment is not there" };
}

function missingRecords(state: ScanState): LedgerProblem | null {
  const { tree, heads, input, end } = state;
  const at = { file: segmentName(end.segment), offset: end.recordOffset, sequence: tree.size };
  if (tree.size < heads.sealed) {
    const detail = `${tree.size} records are there: a signed checkpoint covers ${heads.sealed}`;
    return { kind: "cut", ...at, detail };
  }
  const remembered = input.rememberedHead?.size ?? 0;
  if (tree.size < remembered) {
    const detail = `${tree.size} records are there: ${remembered} were seen before`;
    return { kind: "rolled_back", ...at, detail };
  }
  // The history's word counts too: a crash may leave `checkpoint` older than it, never a record behind a closing note.
  const closed = heads.latest?.closing === true || heads.last?.closing === true;
  if (closed && (tree.size > heads.sealed || state.tail.length > 0)) {
    const detail = `something stands behind the orderly close at ${heads.sealed} records`;
    return { kind: "added", ...at, detail };
  }
  if (heads.latest === null && (tree.size > 0 || state.tail.length > 0)) {
    return { kind: "missing", ...at, file: LATEST_NAME, offset: 0, detail: "records without any checkpoint" };
  }
  return null;
}

function historyTail(heads: Heads): readonly TailPart[] {
  if (heads.historyBytes === heads.historyEnd) return [];
  return [{ file: HISTORY_NAME, from: heads.historyEnd, to: heads.historyBytes }];
}
