// Proves that one record is under the last checkpoint, as a file that verifies offline (tlog-proof.ts). Reads the whole ledger
// and refuses one that does not hold.
import { WritError } from "../stdx/writ-error.ts";
import type { NoteVerifier } from "./checkpoint.ts";
import { readHeads } from "./checkpoint-history.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { MerkleProver } from "./merkle-prover.ts";
import { corruptError } from "./problem.ts";
import { unknownRecord } from "./record-reader.ts";
import { scanLedger } from "./scan-ledger.ts";
import type { RememberedHead, Scan } from "./scan-state.ts";
import { formatProof } from "./tlog-proof.ts";

export interface ProveOptions {
  readonly fs: LedgerFileSystem;
  readonly dir: string;
  readonly verifier: NoteVerifier;
  readonly rememberedHead: RememberedHead | null;
  readonly sequence: number;
  /** Told how many records were read, and how many there are by the last checkpoint. */
  readonly progress?: (read: number, sealed: number) => void;
}

/**
 * The proof, which carries the record itself. Throws WRIT_LEDGER_CORRUPT when the ledger does not hold, and
 * WRIT_RECORD_UNKNOWN for a record that is not there or that no checkpoint covers yet.
 */
export async function proveRecord(options: ProveOptions): Promise<Buffer> {
  const { fs, dir, verifier, rememberedHead, sequence } = options;
  const { sealed, sealedNote } = await readHeads(fs, dir, verifier);
  const prover = sequence < sealed ? MerkleProver.inclusion(sequence, sealed) : null;
  let body: Buffer | null = null;
  let read = 0;
  const scan = await scanLedger({
    fs,
    dir,
    verifier,
    rememberedHead,
    visit: (record, _place, _payload, frame) => {
      prover?.add(Uint8Array.from(frame.digest));
      if (record.sequence === sequence) body = Buffer.from(frame.body);
      read += 1;
      options.progress?.(read, sealed);
    },
  });
  refuse(scan, dir);
  if (scan.tree.size <= sequence) throw unknownRecord(sequence, scan.tree.size);
  if (prover === null || body === null || sealedNote === null) throw unsealed(sequence, sealed);
  return formatProof({ index: sequence, hashes: prover.proof(), extra: body, note: sealedNote });
}

function refuse({ problem, fresh }: Scan, dir: string): void {
  if (problem !== null) throw corruptError(dir, problem);
  if (!fresh) return;
  const detail = "no ledger is there";
  throw corruptError(dir, { kind: "missing", file: "checkpoint", offset: 0, sequence: 0, detail });
}

function unsealed(sequence: number, sealed: number): WritError {
  const message = `record \`${sequence}\` stands behind the last checkpoint, which covers ${sealed}: nothing signed speaks of it yet`;
  return new WritError("WRIT_RECORD_UNKNOWN", message, { hint: `writ ledger prove ${sequence}` });
}
