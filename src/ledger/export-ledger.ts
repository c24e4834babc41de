// Exports a ledger up to its last checkpoint: static tiles for any web server, and one JSON line for each record for people.
// Payloads stay at home. Reads the whole ledger and refuses one that does not hold.
import { logKey, type NoteVerifier, rereadCheckpoint } from "./checkpoint.ts";
import { readHeads } from "./checkpoint-history.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { corruptError } from "./problem.ts";
import { scanLedger } from "./scan-ledger.ts";
import type { RememberedHead } from "./scan-state.ts";
import { formatVkey } from "./signed-note.ts";
import { EntryBundles, HashTiles, type Tile } from "./tiles.ts";

/** The records in full, one canonical JSON line each; no part of the tiles. */
export const LINES_NAME = "records.jsonl";
/** A policy that believes this log alone (C2SP tlog-policy). */
export const POLICY_NAME = "policy";
export const CHECKPOINT_NAME = "checkpoint";
/** The checkpoints by which each key of the log handed over to the next; absent where none did. */
export const ROTATIONS_NAME = "rotations";

/** Where an export is written. Calls are in order; each throws what the disk throws. */
export interface ExportSink {
  /** A whole file at a relative path. */
  readonly put: (path: string, bytes: Uint8Array) => void;
  /** More bytes of the file of lines. */
  readonly append: (bytes: Uint8Array) => void;
}

export interface ExportOptions {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly verifier: NoteVerifier;
  readonly rememberedHead: RememberedHead | null;
  readonly sink: ExportSink;
  /** Told how many records were read, and how many there are by the last checkpoint. */
  readonly progress?: (read: number, sealed: number) => void;
}

export interface Exported {
  /** Records under the exported checkpoint. */
  readonly records: number;
  /** RFC 6962 root over them, lower-case hexadecimal. */
  readonly root: string;
  /** Records behind it, which are not exported. */
  readonly unsealed: number;
  /** Bundles that hold a record too long for one; its hashes and its line are there. */
  readonly bundles_left_out: number;
}

/**
 * Writes the export, the checkpoint last: a folder without one is no finished export. Throws WRIT_LEDGER_CORRUPT when the
 * ledger does not hold or has no checkpoint.
 */
export async function exportLedger(options: ExportOptions): Promise<Exported> {
  const { fs, dir, verifier, rememberedHead, sink, progress } = options;
  const { sealed, sealedNote, keys, handovers } = await readHeads(fs, dir, verifier);
  const put = ({ path, bytes }: Tile): void => sink.put(path, bytes);
  const [tiles, bundles] = [new HashTiles(put), new EntryBundles(put)];
  const scan = await scanLedger({
    fs,
    dir,
    verifier,
    rememberedHead,
    visit: (record, _place, _payload, { digest, body }) => {
      if (record.sequence >= sealed) return;
      tiles.add(Uint8Array.from(digest));
      bundles.add(body);
      sink.append(body);
      sink.append(LINE_FEED);
      progress?.(record.sequence + 1, sealed);
    },
  });
  if (scan.problem !== null) throw corruptError(dir, scan.problem);
  if (sealedNote === null || scan.fresh) throw corruptError(dir, NO_LEDGER);
  tiles.end();
  bundles.end();
  const head = rereadCheckpoint(sealedNote, verifier);
  const covered = handovers.filter(({ size }) => size <= sealed);
  if (covered.length > 0) sink.put(ROTATIONS_NAME, Buffer.concat(covered.map(({ note }) => note)));
  const signer = keys.signerOf(sealedNote) ?? keys.current;
  sink.put(POLICY_NAME, Buffer.from(`log ${formatVkey(logKey(signer))}\nquorum none\n`));
  sink.put(CHECKPOINT_NAME, sealedNote);
  return {
    records: sealed,
    root: Buffer.from(head?.root ?? []).toString("hex"),
    unsealed: scan.tree.size - sealed,
    bundles_left_out: bundles.leftOut,
  };
}

const LINE_FEED = Buffer.from("\n");
const NO_LEDGER = {
  kind: "missing",
  file: CHECKPOINT_NAME,
  offset: 0,
  sequence: 0,
  detail: "no ledger is there",
} as const;
