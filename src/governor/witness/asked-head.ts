// The head of an open ledger as its witnesses are asked to hold it, with the proofs that it continues what they held. A proof
// reads every leaf hash from the files: how often that is done, the keeper bounds.
import { handoverNotes } from "../../ledger/checkpoint-history.ts";
import { eachLeaf } from "../../ledger/leaf-digests.ts";
import { MerkleProver } from "../../ledger/merkle-prover.ts";
import { MerkleTree } from "../../ledger/merkle-tree.ts";
import { nodeFileSystem } from "../../ledger/node-file-system.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import type { AskedHead } from "./held.ts";

/** Seals what `ledger` in `dir` holds now. Throws WRIT_LEDGER_UNWRITABLE. */
export async function askedHead(ledger: KeptLedger, dir: string): Promise<AskedHead> {
  const { checkpoint, note } = await ledger.checkpoint();
  return headAt(dir, checkpoint.size, note);
}

function headAt(dir: string, size: number, note: string): AskedHead {
  return {
    size,
    note,
    async proof(old) {
      const prover = MerkleProver.consistency(old, size);
      await eachLeaf(nodeFileSystem, dir, size, (leaf) => prover.add(leaf));
      return prover.proof();
    },
    async handovers() {
      const origin = note.slice(0, note.indexOf("\n"));
      const handed = await handoverNotes(nodeFileSystem, dir, origin);
      return handed.map((one) => headAt(dir, one.size, Buffer.from(one.note).toString("utf8")));
    },
    async rootAt(old) {
      const tree = new MerkleTree();
      await eachLeaf(nodeFileSystem, dir, old, (leaf) => tree.append(leaf));
      return tree.root();
    },
  };
}
