// Sends what is measured to a collector now and then: submits the spec's `export.task` with an OTLP request on its standard input.
// The task is decided like any other, to an endpoint of the spec; nothing leaves in any other way.
import type { RecordInput } from "../../ledger/record.ts";
import type { MetricsExport } from "../../spec/spec.ts";
import { runTaskFile, type TaskFileParts } from "./run-task-file.ts";

export interface ExporterParts extends TaskFileParts {
  readonly wanted: () => MetricsExport | null;
  /** An OTLP request; null: measuring broke, and there is nothing to send. */
  readonly request: () => string | null;
  readonly append: (record: RecordInput) => Promise<unknown>;
  /** Ledger time, ms. */
  readonly now: () => number;
}

export class Exporter {
  readonly #parts: ExporterParts;
  #next = 0;
  /** Why the last one failed, as it is on record; null: it did not. */
  #failed: string | null = null;

  constructor(parts: ExporterParts) {
    this.#parts = parts;
  }

  /**
   * Sends what is measured, if its time has come. A failure is recorded once, and that it is over; each run has its own records.
   * Never rejects for what the task does; throws when the ledger takes no record.
   */
  async send(): Promise<void> {
    const { wanted, request, append, now } = this.#parts;
    const asked = wanted();
    if (asked === null || now() < this.#next) return;
    this.#next = now() + asked.every;
    const text = request();
    const { decision, cause } =
      text === null
        ? { decision: null, cause: "unmeasured" }
        : await runTaskFile(this.#parts, asked.task, `${text}\n`);
    if (cause === this.#failed) return;
    this.#failed = cause;
    await append({ kind: "noticed", core: { kind: "export", sent: cause === null, decision, cause } });
  }
}
