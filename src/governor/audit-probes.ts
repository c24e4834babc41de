// Checks the schedule of probes of a ledger, offline, from its files and a public key: what was committed to, what was shown, what
// ran. The checking is probes/probe-audit.ts; no governor is asked, and nothing is written.
import { logKey } from "../ledger/checkpoint.ts";
import type { RememberedHead } from "../ledger/scan-state.ts";
import type { NoteKey } from "../ledger/signed-note.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { auditedHome } from "./audited-home.ts";
import type { AuditedEpoch } from "./probes/audit-epoch.ts";
import { ProbeAudit, type ProbeAuditReport } from "./probes/probe-audit.ts";
import type { Progress } from "./progress.ts";
import { readLive } from "./read-live.ts";
import { headsFolder } from "./remembered-head.ts";

export interface AuditedProbes extends ProbeAuditReport {
  readonly records: number;
  readonly root: string;
}

export interface ToldAudit {
  readonly report: AuditedProbes;
  /** The report as a person reads it. */
  readonly lines: readonly string[];
}

/** A ledger and whom it is believed. */
export interface AuditedLedger {
  readonly dir: string;
  readonly log: Pick<NoteKey, "name" | "key">;
  /** A head that was seen earlier, which the ledger has to continue. */
  readonly rememberedHead?: RememberedHead | null;
}

/** The ledger of a home. Throws as `auditedHome` does. */
export function ledgerOfHome(home: string, heads: string | null = headsFolder()): AuditedLedger {
  const { dir, verifier, rememberedHead } = auditedHome(home, heads);
  return { dir, log: logKey(verifier), rememberedHead };
}

/** Verifies the ledger and audits its probes; `ok` only where both hold. */
export async function auditProbes(
  { dir, log, rememberedHead = null }: AuditedLedger,
  progress: Progress,
): Promise<ToldAudit> {
  const read = async (): Promise<AuditedProbes> => {
    const audit = new ProbeAudit();
    const { ok, summary, records, root } = await verifyLedger({
      dir,
      origin: log.name,
      publicKey: log.key.key,
      visit: (record) => audit.take(record),
      progress,
      ...(rememberedHead === null ? {} : { rememberedHead }),
    });
    const report = audit.report();
    const problems = ok ? report.problems : [`the ledger does not hold: ${summary}`, ...report.problems];
    return { ...report, ok: ok && report.ok, problems, records, root };
  };
  const report = await readLive(read, ({ ok }) => ok);
  return { report, lines: tell(report).map((text) => escapeUntrusted(text, LINE_MAX)) };
}

const LINE_MAX = 2_000;
/** Epochs that are told, the latest. */
const EPOCHS_MAX = 20;

function tell({ ok, epochs, unscheduled, problems, records, root }: AuditedProbes): readonly string[] {
  const shown = epochs.filter(({ holds }) => holds !== null).length;
  const none = epochs.length === 0;
  const verdict = !ok
    ? `the schedule does not hold: ${problems.length} of its claims are wrong`
    : none
      ? "no probe was ever scheduled: there is nothing to check"
      : `the schedule holds: ${shown} of ${epochs.length} epochs have shown their seed`;
  const more = epochs.length > EPOCHS_MAX ? [`  and ${epochs.length - EPOCHS_MAX} epochs before`] : [];
  return [
    verdict,
    ...problems.slice(0, EPOCHS_MAX).map((text) => `  ${text}`),
    ...more,
    ...epochs.slice(-EPOCHS_MAX).map((one) => `  ${epochLine(one)}`),
    ...(none
      ? []
      : [
          `${unscheduled} admitted runs had no schedule beside them: before the first epoch, or before one of a new start`,
        ]),
    `${records} records, root ${root}`,
  ];
}

function epochLine(one: AuditedEpoch): string {
  const { epoch, record, share, shown, holds, runs, due, sent, cut_off, missed, self_tests } = one;
  const seed =
    shown === null
      ? "its seed is not shown yet"
      : holds === true
        ? `the seed of #${shown} is the one committed to`
        : `the seed of #${shown} is another`;
  const told =
    due === null
      ? `${sent} sent`
      : `${due} due, ${sent} sent, ${cut_off} ended with the governor, ${missed} missing`;
  return `epoch ${epoch} (#${record}, ${share / 100} %): ${seed}; ${self_tests} self-tests; beside ${runs} runs ${told}`;
}
