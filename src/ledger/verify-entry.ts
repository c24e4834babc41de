// The public module `writ/ledger`: what an auditor needs to check a ledger, without the rest of Writ and without any
// dependency.

export type { WitnessedHead } from "./cosigned-heads.ts";
export { importRawPublicKey, type VerifyKey } from "./ledger-key.ts";
export { type LedgerPolicy, logOnly, parsePolicy } from "./ledger-policy.ts";
export { verifyConsistency, verifyInclusion } from "./merkle-proof.ts";
export { leafHash, MerkleTree } from "./merkle-tree.ts";
export { type LedgerProblem, PROBLEM_KINDS, type ProblemKind } from "./problem.ts";
export type { RememberedHead } from "./scan-state.ts";
export { formatVkey, type NoteKey, parseVkey } from "./signed-note.ts";
export { type CheckedProof, checkProof } from "./tlog-proof.ts";
export { type VerifyOptions, type VerifyReport, verifyLedger } from "./verify-ledger.ts";
export { type ReadTile, type TilesReport, type VerifyTilesOptions, verifyTiles } from "./verify-tiles.ts";
