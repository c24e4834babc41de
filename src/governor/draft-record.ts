// Answers `task draft`: reads what a recorded run was refused, drafts the declaration it would have needed, and judges each
// line of it under the spec in force. Records nothing, holds nothing, grants nothing.
import { decide } from "../decide/decide.ts";
import type { Decision, Grants } from "../decide/decision.ts";
import { WritError } from "../stdx/writ-error.ts";
import { formatTask } from "../task/format-task.ts";
import type { Task } from "../task/task.ts";
import { attemptOf, type BlockedAttempt, gatherAttempts } from "./blocked-attempts.ts";
import { type DraftedCall, draftTask } from "./draft-task.ts";
import type { TaskInput } from "./governor.ts";
import { type Judgement, judge } from "./judge.ts";
import { taskOf } from "./parse-input.ts";
import { recordedJudged } from "./recorded-judged.ts";
import type { Judged } from "./records.ts";
import type { SubmitParts } from "./submit.ts";
import type { JudgedCall, TaskDraft } from "./task-draft.ts";
import { writeDraft } from "./write-draft.ts";

/**
 * The draft of the run of decision `sequence`, on top of `merge`, an earlier draft of the same command. Throws
 * WRIT_RECORD_UNKNOWN when there is no such decision or its payload was erased, WRIT_TASK_INVALID when `merge` is no task or
 * one of another command, WRIT_SPEC_MISSING and WRIT_SPEC_EDITED.
 */
export async function draftRecord(
  parts: SubmitParts,
  sequence: number,
  merge: TaskInput | null,
): Promise<TaskDraft> {
  const { task: ran, decision } = await recordedRun(parts, sequence);
  const base = merge === null ? ran : mergedWith(ran, taskOf(merge).task, merge.source);
  const attempts = await attemptsOf(parts, sequence);
  const { endpoints } = parts.judging.currentSpec().compiled;
  const gathered = gatherAttempts(attempts, (host, port) => endpoints.lookup(host, port)?.paths ?? []);
  const bytesMax = (host: string, port: number): number | null =>
    endpoints.lookup(host, port)?.bytes_out_per_task_max ?? null;
  const { task, drafted } = draftTask({ ran, base, wanted: gathered.wanted, bytesMax });
  const judgement = await judge(parts.judging, parsed(task), { take: false, parent: null });
  const { unnamed, beyond, kept } = gathered;
  const draft = {
    sequence,
    task,
    outcome: judgement.judged.decision.outcome,
    observed: isBehindGate(decision),
    drafted: drafted.map((each) => judgedCall(judgement, base, each)),
    unnamed,
    beyond,
    kept,
  };
  return { ...draft, text: writeDraft(draft) };
}

async function recordedRun({ ledger }: SubmitParts, sequence: number): Promise<Judged> {
  const judged = recordedJudged(await ledger.read(sequence));
  if (judged !== null) return judged;
  throw new WritError("WRIT_RECORD_UNKNOWN", `the payload of record ${sequence} was erased`, {
    hint: "writ ledger tail",
  });
}

/** Records of earlier versions name no calls, or none of this. */
function isBehindGate({ grants }: Decision): boolean {
  const { calls = [], opaque = [], records_network = false }: Partial<Grants> = grants ?? {};
  return records_network || calls.length + opaque.length > 0;
}

/** `draft`, if it is one of the task that ran: what the two share is the command and where it runs. */
function mergedWith(ran: Task, draft: Task, source: string): Task {
  const same =
    draft.directory === ran.directory &&
    draft.run.command.length === ran.run.command.length &&
    draft.run.command.every((word, at) => word === ran.run.command[at]);
  if (same) return draft;
  throw new WritError("WRIT_TASK_INVALID", `${source}: runs another command than the one that was blocked`, {
    hint: "merge with a draft of the same command in the same directory",
  });
}

/** The refused egress records of the run that decision `sequence` began; it ends at its settlement. */
async function attemptsOf(
  { ledger, projection }: SubmitParts,
  sequence: number,
): Promise<readonly BlockedAttempt[]> {
  const end = projection.settlements.get(sequence) ?? ledger.size;
  const attempts: BlockedAttempt[] = [];
  for await (const record of ledger.records(sequence + 1)) {
    if (record.sequence >= end) break;
    if (record.kind !== "egress" || record.core["decision_sequence"] !== sequence) continue;
    const attempt = attemptOf(record);
    if (attempt !== null) attempts.push(attempt);
  }
  return attempts;
}

/** Decided against the base with the facts of the one observation, so that what fails is this call's alone. */
function judgedCall({ judged, compiled }: Judgement, base: Task, drafted: DraftedCall): JudgedCall {
  const known = base.needs.calls.filter(
    ({ to, method }) =>
      !drafted.raised || to !== drafted.call.to || method.join() !== drafted.call.method.join(),
  );
  const decided = (calls: readonly Task["needs"]["calls"][number][]): Decision =>
    decide(compiled, parsed({ ...base, needs: { ...base.needs, calls } }), judged.facts);
  const before = new Set(failing(decided(base.needs.calls)).map(({ rule, cause }) => `${rule} ${cause}`));
  const after = decided([...known, drafted.call]);
  const refused_by = failing(after).filter(({ rule, cause }) => !before.has(`${rule} ${cause}`));
  return { ...drafted, outcome: refused_by.length === 0 ? "admit" : after.outcome, refused_by };
}

/** What is nearest to the call first; the score, which every call lowers, last. */
function failing({ findings }: Decision): JudgedCall["refused_by"] {
  const failed = findings.filter(({ passes }) => !passes).map(({ rule, cause }) => ({ rule, cause }));
  const isScore = ({ cause }: (typeof failed)[number]): boolean => cause === "score_under_limit";
  return [...failed.filter((each) => !isScore(each)), ...failed.filter((each) => isScore(each))];
}

/** Through the task's own text: what is printed is what was judged. */
function parsed(task: Task): ReturnType<typeof taskOf> {
  return taskOf({ text: formatTask(task), source: "draft", directory: "/", format: "yaml" });
}
