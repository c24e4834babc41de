// The head of an open ledger as its witnesses are asked to hold it, with the proofs that it continues what they held. A proof
// reads every leaf hash from the files: how often that is done, the keeper bounds.
import { type NoteVerifier, type Sign, signCheckpoint } from "../../ledger/checkpoint.ts";
import { eachLeaf } from "../../ledger/leaf-digests.ts";
import { MerkleProver } from "../../ledger/merkle-prover.ts";
import { MerkleTree } from "../../ledger/merkle-tree.ts";
import { nodeFileSystem } from "../../ledger/node-file-system.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import type { AskedHead } from "./held.ts";

/** Seals what `ledger` in `dir` holds now. Throws WRIT_LEDGER_UNWRITABLE. */
export async function askedHead(
  ledger: KeptLedger,
  dir: string,
  { verifier, sign }: { readonly verifier: NoteVerifier; readonly sign: Sign },
): Promise<AskedHead> {
  const checkpoint = await ledger.checkpoint();
  const { size } = checkpoint;
  return {
    size,
    note: signCheckpoint(checkpoint, verifier, sign),
    async proof(old) {
      const prover = MerkleProver.consistency(old, size);
      await eachLeaf(nodeFileSystem, dir, size, (leaf) => prover.add(leaf));
      return prover.proof();
    },
    async rootAt(old) {
      const tree = new MerkleTree();
      await eachLeaf(nodeFileSystem, dir, old, (leaf) => tree.append(leaf));
      return tree.root();
    },
  };
}
