// Reads the checkpoints of a ledger folder: the latest (`checkpoint`, replaced by rename) and all of them
// (`checkpoints`, appended). Says which heads are signed; whether the records agree is scan-ledger.ts.
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  type Checkpoint,
  type Handover,
  NOTE_BYTES_MAX,
  type NoteVerifier,
  namesKey,
  rereadCheckpoint,
} from "./checkpoint.ts";
import type { LedgerFile, LedgerFileSystem } from "./file-system.ts";
import { contentEnd } from "./frame-reader.ts";
import { KeyChain } from "./key-chain.ts";
import { HISTORY_NAME, LATEST_NAME } from "./layout.ts";
import { NoteReader } from "./note-reader.ts";
import type { LedgerProblem, ProblemKind } from "./problem.ts";
import { withFile } from "./with-file.ts";

/** The signed heads of a ledger. */
export interface Heads {
  /** Null: the ledger was never finished being created. */
  readonly latest: Checkpoint | null;
  /** Notes in the history, all signed and in order, and the last of them. */
  readonly notes: number;
  readonly last: Checkpoint | null;
  /** The history has a note of the latest checkpoint's size and root. */
  readonly latestNoted: boolean;
  /** Bytes of the history that are whole notes, and their SHA-256. */
  readonly historyEnd: number;
  readonly historyDigest: string;
  /** Bytes of the history up to the last that is not zero; more than `historyEnd`: its last note is torn. */
  readonly historyBytes: number;
  /** Records below this are sealed. */
  readonly sealed: number;
  /** The note that seals them, verbatim; null: there is none. */
  readonly sealedNote: Uint8Array | null;
  /** The keys that signed, one after the other; the last one signs now. */
  readonly keys: KeyChain;
  /** The notes by which one key handed over to the next, verbatim. */
  readonly handovers: readonly Handed[];
  readonly problem: LedgerProblem | null;
}

/** A change of the log's key, and the note that made it. */
export interface Handed extends Handover {
  /** Records under the note; the last of them says so too. */
  readonly size: number;
  readonly note: Uint8Array;
}

/** Reads both files and verifies every signature, in bounded memory. Never throws for what is in them. */
export async function readHeads(fs: LedgerFileSystem, dir: string, verifier: NoteVerifier): Promise<Heads> {
  const note = await withFile(fs, join(dir, LATEST_NAME), "read", readLatest);
  const said = note === null ? null : rereadCheckpoint(note, verifier);
  const history = await withFile(fs, join(dir, HISTORY_NAME), "read", async (file) =>
    file === null ? { ...NO_HISTORY, keys: KeyChain.of(verifier) } : await walkHistory(file, verifier, said),
  );
  const { problem, lastNote, ...walked } = history;
  const latest = note === null ? null : walked.keys.open(note);
  const [latestSize, lastSize] = [latest?.size ?? 0, walked.last?.size ?? 0];
  const sealedNote = latest !== null && latestSize > lastSize ? note : (lastNote ?? note);
  const heads = { latest, ...walked, sealed: Math.max(latestSize, lastSize), sealedNote };
  if (note !== null && latest === null) {
    return { ...heads, problem: unsigned(LATEST_NAME, 0, heads.sealed) };
  }
  const unbelieved = walked.keys.holds(verifier.key) ? null : unsigned(HISTORY_NAME, 0, 0);
  return { ...heads, problem: problem ?? unbelieved ?? disagreement(heads) };
}

/** The notes of the history in `dir` that hand over from one key to the next, in order. Nothing is verified. */
export async function handoverNotes(
  fs: LedgerFileSystem,
  dir: string,
  origin: string,
): Promise<readonly Handed[]> {
  return await withFile(fs, join(dir, HISTORY_NAME), "read", async (file) => {
    const reader = file === null ? null : new NoteReader(file, await contentEnd(file, 0));
    return reader === null ? [] : await handoversIn(reader, origin);
  });
}

async function handoversIn(reader: NoteReader, origin: string): Promise<readonly Handed[]> {
  const handovers: Handed[] = [];
  for (let note = await reader.next(); note !== null; note = await reader.next()) {
    const said = rereadCheckpoint(note, { origin });
    if (said === null) break;
    if (said.handover !== undefined)
      handovers.push({ ...said.handover, size: said.size, note: Buffer.from(note) });
  }
  return handovers;
}

/** One byte more than a note can have is read, so that what stands behind one is noticed. */
async function readLatest(file: LedgerFile | null): Promise<Buffer | null> {
  if (file === null) return null;
  const bytes = Buffer.alloc(NOTE_BYTES_MAX + 1);
  return bytes.subarray(0, await file.read(bytes, 0));
}

type History = Omit<Heads, "latest" | "sealed" | "sealedNote"> & { readonly lastNote: Uint8Array | null };

const NO_HISTORY: Omit<History, "keys"> = {
  notes: 0,
  last: null,
  lastNote: null,
  latestNoted: false,
  historyEnd: 0,
  historyDigest: "",
  historyBytes: 0,
  handovers: [],
  problem: null,
};

async function walkHistory(
  file: LedgerFile,
  verifier: NoteVerifier,
  latest: Checkpoint | null,
): Promise<History> {
  const historyBytes = await contentEnd(file, 0);
  const reader = new NoteReader(file, historyBytes);
  const keys = await chainOf(file, historyBytes, verifier);
  const handovers: Handed[] = [];
  let notes = 0;
  let last: Checkpoint | null = null;
  let lastNote: Uint8Array | null = null;
  let latestNoted = false;
  let problem: LedgerProblem | null = null;
  let end = 0;
  const digest = createHash("sha256");
  while (end < historyBytes) {
    const rest = await reader.rest();
    const bytes = await reader.next();
    const note = bytes === null ? null : keys.take(bytes);
    if (bytes === null || note === null) {
      problem = looksTorn(rest) ? null : unsigned(HISTORY_NAME, end, last?.size ?? 0);
      break;
    }
    problem = brokenOrder(last, note, end);
    if (problem !== null) break;
    digest.update(bytes);
    latestNoted ||= latest !== null && sameHead(note, latest);
    last = note;
    lastNote = bytes;
    if (note.handover !== undefined)
      handovers.push({ ...note.handover, size: note.size, note: Buffer.from(bytes) });
    notes += 1;
    end = reader.offset;
  }
  const historyDigest = digest.digest("hex");
  const walked = { notes, last, lastNote, latestNoted, keys, handovers };
  return { ...walked, historyEnd: end, historyDigest, historyBytes, problem };
}

/** The chain of keys to walk the history with: whoever believes a later key has the older ones from the notes themselves. */
async function chainOf(file: LedgerFile, historyBytes: number, verifier: NoteVerifier): Promise<KeyChain> {
  const first = await new NoteReader(file, historyBytes).next();
  if (first === null || namesKey(first, verifier)) return KeyChain.of(verifier);
  return KeyChain.around(verifier, await handoversIn(new NoteReader(file, historyBytes), verifier.origin));
}

const LINE_FEED = 0x0a;

/**
 * A write that did not finish leaves sectors of zeros or a beginning of one note; anything else was changed afterwards.
 * One flush writes one note, so nothing signed can stand behind a torn one.
 */
function looksTorn(rest: Buffer): boolean {
  if (rest.length > NOTE_BYTES_MAX) return false;
  const signed = rest.indexOf("\n\n");
  if (signed >= 0 && rest.includes("\n\n", signed + 1)) return false;
  return rest.at(-1) !== LINE_FEED || rest.includes(0) || signed < 0 || signed === rest.length - 2;
}

function brokenOrder(previous: Checkpoint | null, next: Checkpoint, at: number): LedgerProblem | null {
  if (previous === null) return null;
  const reordered = (detail: string) => historyProblem("reordered", at, detail, previous.size);
  if (next.size < previous.size) return reordered("a checkpoint covers less than the one before it");
  if (next.size === previous.size && !sameHead(previous, next)) {
    return reordered("two checkpoints of one size differ");
  }
  if (previous.closing && (next.size !== previous.size || next.closing)) {
    return reordered("after an orderly close the first checkpoint must reopen at the same size");
  }
  return null;
}

/** The two files must tell one story, or differ by the one write that a crash can separate. */
function disagreement(heads: Omit<Heads, "problem">): LedgerProblem | null {
  const { latest, last, historyEnd, historyBytes } = heads;
  if (latest === null) return null;
  if (latest.closing) {
    if (last === null || !last.closing || !sameHead(last, latest)) {
      return historyProblem("cut", historyEnd, "the history does not end with the closing checkpoint", 0);
    }
    if (historyEnd === historyBytes) return null;
    return historyProblem("added", historyEnd, "something stands behind the closing checkpoint", latest.size);
  }
  if (heads.latestNoted || (latest.size === 0 && last === null)) return null;
  return historyProblem("cut", historyEnd, "the history lacks the latest checkpoint", latest.size);
}

function sameHead(left: Checkpoint, right: Checkpoint): boolean {
  return left.size === right.size && Buffer.from(left.root).equals(right.root);
}

function unsigned(file: string, offset: number, sequence: number): LedgerProblem {
  return {
    kind: "bad_signature",
    file,
    offset,
    sequence,
    detail: "no checkpoint signed by this key and origin",
  };
}

function historyProblem(kind: ProblemKind, offset: number, detail: string, sequence: number): LedgerProblem {
  return { kind, file: HISTORY_NAME, offset, sequence, detail };
}
