// Proves that a record is in a home's ledger: a file for somebody who has nothing else of it (ledger/prove-record.ts).
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { proveRecord } from "../ledger/prove-record.ts";
import { auditedHome, readAudited } from "./audited-home.ts";
import type { Progress } from "./progress.ts";

/**
 * The proof of record `sequence` of the home's ledger. Throws as `auditedHome` and `proveRecord` do.
 *
 * @example writeFileSync("7.tlog-proof", await proveHome(home, 7));
 */
export async function proveHome(home: string, sequence: number, progress?: Progress): Promise<Buffer> {
  const audited = auditedHome(home);
  const { dir, verifier, rememberedHead } = audited;
  const told = progress === undefined ? {} : { progress };
  return await readAudited(audited, () =>
    proveRecord({ fs: nodeFileSystem, dir, verifier, rememberedHead, sequence, ...told }),
  );
}
