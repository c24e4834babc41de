// Verifies a home's ledger offline, from its files and the public key alone; no governor is asked. Also tells it.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { type VerifyReport, verifyLedger } from "../ledger/verify-ledger.ts";
import { WritError } from "../stdx/writ-error.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";
import { readLive } from "./read-live.ts";
import { forgetHint, headFile, headsFolder, recallHead, rememberHead } from "./remembered-head.ts";

export interface VerifiedHome {
  readonly report: VerifyReport;
  /** The report as a person reads it. */
  readonly lines: readonly string[];
}

/**
 * The report on the ledger of `home`, which must continue the head that `heads` remembers, and is remembered in turn.
 * Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_KEY_UNUSABLE.
 */
export async function verifyHome(home: string, heads: string | null = headsFolder()): Promise<VerifiedHome> {
  const paths = homePaths(home);
  const nodeFile = readNodeFile(paths.node, home);
  const { node } = nodeFile;
  const remembered = recallHead(heads, nodeFile);
  const publicKey = publicKeyOf(paths.public_key);
  const verify = (): Promise<VerifyReport> =>
    verifyLedger({
      dir: paths.ledger,
      origin: ledgerOrigin(node),
      publicKey,
      ...(remembered === null ? {} : { rememberedHead: remembered }),
    });
  const report = await readLive(verify, ({ ok }) => ok);
  const { ok, records: size, root, problem } = report;
  if (ok && nodeFile.throw_away === null) rememberHead(heads, { node, size, root });
  const advice = problem?.kind === "rolled_back" && heads !== null ? [forgetHint(headFile(heads, node))] : [];
  return { report, lines: [...tell(report), ...advice] };
}

/** The public key of a home. Throws WRIT_KEY_UNUSABLE. */
export function publicKeyOf(path: string): ReturnType<typeof createPublicKey> {
  try {
    return createPublicKey(readFileSync(path));
  } catch (cause) {
    throw new WritError("WRIT_KEY_UNUSABLE", `key \`${path}\` cannot be read`, {
      hint: "put governor.pub back from a backup; without it nothing can be verified",
      cause,
    });
  }
}

function tell(report: VerifyReport): readonly string[] {
  const { problem } = report;
  const verdict = report.ok
    ? `the ledger holds: ${report.summary}`
    : `the ledger does not hold: ${report.summary}`;
  const where =
    problem === null ? [] : [`at record ${problem.sequence}, ${problem.file} byte ${problem.offset}`];
  return [
    verdict,
    ...where,
    `${report.records} records, root ${report.root}`,
    `${report.checkpoint_size} under a signed checkpoint, ${report.unsealed} behind it, ${report.erased} payloads erased${unrecorded(report)}`,
    `${report.unwitnessed} records without a witness (${report.proof_class}): ${report.cannot_prove}`,
  ];
}

/** Payloads that nobody said were erased. */
function unrecorded({ erased, erased_recorded }: VerifyReport): string {
  return erased > erased_recorded ? `, ${erased - erased_recorded} of them without a record` : "";
}
