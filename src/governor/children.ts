// The submissions of one running task: each decided and run as its child, and told back as far as labels allow. Not the
// decision (decide/check-ancestors.ts), nor the listener that they come through (enforce/gate/submits/).
import type { ChildAnswer, ChildAsk, ChildPort, Observation } from "../enforce/execution.ts";
import type { Json, JsonObject } from "../stdx/json.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Decided, TaskInput } from "./governor.ts";
import { KeptOutput } from "./kept-output.ts";
import type { LiveRun, RunClient } from "./server/governing.ts";

/** Whose children they are. */
export interface ParentTask {
  readonly label: string;
  readonly untrusted: boolean;
  /** Where relative paths of a child start from. */
  readonly directory: string;
  /** Counts one submission; false: it has none left. */
  readonly submits: () => boolean;
  /** Submissions that it was granted. */
  readonly granted: number;
}

/** Decides `input` as a child and runs it. */
export type SubmitChild = (input: TaskInput, wait: boolean, client: RunClient) => LiveRun;

/** Whether a task of the first label may be told what one of the second has. */
export type Covers = (label: string, other: string) => boolean;

/** ms that an answer is waited for; then it says what is known so far. */
const ANSWERS_WITHIN = 300_000;
/** Bytes kept of what the children of one task print, all of them together. */
const KEPT_MAX = 8 * 1024 * 1024;

interface Child {
  readonly id: number;
  readonly run: LiveRun;
  readonly stdout: KeptOutput;
  readonly stderr: KeptOutput;
  decided: Decided | null;
  /** Set when it ended, whatever came of it. */
  end: { readonly observation: Observation | null; readonly failure: WritError | null } | null;
}

/** The children of one task, by numbers of its own: it can name no other's. */
export class TaskChildren implements ChildPort {
  readonly #parent: ParentTask;
  readonly #submit: SubmitChild;
  readonly #covers: Covers;
  readonly #children = new Map<number, Child>();
  readonly #room = { bytes: KEPT_MAX };
  #last = 0;
  #ended: Promise<void> | null = null;

  constructor(parent: ParentTask, submit: SubmitChild, covers: Covers) {
    this.#parent = parent;
    this.#submit = submit;
    this.#covers = covers;
  }

  async ask(asked: ChildAsk): Promise<ChildAnswer> {
    if (this.#ended !== null) return refused("parent_ended", null, "this task is ending");
    if (asked.op === "submit") return this.#take(asked);
    const child = this.#children.get(asked.child);
    if (child === undefined)
      return answer(404, refusalOf("task_unknown", asked.child, "ask for a task of your own"));
    if (asked.op === "look") {
      if (asked.wait) await within(ended(child));
      return answer(200, this.#told(child));
    }
    if (child.end !== null) {
      this.#forget(child);
      return { status: 204, body: "" };
    }
    child.run.stop("cancelled");
    return answer(202, { id: child.id, state: "ending" });
  }

  end(): Promise<void> {
    const endAll = async (): Promise<void> => {
      for (const { run } of this.#children.values()) run.stop("parent_ended");
      await Promise.all([...this.#children.values()].map((child) => ended(child)));
    };
    return (this.#ended ??= endAll());
  }

  async #take({ text, format, wait }: Extract<ChildAsk, { op: "submit" }>): Promise<ChildAnswer> {
    const { directory, granted } = this.#parent;
    if (!this.#parent.submits()) {
      const refusal = refusalOf("ancestor_over_limit", granted + 1, "declare more `needs.submits`");
      return answer(403, { ...refusal, limit: granted });
    }
    const decision = Promise.withResolvers<void>();
    const id = (this.#last += 1);
    const kept = { stdout: new KeptOutput(this.#room), stderr: new KeptOutput(this.#room) };
    let decided: Decided | null = null;
    const run = this.#submit({ text, format, directory, source: "submitted task" }, wait, {
      stdout: (chunk) => kept.stdout.add(chunk),
      stderr: (chunk) => kept.stderr.add(chunk),
      decided: (made) => {
        decided = made;
        child.decided = made;
        decision.resolve();
      },
    });
    const child: Child = { id, run, ...kept, decided, end: null };
    this.#children.set(id, child);
    const over = run.outcome.then(
      ({ observation }) => void (child.end = { observation, failure: null }),
      (error: unknown) => {
        child.end = { observation: null, failure: error instanceof WritError ? error : null };
        // An invariant is broken: the governor is not to go on.
        if (!(error instanceof WritError))
          queueMicrotask(() => {
            throw error;
          });
      },
    );
    await (wait ? within(over) : Promise.race([decision.promise, over]));
    // A run that was not admitted ends in the same turn.
    if (child.decided?.decision.outcome !== "admit") await over;
    return this.#answerOf(child);
  }

  #answerOf(child: Child): ChildAnswer {
    const { decided, end } = child;
    if (end !== null && decided === null) {
      this.#forget(child);
      const { failure } = end;
      return refused(
        failure?.code === "WRIT_TASK_INVALID" ? "task_invalid" : "not_decided",
        null,
        failure?.message ?? "",
      );
    }
    if (decided !== null && decided.decision.outcome !== "admit" && this.#mayTell(decided)) {
      this.#forget(child);
      return answer(403, { id: child.id, ...findingOf(decided) });
    }
    return answer(end === null ? 202 : 200, this.#told(child));
  }

  /** What a child came to, as far as its parent may know. */
  #told(child: Child): JsonObject {
    const { id, decided, end } = child;
    if (end === null) return { id, state: decided?.decision.outcome === "admit" ? "running" : "waiting" };
    if (decided === null || !this.#mayTell(decided)) return { id, state: "ended" };
    const { observation, failure } = end;
    return {
      id,
      state: "ended",
      cause: observation?.cause ?? (failure === null ? "not_started" : "launch_failed"),
      exit_code: observation?.exit_code ?? null,
      signal: observation?.signal ?? null,
      stdout: child.stdout.told(),
      stderr: child.stderr.told(),
    };
  }

  /** INVARIANT: nothing flows to a parent that it could not have read itself. */
  #mayTell({ decision }: Decided): boolean {
    const { label, untrusted } = this.#parent;
    return this.#covers(label, decision.label) && (untrusted || !decision.untrusted);
  }

  #forget(child: Child): void {
    child.stdout.drop();
    child.stderr.drop();
    this.#children.delete(child.id);
  }
}

/** Resolves when the child's run settled; its `end` is set by then. */
async function ended({ run }: Child): Promise<void> {
  await run.outcome.then(
    () => undefined,
    () => undefined,
  );
}

async function within(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ANSWERS_WITHIN);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/**
 * The first failing finding, of an ancestor's grants before all others. Measured values of the node and of other tasks are
 * not told: a task is to learn what it may have, not what the rest of the machine does.
 */
function findingOf({ decision }: Decided): JsonObject {
  const failing = decision.findings.filter((finding) => !finding.passes);
  const finding = failing.find(({ cause }) => cause === "ancestor_over_limit") ?? failing[0];
  const own =
    finding !== undefined && typeof finding.limit === "number" && finding.rule.startsWith("ancestor.");
  const instead =
    decision.outcome === "defer" ? "submit it again later" : "ask for what this task has left itself";
  return {
    cause: finding?.cause ?? null,
    rule: finding?.rule ?? null,
    measured: own ? finding.measured : null,
    limit: own ? finding.limit : null,
    instead,
    retryable: decision.outcome === "defer",
  };
}

function refusalOf(cause: string, measured: Json, instead: string): JsonObject {
  return { cause, measured, limit: null, instead, retryable: false };
}

function refused(cause: string, measured: Json, instead: string): ChildAnswer {
  return answer(403, refusalOf(cause, measured, instead));
}

function answer(status: number, body: JsonObject): ChildAnswer {
  return { status, body: `${JSON.stringify(body)}\n` };
}
