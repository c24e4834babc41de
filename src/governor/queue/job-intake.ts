// Takes tasks and plans into the queue: what would be refused now is refused, the rest is in the ledger before it counts. Not their
// order (drain.ts), nor what becomes of them (job-queue.ts).
import { assert } from "../../stdx/assert.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { ParsedTask } from "../../task/parse-task.ts";
import { type ParsedPlan, type QueueTerms, RETRIES_DEFAULT } from "../../task/plan.ts";
import { DEADLINE_EXPECTED, readDeadline } from "../../task/plan-schema.ts";
import type { Decided, SubmitTerms, Submitted, TaskInput } from "../governor.ts";
import { type Judgement, judge } from "../judge.ts";
import { measuredOf } from "../measured.ts";
import { planOf, taskOf } from "../parse-input.ts";
import { sha256 } from "../ports.ts";
import { decisionRecord } from "../records.ts";
import { decidedOf, type SubmitParts } from "../submit.ts";
import type { JobState } from "./job.ts";
import type { JobBook } from "./job-book.ts";
import { type PlanPlace, planRecord, type QueuedTerms, queuedRecord } from "./job-records.ts";
import { unknownJob } from "./stored-job.ts";

export interface IntakeParts {
  readonly submit: SubmitParts;
  readonly book: Pick<JobBook, "ask">;
  readonly wall: () => Date;
  /** Jobs that have not ended. */
  readonly open: () => number;
  /** Jobs came in that stand behind jobs which ended without being done meanwhile. */
  readonly orphaned: (jobs: readonly number[]) => Promise<void>;
}

/** Jobs that have not ended, at most. */
export const JOBS_MAX = 1_000_000;

/** The last moment that a Date holds (ECMA-262, time values). */
const MOMENT_MAX = 8.64e15;

export class JobIntake {
  readonly #parts: IntakeParts;
  /** Jobs on their way in: room is taken before anything is awaited, so that no two submissions get the same. */
  #coming = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Takes the task or plan of `input` into the queue. What would be refused now is refused, and recorded as that; a task that
   * comes after others is looked at again when they are done. Throws WRIT_USAGE for terms that a plan says itself,
   * WRIT_TASK_INVALID, WRIT_JOB_UNKNOWN and WRIT_QUEUE_FULL, and what `judge` throws.
   */
  async submit(input: TaskInput, terms: SubmitTerms, uid?: number): Promise<Submitted> {
    await this.#parts.submit.ledger.checkRoom();
    const plan = planOf(input);
    if (plan !== null) checkPlanTerms(terms);
    const more = plan?.entries.length ?? 1;
    this.#checkRoom(more);
    this.#coming += more;
    try {
      for (const id of terms.after) checkAfter(id, await this.#stateOf(id));
      const submitted =
        plan === null
          ? await this.#submitTask(taskOf(input), terms, uid)
          : await this.#submitPlan(plan, terms, uid);
      await this.#afterEnded(submitted, terms);
      return submitted;
    } finally {
      this.#coming -= more;
    }
  }

  async #submitTask(parsed: ParsedTask, terms: SubmitTerms, uid?: number): Promise<Submitted> {
    const judgement = await judge(this.#parts.submit.judging, parsed, { take: false, parent: null, uid });
    if (isRefused(judgement, terms.after.length > 0))
      return { jobs: [], plan: null, decided: await this.#refuse(judgement) };
    const name = parsed.task.task;
    const { priority, deadline, retries_max, after } = terms;
    const own = { priority: priority ?? 0, deadline, retries_max: retries_max ?? RETRIES_DEFAULT, after };
    const record = queuedRecord(name, parsed, this.#termsOf(judgement, own, null));
    const { sequence } = await this.#parts.submit.ledger.append(record);
    return { jobs: [{ id: sequence, name }], plan: null, decided: decidedOf(judgement, null) };
  }

  async #submitPlan({ name, entries }: ParsedPlan, terms: SubmitTerms, uid?: number): Promise<Submitted> {
    const { judging, ledger } = this.#parts.submit;
    const judgements: Judgement[] = [];
    for (const { parsed, after } of entries) {
      const judgement = await judge(judging, parsed, { take: false, parent: null, uid });
      const waits = after.length > 0 || terms.after.length > 0;
      if (isRefused(judgement, waits))
        return { jobs: [], plan: null, decided: await this.#refuse(judgement) };
      judgements.push(judgement);
    }
    const places = new Map(entries.map(({ id }, at) => [id, at]));
    const records = entries.map((entry, at) => {
      const judgement = judgements[at];
      assert(judgement !== undefined, "each entry was judged");
      const after = entry.after.flatMap((id) => places.get(id) ?? []);
      const own = this.#termsOf(
        judgement,
        { ...entry, after: terms.after },
        { at, of: entries.length, after },
      );
      return queuedRecord(entry.id, entry.parsed, own);
    });
    // INVARIANT: nothing awaits between these calls, so that the records stand next to each other.
    const appending = [planRecord(name, entries.length), ...records].map((record) => ledger.append(record));
    const [plan, ...appended] = await Promise.all(appending);
    assert(plan !== undefined, "the plan has a record of its own");
    const jobs = appended.map(({ sequence }, at) => ({ id: sequence, name: entries[at]?.id ?? "" }));
    return { jobs, plan: plan.sequence, decided: null };
  }

  /** What these come after was looked at before they were judged: it may have failed since. */
  async #afterEnded({ jobs }: Submitted, { after }: SubmitTerms): Promise<void> {
    for (const id of after) {
      if (!isBadEnd(await this.#stateOf(id))) continue;
      await this.#parts.orphaned(jobs.map((job) => job.id));
      return;
    }
  }

  async #refuse(judgement: Judgement): Promise<Decided> {
    const measured = measuredOf(judgement, this.#parts.submit.judging.names);
    const beside = { hold: null, job: null, measured };
    const record = decisionRecord("decision", judgement.judged, beside, sha256);
    const { sequence } = await this.#parts.submit.ledger.append(record);
    return decidedOf(judgement, sequence);
  }

  #termsOf(
    { judged }: Judgement,
    terms: QueueTerms & Pick<SubmitTerms, "after">,
    entry: PlanPlace | null,
  ): QueuedTerms {
    const { priority, retries_max, after } = terms;
    return {
      principal: judged.decision.principal ?? "",
      priority,
      retries_max,
      deadline: this.#deadlineOf(terms.deadline),
      submitted: this.#parts.wall().toISOString(),
      after: [...new Set(after)],
      entry,
    };
  }

  /** Kept on ledger time, which no clock can set back or forward; on the wall clock for the time without a governor. */
  #deadlineOf(text: string | null): QueuedTerms["deadline"] {
    if (text === null) return null;
    const read = readDeadline(text);
    if (read === null) throw badDeadline(text, `: ${DEADLINE_EXPECTED}`);
    const wall = this.#parts.wall().getTime();
    const left = "after" in read ? read.after : read.at - wall;
    if (!(left > 0)) throw badDeadline(text, " has passed: least is a moment from now");
    const latest = Math.min(wall + left, MOMENT_MAX);
    return { time: this.#parts.submit.judging.now() + left, wall: new Date(latest).toISOString() };
  }

  #checkRoom(more: number): void {
    const there = this.#parts.open() + this.#coming;
    if (there + more <= JOBS_MAX) return;
    throw new WritError(
      "WRIT_QUEUE_FULL",
      `the queue has ${there} jobs and ${more} more to take: limit is ${JOBS_MAX}`,
      {
        hint: "writ ps  # then writ cancel ID for what is not needed",
      },
    );
  }

  /** Throws WRIT_JOB_UNKNOWN. */
  async #stateOf(id: number): Promise<JobState> {
    const job = await this.#parts.book.ask((store) => store.get(id));
    if (job === null) throw unknownJob(id);
    return job.state;
  }
}

function badDeadline(text: string, why: string): WritError {
  return new WritError("WRIT_TASK_INVALID", `deadline \`${escapeUntrusted(text)}\`${why}`, {
    hint: "writ submit --deadline 2h FILE",
  });
}

/** The entries of a plan say how each of them waits. */
function checkPlanTerms({ priority, deadline, retries_max }: SubmitTerms): void {
  const given =
    (priority !== null && (["--priority", "priority"] as const)) ||
    (deadline !== null && (["--deadline", "deadline"] as const)) ||
    (retries_max !== null && (["--retries", "retries_max"] as const));
  if (given === false) return;
  throw new WritError("WRIT_USAGE", `\`${given[0]}\` is for one task, and this is a plan`, {
    hint: `write \`${given[1]}:\` at the entries of the plan that it is for`,
  });
}

function checkAfter(id: number, state: JobState): void {
  if (!isBadEnd(state)) return;
  throw new WritError("WRIT_TASK_INVALID", `job ${id} ended as ${state}: nothing can come after it`, {
    hint: "submit it again, then name the new job",
  });
}

function isBadEnd(state: JobState): boolean {
  return state === "failed" || state === "refused" || state === "cancelled";
}

/** What has to come first may bring what is missing now: paths, room, providers. Words and principals stay what they are. */
function isRefused({ judged }: Judgement, waits: boolean): boolean {
  if (judged.decision.outcome !== "refuse") return false;
  if (!waits || judged.decision.principal === null) return true;
  return (judged.facts.content ?? []).some(({ from }) => from === "words");
}
