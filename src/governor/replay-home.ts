// Replays every decision of a home's ledger, offline, and tells it. The deciding is replay.ts, the counting replay-tally.ts.
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { corruptError } from "../ledger/problem.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { RecordAnchors, readRecords } from "../ledger/record-reader.ts";
import { scanLedger } from "../ledger/scan-ledger.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { formatQuantity } from "../stdx/units.ts";
import { type AuditedHome, auditedHome, readAudited } from "./audited-home.ts";
import { buildId } from "./build-id.ts";
import type { AgainstSpec, ChangedTask } from "./change-tally.ts";
import type { Progress } from "./progress.ts";
import { replay } from "./replay.ts";
import type { ChangeKind } from "./replay-change.ts";
import { type ReplayReport, ReplayTally } from "./replay-tally.ts";
import { adoptedSpec } from "./spec-in-force.ts";

export interface ReplayedHome {
  readonly report: ReplayReport;
  /** The report as a person reads it. */
  readonly lines: readonly string[];
}

export interface ReplayHomeOptions {
  /** Another spec to decide everything with, and what errors call it. */
  readonly spec?: { readonly bytes: Uint8Array; readonly source: string };
  /** Changed tasks that are told; others are counted. */
  readonly worst_max: number;
  readonly progress?: Progress;
}

/**
 * Verifies the ledger, then decides every decision in it again, in memory that does not grow with it. Throws as `auditedHome`
 * does, WRIT_LEDGER_CORRUPT when the ledger does not hold and WRIT_SPEC_INVALID for the other spec.
 */
export async function replayHome(home: string, options: ReplayHomeOptions): Promise<ReplayedHome> {
  const { spec: given, worst_max, progress } = options;
  const other = given === undefined ? null : adoptedSpec(given.bytes, given.source).compiled;
  const audited = auditedHome(home);
  const found = await verifiedRecords(audited);
  const tally = new ReplayTally(other?.spec_hash ?? null);
  const told = counted(found.records, found.size, progress);
  const spec = other === null ? {} : { spec: other };
  for await (const one of replay(told, { build: buildId(), ...spec })) tally.add(one);
  const report = tally.report(worst_max);
  return { report, lines: tell(report) };
}

async function verifiedRecords(
  audited: AuditedHome,
): Promise<{ readonly size: number; readonly records: AsyncIterable<LedgerRecord> }> {
  const { dir, verifier, rememberedHead } = audited;
  return await readAudited(audited, async () => {
    const anchors = new RecordAnchors();
    const scan = await scanLedger({
      fs: nodeFileSystem,
      dir,
      verifier,
      rememberedHead,
      visit: ({ sequence }, place) => anchors.note(sequence, place),
    });
    if (scan.problem !== null) throw corruptError(dir, scan.problem);
    const size = scan.tree.size;
    return { size, records: readRecords(nodeFileSystem, dir, anchors, { from: 0, to: size }) };
  });
}

async function* counted(
  records: AsyncIterable<LedgerRecord>,
  size: number,
  progress: Progress = () => undefined,
): AsyncGenerator<LedgerRecord, void, undefined> {
  for await (const record of records) {
    progress(record.sequence + 1, size);
    yield record;
  }
}

function tell({ ok, decisions, counts, different, against }: ReplayReport): readonly string[] {
  const { same, other_code, erased } = counts;
  const parts = [
    `${same} same`,
    `${counts.different} different`,
    `${other_code} by other code and decided otherwise here`,
    `${erased} erased`,
  ];
  const verdict = ok
    ? "every decision that can be decided again here holds"
    : "decisions do not follow from their record";
  return [
    `${verdict}: ${parts.join(", ")} of ${decisions}`,
    ...(different.length === 0 ? [] : [`different: ${different.map((at) => `#${at}`).join(" ")}`]),
    ...(against === null ? [] : tellAgainst(against)),
  ];
}

const CHANGE_WORDS: Readonly<Record<ChangeKind, string>> = {
  let_through: "would be let through",
  stopped: "would be stopped",
  other_no: "would be refused instead of deferred, or the reverse",
  other_grants: "would run with other grants",
};

function tellAgainst({
  spec_hash,
  alike,
  unknown,
  changes,
  worst,
  left_out,
}: AgainstSpec): readonly string[] {
  const counts = Object.entries(CHANGE_WORDS).map(
    ([kind, words]) => `${changes[kind as ChangeKind]} ${words}`,
  );
  const cannot = unknown === 0 ? [] : [`${unknown} cannot be told: erased, or not to be decided here`];
  return [
    `under spec ${spec_hash.slice(0, 16)}, from the facts that were observed then: ${alike} alike`,
    ...counts,
    ...cannot,
    ...worst.flatMap(tellChange),
    ...(left_out === 0 ? [] : [`and ${left_out} more`]),
  ];
}

function tellChange({
  kind,
  sequence,
  task,
  recorded,
  other,
  times,
  bytes_out,
  why,
}: ChangedTask): readonly string[] {
  const often = times === 1 ? "" : `, ${times} times`;
  const more =
    kind === "let_through" && bytes_out > 0 ? `, ${formatQuantity("bytes", bytes_out)} may leave` : "";
  const head = `#${sequence} ${quoteUntrusted(task)}: ${recorded} → ${other}${often}${more}`;
  return [head, ...why.slice(0, REASONS_MAX).map((reason) => `    ${reason}`)];
}

/** Reasons that are told of one change; the JSON has all. */
const REASONS_MAX = 3;
