// Joins what the bytes of a ledger prove with what its records say, and tells both: one line first that says what is proven
// and what is not.
import { importRawPublicKey } from "../ledger/ledger-key.ts";
import { formatVkey, type NoteKey } from "../ledger/signed-note.ts";
import type { VerifyReport } from "../ledger/verify-ledger.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { LedgerMeaning, MeaningProblem } from "./ledger-meaning.ts";

export interface LedgerReport extends VerifyReport {
  /** The key that signs now, as a vkey: what another machine is given to verify with. */
  readonly log_key: string;
  readonly meaning: {
    /** Null: each record follows from those before it. */
    readonly problem: MeaningProblem | null;
    readonly writs: number;
    /** Admitted tasks that no record has ended. */
    readonly open: number;
  };
}

export interface ReportedLedger {
  readonly report: LedgerReport;
  readonly lines: readonly string[];
}

export interface ReportParts {
  readonly meaning: LedgerMeaning;
  readonly log: NoteKey;
  /** The policy asks for witnesses. */
  readonly needs_witness: boolean;
}

/** The report as a whole; `ok` only where bytes and records both hold, and witnesses are enough for the policy. */
export function reportLedger(
  verified: VerifyReport,
  { meaning, log, needs_witness }: ReportParts,
): ReportedLedger {
  const { problem, writs, open } = meaning;
  const lacking = needs_witness && verified.proof_class !== "witnessed";
  const signs = { ...log, key: importRawPublicKey(Buffer.from(verified.key, "base64")) };
  const ok = verified.ok && problem === null && !lacking;
  const report: LedgerReport = {
    ...verified,
    ok,
    summary: summaryOf(verified, problem, lacking),
    log_key: formatVkey(signs),
    meaning: { problem, writs, open },
  };
  return { report, lines: tell(report, formatVkey(log)) };
}

function summaryOf(verified: VerifyReport, problem: MeaningProblem | null, lacking: boolean): string {
  if (!verified.ok) return verified.summary;
  if (problem !== null) return `meaning: ${problem.detail}`;
  return lacking ? `unwitnessed: no head has the witnesses that the policy asks for` : verified.summary;
}

function tell(report: LedgerReport, believed: string): readonly string[] {
  const { problem, meaning } = report;
  const verdict = report.ok
    ? `the ledger holds: ${report.summary}`
    : `the ledger does not hold: ${report.summary}`;
  return [
    verdict,
    ...whereOf(report),
    `${report.records} records, root ${report.root}`,
    `${report.checkpoint_size} under a signed checkpoint, ${report.unsealed} behind it, ${report.erased} payloads erased`,
    ...(problem === null
      ? [`writs: ${meaning.writs}, each for one admitted task; tasks not ended: ${meaning.open}`]
      : []),
    ...report.witnesses.map(
      ({ name, size, time }) => `${name} holds ${size} records, cosigned at ${clockOf(time)} by its clock`,
    ),
    `${report.unwitnessed} records unwitnessed (${report.proof_class}): ${report.cannot_prove}`,
    ...keysOf(report, believed),
  ].map((text) => escapeUntrusted(text, LINE_MAX));
}

const LINE_MAX = 2000;

/** The end of the years that RFC 3339 can write, in seconds since 1970. */
const YEARS_END = 253_402_300_800;

function clockOf(seconds: number): string {
  return seconds < YEARS_END ? new Date(seconds * 1000).toISOString() : `second ${seconds}`;
}

function keysOf({ rotations, log_key }: LedgerReport, believed: string): readonly string[] {
  const at = rotations.map((sequence) => `#${sequence}`).join(", ");
  const replaced = rotations.length === 0 ? [] : [`the key was replaced at record ${at}`];
  const older =
    log_key === believed
      ? []
      : [
          `what was believed is an older key, which may be anybody's by now: believe the next one from here on`,
        ];
  return [...replaced, ...older, `log key ${log_key}`];
}

function whereOf({ problem, meaning }: LedgerReport): readonly string[] {
  if (problem !== null) return [`at record ${problem.sequence}, ${problem.file} byte ${problem.offset}`];
  return meaning.problem === null ? [] : [`at record ${meaning.problem.sequence}`];
}
