// What a task's protected values and documents come to in the scan thread: the layers that look for them, and the columns
// that see them leave in pieces. Indexes are shared by tasks with the same values. Not the judging (task-scan.ts).
import { createHash } from "node:crypto";
import { createDocumentFinder } from "../../../scan/documents/document-finder.ts";
import { createDocumentIndex, type DocumentIndex } from "../../../scan/documents/document-index.ts";
import { readEnrolled } from "../../../scan/enrolled/enrolled-file.ts";
import { mergedDocuments, mergedIndex } from "../../../scan/enrolled/merged-index.ts";
import type { ScanPorts } from "../../../scan/ports.ts";
import { type Columns, createColumns } from "../../../scan/protected/columns.ts";
import { createProtectedFinder } from "../../../scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedIndex } from "../../../scan/protected/protected-index.ts";
import type { Finder } from "../../../scan/view.ts";
import { createExactFinder, type ExactValue } from "./exact-values.ts";
import type { ScannedTask } from "./scan-messages.ts";

export interface ProtectedLayers {
  readonly finders: readonly Finder[];
  /** Of this task alone: what was planted for it. */
  readonly canaries: readonly Finder[];
  /** Of this task alone. */
  readonly columns: readonly Columns[];
}

/** Indexes that are kept for the next task: those of a principal's tasks are mostly the same. */
const KEPT_MAX = 4;

/** Letters and digits under which a value is also looked for as it is. */
const SHORT = 24;

/** Pairs of a task and an endpoint, and slots, of which columns are kept: of one task. */
const BOUNDS = { pairsMax: 256, slotsMax: 256, slotsInAllMax: 4096 };

interface Indexes {
  readonly values: ProtectedIndex;
  readonly documents: DocumentIndex;
}

/** Makes the layers of one task after another under one key. */
export class ProtectedIndexes {
  readonly #ports: ScanPorts;
  readonly #kept = new Map<string, Indexes>();

  constructor(ports: ScanPorts) {
    this.#ports = ports;
  }

  /** About a millisecond for each value that was not among the last tasks' ones. */
  layersFor(task: ScannedTask, key: Uint8Array): ProtectedLayers {
    const planted = this.#planted(task, key);
    const index = task.enrolled?.index ?? null;
    if (task.values.length + task.documents.length === 0 && index === null) return planted;
    const { values, documents } = this.#indexesFor(task, key);
    const exact: ExactValue[] = [
      ...task.values
        .filter(({ value }) => value.replaceAll(/[^A-Za-z0-9]/g, "").length < SHORT)
        .map(({ name, value }): ExactValue => ({ name, value, kind: "value" })),
      ...task.placeholders.map(({ name, value }): ExactValue => ({ name, value, kind: "placeholder" })),
    ];
    const finders = [createExactFinder(exact), createProtectedFinder(values)];
    return {
      finders: documents.names.length === 0 ? finders : [...finders, createDocumentFinder(documents)],
      canaries: planted.canaries,
      columns: [createColumns(values, BOUNDS), ...planted.columns],
    };
  }

  /** Apart from all that is shared by tasks: an index of one value is made and searched in no time. */
  #planted({ canaries }: ScannedTask, key: Uint8Array): ProtectedLayers {
    if (canaries.length === 0) return NOTHING;
    const values = canaries.map(({ name, value }) => ({ name, value, grade: "canary" as const }));
    const index = createProtectedIndex(values, key, this.#ports);
    return { finders: [], canaries: [createProtectedFinder(index)], columns: [createColumns(index, BOUNDS)] };
  }

  #indexesFor(task: ScannedTask, key: Uint8Array): Indexes {
    const { values, documents, enrolled } = task;
    const digest = createHash("sha256").update(key);
    digest.update(JSON.stringify([values, documents, enrolled]));
    const name = digest.digest("base64");
    const made = this.#kept.get(name) ?? this.#make(task, key);
    this.#kept.delete(name);
    this.#kept.set(name, made);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
    return made;
  }

  /** One index of what is enrolled and of the task's own: a finder of both costs no more than one of either. */
  #make({ values, documents, enrolled }: ScannedTask, key: Uint8Array): Indexes {
    const ports = this.#ports;
    const own = {
      values: createProtectedIndex(
        values.map((value) => ({ ...value, grade: "high" })),
        key,
        ports,
      ),
      documents: createDocumentIndex(
        documents.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })),
        key,
        ports,
      ),
    };
    const index = enrolled?.index ?? null;
    if (index === null) return own;
    const read = readEnrolled(Buffer.from(index, "base64"), key, ports);
    // INVARIANT: what is enrolled and cannot be looked for keeps everything from leaving.
    if (!read.ok) throw new Error("the index of enrolled values does not hold");
    return {
      values: mergedIndex(read.value.values, own.values),
      documents: mergedDocuments(read.value.documents, own.documents),
    };
  }
}

const NOTHING: ProtectedLayers = { finders: [], canaries: [], columns: [] };
