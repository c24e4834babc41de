// Verifies what somebody was given of a ledger: a copy of its folder, an export of it, or the proof of one record. Needs no
// home, only whom to believe: a key or a policy.
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { NOTE_BYTES_MAX, openCheckpoint } from "../ledger/checkpoint.ts";
import { CHECKPOINT_NAME } from "../ledger/export-ledger.ts";
import { HISTORY_NAME } from "../ledger/layout.ts";
import type { LedgerPolicy } from "../ledger/ledger-policy.ts";
import { splitNotes } from "../ledger/note-reader.ts";
import { decodeRecord, type RecordCore } from "../ledger/record-codec.ts";
import type { NoteKey } from "../ledger/signed-note.ts";
import { checkProof, PROOF_BYTES_MAX } from "../ledger/tlog-proof.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { type TilesReport, verifyTiles } from "../ledger/verify-tiles.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { LedgerMeaning } from "./ledger-meaning.ts";
import type { Progress } from "./progress.ts";
import { type ReportedLedger, reportLedger } from "./report-ledger.ts";

/** What was verified: each has its own schema, and its lines for people. */
export type VerifiedPath =
  | ({ readonly schema: "writ.ledger-verify/1" } & ReportedLedger)
  | {
      readonly schema: "writ.ledger-tiles/1";
      readonly report: TilesReport & { readonly proof_class: string };
      readonly lines: readonly string[];
    }
  | {
      readonly schema: "writ.ledger-proof/1";
      readonly report: ProofReport;
      readonly lines: readonly string[];
    };

export interface ProofReport {
  readonly ok: boolean;
  /** One line: what is proven, or why nothing is. */
  readonly summary: string;
  readonly origin: string | null;
  readonly sequence: number | null;
  /** Records under the checkpoint of the proof. */
  readonly size: number | null;
  readonly root: string | null;
  readonly proof_class: "self-signed" | "witnessed" | null;
  readonly record: RecordCore | null;
}

/**
 * Verifies what is at `path`. Throws WRIT_FILE_UNREADABLE when it cannot be read and WRIT_USAGE when it is nothing of a ledger.
 */
export async function verifyPath(
  path: string,
  policy: LedgerPolicy,
  progress: Progress,
): Promise<VerifiedPath> {
  return await readable(path, async () => {
    if (!statSync(path).isDirectory()) return proofAt(path, policy);
    const names = readdirSync(path);
    if (isLedger(names)) return await ledgerAt(path, policy, progress);
    if (names.includes("tile") || names.includes(CHECKPOINT_NAME))
      return await tilesAt(path, policy, progress);
    throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(path)}\` holds no ledger and no export of one`, {
      hint: "give a ledger's folder, an exported folder or a .tlog-proof file",
    });
  });
}

/** The ledger's folder at `path` and the log of `policy` that signs it. Throws as `verifyPath` does, of anything else too. */
export async function ledgerFolder(
  path: string,
  policy: LedgerPolicy,
): Promise<{ readonly dir: string; readonly log: NoteKey }> {
  return await readable(path, () => {
    if (statSync(path).isDirectory() && isLedger(readdirSync(path)))
      return Promise.resolve({ dir: path, log: signerOf(path, policy) });
    throw new WritError("WRIT_USAGE", `\`${escapeUntrusted(path)}\` is not the folder of a ledger`, {
      hint: "give the folder `ledger` of a home, or a copy of it",
    });
  });
}

function isLedger(names: readonly string[]): boolean {
  return names.some((name) => name.startsWith("seg-") || name === "checkpoints");
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (cause instanceof WritError || typeof code !== "string") throw cause;
    const file = "path" in (cause as object) ? String((cause as NodeJS.ErrnoException).path) : path;
    throw new WritError("WRIT_FILE_UNREADABLE", `\`${escapeUntrusted(file)}\` cannot be read: ${code}`, {
      hint: "give a folder or file that is there and that you may read",
      cause,
    });
  }
}

function proofAt(path: string, policy: LedgerPolicy): VerifiedPath {
  if (statSync(path).size > PROOF_BYTES_MAX) return toldProof(NOTHING_PROVEN("it is no tlog-proof"));
  const found = checkProof(readFileSync(path), policy);
  if (!found.ok) return toldProof(NOTHING_PROVEN(found.why));
  const { index, origin, checkpoint, witnessed } = found;
  const record = decodeRecord(found.record);
  if (record?.sequence !== index)
    return toldProof(NOTHING_PROVEN("what is in the log there is no record of Writ"));
  return toldProof({
    ok: true,
    summary: `record ${index} is in the log ${origin}, under a checkpoint of ${checkpoint.size} records`,
    origin,
    sequence: index,
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString("hex"),
    proof_class: witnessed ? "witnessed" : "self-signed",
    record,
  });
}

const NOTHING_PROVEN = (why: string): ProofReport => ({
  ok: false,
  summary: `nothing is proven: ${why}`,
  origin: null,
  sequence: null,
  size: null,
  root: null,
  proof_class: null,
  record: null,
});

function toldProof(report: ProofReport): VerifiedPath {
  const { summary, record, proof_class } = report;
  const of =
    record === null
      ? []
      : [
          `${record.kind} of ${record.wall}: ${escapeUntrusted(JSON.stringify(record.core), LINE_MAX)}`,
          `${proof_class ?? ""}: that the log has no other history, and that this record is right, is not proven`,
        ];
  return { schema: "writ.ledger-proof/1", report, lines: [escapeUntrusted(summary, LINE_MAX), ...of] };
}

const LINE_MAX = 2000;

async function tilesAt(folder: string, policy: LedgerPolicy, progress: Progress): Promise<VerifiedPath> {
  const read = (path: string): Promise<Uint8Array | null> => Promise.resolve(fileAt(join(folder, path)));
  const found = await verifyTiles({ read, policy, progress });
  const report = { ...found, proof_class: found.witnessed ? "witnessed" : "self-signed" } as const;
  const { problem } = found;
  const verdict =
    problem === null
      ? `the export holds: ${found.records} records of ${found.origin ?? ""}, root ${found.root}`
      : `the export does not hold: ${problem.file}: ${problem.detail}`;
  const more = found.hashes_only === 0 ? [] : [`of ${found.hashes_only} records only the hash is there`];
  const limit = `${report.proof_class}: that the log has no other history, and no more than this, is not proven`;
  const lines = [verdict, ...more, ...(problem === null ? [limit] : [])].map((text) =>
    escapeUntrusted(text, LINE_MAX),
  );
  return { schema: "writ.ledger-tiles/1", report, lines };
}

/** Longest file of an export: a bundle of 256 entries of 65,535 bytes. */
const FILE_BYTES_MAX: number = 17 * 1024 * 1024;

/** Null for what is not there, is no plain file, or is longer than any file of an export. */
function fileAt(path: string): Uint8Array | null {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= FILE_BYTES_MAX ? readFileSync(path) : null;
}

async function ledgerAt(dir: string, policy: LedgerPolicy, progress: Progress): Promise<VerifiedPath> {
  const log = signerOf(dir, policy);
  const meaning = new LedgerMeaning();
  const report = await verifyLedger({
    dir,
    origin: log.name,
    publicKey: log.key.key,
    policy,
    visit: (record) => meaning.take(record),
    progress,
  });
  const reported = reportLedger(report, { meaning, log, needs_witness: policy.quorum !== null });
  return { schema: "writ.ledger-verify/1", ...reported };
}

/** What a history begins with; null: nothing that can be read. */
function firstNote(path: string): Uint8Array | null {
  const bytes = Buffer.alloc(NOTE_BYTES_MAX);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const file = openSync(path, "r");
  try {
    return splitNotes(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))[0] ?? null;
  } finally {
    closeSync(file);
  }
}

/** The log of the policy that signed the latest checkpoint or the first of the history, else its first. */
function signerOf(dir: string, { logs }: LedgerPolicy): NoteKey {
  const latest = fileAt(join(dir, CHECKPOINT_NAME));
  const notes = [latest, firstNote(join(dir, HISTORY_NAME))];
  const [signer] = notes.flatMap(
    (note) =>
      logs.find(({ name, key }) => note !== null && openCheckpoint(note, { origin: name, key }) !== null) ??
      [],
  );
  const chosen = signer ?? logs[0];
  if (chosen !== undefined) return chosen;
  throw new WritError("WRIT_USAGE", "the policy names no log", { hint: "add a line: log KEY" });
}
