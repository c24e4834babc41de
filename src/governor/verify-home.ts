// Verifies a home's ledger offline, from its files and the public key alone; no governor is asked. Also tells it.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { type VerifyReport, verifyLedger } from "../ledger/verify-ledger.ts";
import { WritError } from "../stdx/writ-error.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";

export interface VerifiedHome {
  readonly report: VerifyReport;
  /** The report as a person reads it. */
  readonly lines: readonly string[];
}

/** The report on the ledger of `home`. Throws WRIT_HOME_MISSING, WRIT_KEY_UNUSABLE. */
export async function verifyHome(home: string): Promise<VerifiedHome> {
  const paths = homePaths(home);
  const { node } = readNodeFile(paths.node, home);
  const report = await verifyLedger({
    dir: paths.ledger,
    origin: ledgerOrigin(node),
    publicKey: publicKeyOf(paths.public_key),
  });
  return { report, lines: tell(report) };
}

function publicKeyOf(path: string): ReturnType<typeof createPublicKey> {
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
    `${report.checkpoint_size} under a signed checkpoint, ${report.unsealed} behind it, ${report.erased} payloads erased`,
    `${report.unwitnessed} records without a witness (${report.proof_class}): ${report.cannot_prove}`,
  ];
}
