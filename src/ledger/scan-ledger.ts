// One pass over a ledger folder: every record against its frame, its payload, the tree and each signed checkpoint.
// Both opening and verifying are this pass, so they can never disagree. Reads only; changes nothing.
import { type Heads, readHeads } from "./checkpoint-history.ts";
import { HISTORY_NAME, LATEST_NAME, segmentName, segmentNumbers } from "./layout.ts";
import { MerkleTree } from "./merkle-tree.ts";
import type { LedgerProblem } from "./problem.ts";
import { scanSegment } from "./scan-segment.ts";
import { checkHeads, type Scan, type ScanInput, type ScanState, type TailPart } from "./scan-state.ts";

/** Never throws for what is in the files; rejects when they cannot be read. */
export async function scanLedger(input: ScanInput): Promise<Scan> {
  const names = (await input.fs.list(input.dir)) ?? [];
  const heads = await readHeads(input.fs, input.dir, input.verifier);
  const numbers = segmentNumbers(names);
  const state: ScanState = {
    input,
    heads,
    segments: numbers.length,
    tree: new MerkleTree(),
    nextNote: 0,
    flush: 0,
    lastTime: 0,
    erased: 0,
    tail: [],
    end: { segment: 1, recordOffset: 0, payloadOffset: 0, payloadFile: true },
    unsealed: null,
  };
  const problem =
    heads.problem ??
    missingFiles(heads, names) ??
    missingSegments(state, numbers) ??
    (await scanRecords(state));
  const { tree, lastTime, erased, tail, end, unsealed } = state;
  const fresh = problem === null && heads.latest === null;
  return {
    fresh,
    heads,
    tree,
    lastTime,
    erased,
    tail: [...tail, ...historyTail(heads)],
    end,
    unsealed,
    problem,
  };
}

async function scanRecords(state: ScanState): Promise<LedgerProblem | null> {
  const empty = checkHeads(state);
  if (empty !== null) return empty;
  for (let number = 1; number <= state.segments; number += 1) {
    const problem = await scanSegment(state, number);
    if (problem !== null) return problem;
  }
  return missingRecords(state);
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
  if (heads.latest?.closing === true && (tree.size > heads.sealed || state.tail.length > 0)) {
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
