// What a pass over a ledger is given, knows and yields, and its comparison with signed and remembered heads. The pass
// itself is scan-ledger.ts and scan-segment.ts.
import type { Hash } from "node:crypto";
import { join } from "node:path";
import { type Checkpoint, type Handover, type NoteVerifier, rereadCheckpoint } from "./checkpoint.ts";
import type { Heads } from "./checkpoint-history.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import type { Frame } from "./frame.ts";
import { HISTORY_NAME, LATEST_NAME, segmentName } from "./layout.ts";
import type { MerkleTree } from "./merkle-tree.ts";
import type { NoteReader } from "./note-reader.ts";
import type { LedgerProblem } from "./problem.ts";
import type { RecordCore } from "./record-codec.ts";
import { sameHandover } from "./rotation-record.ts";

/** A head that the reader saw earlier. */
export interface RememberedHead {
  readonly size: number;
  /** RFC 6962 root, lower-case hexadecimal. */
  readonly root: string;
}

export interface ScanInput {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly verifier: NoteVerifier;
  readonly rememberedHead: RememberedHead | null;
  /**
   * Each complete record, in order, with where it and the payload frames behind it begin, whether its payload is there, and
   * its frame.
   */
  readonly visit: (record: RecordCore, place: RecordPlace, payload: boolean, frame: Frame) => void;
}

export interface RecordPlace {
  readonly segment: number;
  readonly recordOffset: number;
  readonly payloadOffset: number;
}

/** Bytes of an unfinished write. */
export interface TailPart {
  readonly file: string;
  readonly from: number;
  /** Behind its last byte that is not zero. */
  readonly to: number;
}

/** Where the next frame goes. */
export interface LedgerEnd {
  readonly segment: number;
  readonly recordOffset: number;
  readonly payloadOffset: number;
  /** False: the payloads of this segment were erased with their file. */
  readonly payloadFile: boolean;
}

export interface Scan {
  /** The folder is absent, or holds a ledger whose creation never finished: no record was ever acknowledged. */
  readonly fresh: boolean;
  readonly heads: Heads;
  readonly tree: MerkleTree;
  readonly lastTime: number;
  /** Records whose payload is no longer there. */
  readonly erased: number;
  readonly tail: readonly TailPart[];
  readonly end: LedgerEnd;
  /** Where the first record that no checkpoint covers begins; null when all are covered. */
  readonly unsealed: RecordPlace | null;
  /** The last record changes the key, and the old one has not handed over yet; null: it does not, or has. */
  readonly rotation: Handover | null;
  readonly problem: LedgerProblem | null;
}

/** What the pass knows so far; scan-segment.ts moves it. */
export interface ScanState {
  readonly input: ScanInput;
  readonly heads: Heads;
  segments: number;
  readonly tree: MerkleTree;
  /** The history again, in step with the records; each note was verified by `readHeads`. */
  readonly notes: NoteReader | null;
  readonly notesDigest: Hash;
  nextNote: Checkpoint | null;
  flush: number;
  lastTime: number;
  erased: number;
  tail: readonly TailPart[];
  end: LedgerEnd;
  unsealed: RecordPlace | null;
  /** What the last record says of a change of the key. */
  rotated: Handover | null;
  /** Notes that handed over so far. */
  handed: number;
}

/** The record before changed the key, and nothing that the old key signed may stand behind it: what is wrong with that. */
export function keptOldKey(state: ScanState): LedgerProblem | null {
  const { rotated, heads, handed, tree } = state;
  if (rotated === null || heads.handovers[handed - 1]?.size === tree.size) return null;
  const detail = "records follow a change of the key that its old key did not hand over";
  return {
    kind: "bad_signature",
    file: segmentName(state.end.segment),
    offset: 0,
    sequence: tree.size,
    detail,
  };
}

/** Whether any head has the tree's present size. */
export function headDue(state: ScanState): boolean {
  const size = state.tree.size;
  const remembered = state.input.rememberedHead?.size;
  return state.nextNote?.size === size || state.heads.latest?.size === size || remembered === size;
}

/** Compares the tree with every head of its present size. */
export async function checkHeads(state: ScanState): Promise<LedgerProblem | null> {
  const { heads, tree, input } = state;
  const size = tree.size;
  while (state.nextNote?.size === size) {
    if (!rootIs(tree, state.nextNote)) return rootProblem(state, HISTORY_NAME);
    const { handover } = state.nextNote;
    if (handover !== undefined) {
      if (!sameHandover(handover, state.rotated)) return handoverProblem(state);
      state.handed += 1;
    }
    await advanceNote(state);
  }
  if (heads.latest?.size === size && !rootIs(tree, heads.latest)) return rootProblem(state, LATEST_NAME);
  const remembered = input.rememberedHead;
  if (remembered?.size !== size) return null;
  if (Buffer.from(tree.root()).toString("hex") === remembered.root) return null;
  const detail = `record history below ${size} is not the one remembered`;
  return { kind: "rolled_back", file: segmentName(state.end.segment), offset: 0, sequence: size, detail };
}

/** Makes `nextNote` the note behind it; null at the end. */
export async function advanceNote(state: ScanState): Promise<void> {
  const note = (await state.notes?.next()) ?? null;
  if (note !== null) state.notesDigest.update(note);
  state.nextNote = note === null ? null : rereadCheckpoint(note, state.input.verifier);
}

/** The path of a file in the scanned folder. */
export function scanned(state: ScanState, name: string): string {
  return join(state.input.dir, name);
}

function handoverProblem(state: ScanState): LedgerProblem {
  const sequence = Math.max(state.tree.size - 1, 0);
  const detail = "a checkpoint hands over to a key that the record before it does not name";
  return { kind: "changed", file: segmentName(state.end.segment), offset: 0, sequence, detail };
}

function rootIs(tree: MerkleTree, checkpoint: Checkpoint): boolean {
  return Buffer.from(tree.root()).equals(checkpoint.root);
}

function rootProblem(state: ScanState, signedIn: string): LedgerProblem {
  const size = state.tree.size;
  const detail = `the records below ${size} are not the ones that \`${signedIn}\` is signed over`;
  const sequence = Math.max(size - 1, 0);
  return { kind: "changed", file: segmentName(state.end.segment), offset: 0, sequence, detail };
}
