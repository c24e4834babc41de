// Tells what the node noticed: submits the spec's `notify.task` with the notices on its standard input, and records what came of
// it. The task is decided like any other; a refused one tells nobody, and that is recorded and shown.
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import type { RecordInput } from "../../ledger/record.ts";
import type { Notify } from "../../spec/spec.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { Outcome, TaskInput } from "../governor.ts";
import type { LiveRun, RunClient } from "../server/governing.ts";
import { readTaskFile } from "./read-task-file.ts";
import type { Notice, WatchBook } from "./watch-book.ts";

export interface NotifierParts {
  readonly book: Pick<WatchBook, "pending" | "untold">;
  readonly notify: () => Notify | null;
  readonly run: (input: TaskInput, client: RunClient) => LiveRun;
  readonly append: (record: RecordInput) => Promise<unknown>;
  readonly node: string;
  readonly uid: number;
  /** Ledger time, ms. */
  readonly now: () => number;
}

/** Between two starts of the task: what comes meanwhile is told together. Ms of ledger time. */
const BETWEEN_MS = 60_000;
/** After one that told nobody. */
const AGAIN_MS = 600_000;

export class Notifier {
  readonly #parts: NotifierParts;
  #next = 0;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
  }

  /** Tells what waits, if its time has come. Never rejects for what the task does; throws when the ledger takes no record. */
  async tell(): Promise<void> {
    const { book, notify: asked, append, now } = this.#parts;
    const notify = asked();
    if (notify === null || now() < this.#next) return;
    const notices = book.pending(notify.on);
    if (notices.length === 0) return;
    this.#next = now() + AGAIN_MS;
    const { told, decision, cause } = await this.#submit(notify, notices);
    if (told) this.#next = now() + BETWEEN_MS;
    // The same failure again is nothing new.
    else if (cause === book.untold) return;
    const records = notices.map(({ record }) => record);
    await append({ kind: "notified", core: { notices: records, told, decision, cause } });
  }

  async #submit(notify: Notify, notices: readonly Notice[]): Promise<Told> {
    const { run, node, uid } = this.#parts;
    const text = readTaskFile(notify.task, uid);
    if (!text.ok) return { told: false, decision: null, cause: text.error };
    const input: TaskInput = {
      text: text.value,
      source: notify.task,
      directory: dirname(notify.task),
      format: notify.task.endsWith(".json") ? "json" : "yaml",
    };
    const live = run(input, NOBODY);
    const document = `${JSON.stringify({ schema: "writ.notice/1", node, notices })}\n`;
    // One that never starts takes no input, and that is no failure of its own.
    void live.stdin(Buffer.from(document)).catch(() => undefined);
    void live.stdin(null).catch(() => undefined);
    try {
      return cameOf(await live.outcome);
    } catch (error) {
      if (!(error instanceof WritError)) throw error;
      return { told: false, decision: null, cause: error.code };
    }
  }
}

interface Told {
  readonly told: boolean;
  /** Of its decision; null: none was made. */
  readonly decision: number | null;
  /** Why it told nobody, in one word; null: it did. */
  readonly cause: string | null;
}

function cameOf({ sequence, decision, observation }: Outcome): Told {
  if (observation === null) return { told: false, decision: sequence, cause: decision.outcome };
  const told = observation.cause === "exited" && observation.exit_code === 0;
  return { told, decision: sequence, cause: told ? null : observation.cause };
}

/** What it writes is nobody's. */
const NOBODY: RunClient = {
  stdout: () => undefined,
  stderr: () => undefined,
  decided: () => undefined,
};
