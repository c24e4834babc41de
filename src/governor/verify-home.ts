// Verifies a home's ledger offline, from its files and the public key alone; no governor is asked.
import { logKey } from "../ledger/checkpoint.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { auditedHome } from "./audited-home.ts";
import { homePaths } from "./home.ts";
import { LedgerMeaning } from "./ledger-meaning.ts";
import { policyOfSpec } from "./policy-of-spec.ts";
import type { Progress } from "./progress.ts";
import { readLive } from "./read-live.ts";
import { forgetHint, headFile, headsFolder, rememberHead } from "./remembered-head.ts";
import { type ReportedLedger, reportLedger } from "./report-ledger.ts";

/**
 * The report on the ledger of `home`, which must continue the head that `heads` remembers, and is remembered in turn.
 * Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_KEY_UNUSABLE.
 */
export async function verifyHome(
  home: string,
  heads: string | null = headsFolder(),
  progress?: Progress,
): Promise<ReportedLedger> {
  const { dir, verifier, rememberedHead, node } = auditedHome(home, heads);
  const verify = async (): Promise<ReportedLedger> => {
    const meaning = new LedgerMeaning();
    const report = await verifyLedger({
      dir,
      origin: verifier.origin,
      publicKey: verifier.key.key,
      policy: policyOfSpec(homePaths(home).spec, logKey(verifier)),
      visit: (record) => meaning.take(record),
      ...(rememberedHead === null ? {} : { rememberedHead }),
      ...(progress === undefined ? {} : { progress }),
    });
    return reportLedger(report, { meaning, log: logKey(verifier), needs_witness: false });
  };
  const { report, lines } = await readLive(verify, ({ report: { ok } }) => ok);
  const { ok, records: size, root, problem } = report;
  if (ok && node.throw_away === null) rememberHead(heads, { node: node.node, size, root });
  const advice =
    problem?.kind === "rolled_back" && heads !== null ? [forgetHint(headFile(heads, node.node))] : [];
  return { report, lines: [...lines, ...advice] };
}
