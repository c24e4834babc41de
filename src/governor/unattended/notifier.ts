// Tells what the node noticed: submits the spec's `notify.task` with the notices on its standard input, and records what came of
// it. The task is decided like any other; a refused one tells nobody, and that is recorded and shown.
import type { RecordInput } from "../../ledger/record.ts";
import type { Notify } from "../../spec/spec.ts";
import { runTaskFile, type TaskFileParts } from "./run-task-file.ts";
import type { WatchBook } from "./watch-book.ts";

export interface NotifierParts extends TaskFileParts {
  readonly book: Pick<WatchBook, "pending" | "untold">;
  readonly notify: () => Notify | null;
  readonly append: (record: RecordInput) => Promise<unknown>;
  readonly node: string;
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
    const { book, notify: asked, append, now, node } = this.#parts;
    const notify = asked();
    if (notify === null || now() < this.#next) return;
    const notices = book.pending(notify.on);
    if (notices.length === 0) return;
    this.#next = now() + AGAIN_MS;
    const document = `${JSON.stringify({ schema: "writ.notice/1", node, notices })}\n`;
    const { told, decision, cause } = await runTaskFile(this.#parts, notify.task, document);
    if (told) this.#next = now() + BETWEEN_MS;
    // The same failure again is nothing new.
    else if (cause === book.untold) return;
    const records = notices.map(({ record }) => record);
    await append({ kind: "notified", core: { notices: records, told, decision, cause } });
  }
}
