// The main loop's side of the thread that looks at submitted tasks: asks it one thing after another and waits a bounded time.
// Not the scan (task-scanner.ts). What is late, or lost with its thread, counts as not searched.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { EnrolledIndex } from "../enforce/gate/policy.ts";
import type { Finding } from "../scan/finding.ts";
import type { HeldValues } from "./held-values.ts";
import { serial } from "./serial.ts";

/** What a task is looked at for: values of the spec and its secrets, and what the home has enrolled. */
export interface TaskScannerValues extends HeldValues {
  readonly enrolled: EnrolledIndex | null;
}

/** `group`: of personal data, what a spec counts it as. `fingerprint`: of a credential, what `known_harmless` lists it by. */
export interface TaskFinding extends Finding {
  readonly group: string | null;
  readonly fingerprint: string | null;
}

/** What was found in one text; `exhausted`: the bound that ended the search, or null. */
export interface TaskFound {
  readonly findings: readonly TaskFinding[];
  readonly exhausted: string | null;
}

/** One question. `values`: to be looked for from now on; null: those of the last one. */
export interface AskOfThread {
  readonly values: TaskScannerValues | null;
  readonly texts: readonly Uint8Array[];
}

export interface TaskScanThreadOptions {
  /** ms for one question; default `DEADLINE`. */
  readonly deadline?: number;
  /** The program of the thread; default task-scan-worker.ts. */
  readonly program?: URL;
}

/** ms for the thread to start on a busy machine, to take in the values, and to look at what one task brings. */
const DEADLINE = 30_000;

/** MiB of JavaScript heap of the thread: the values' index, and the readings of a file. */
const HEAP_MAX = 768;

/** One thread, which starts with the first question. Never keeps its process alive. */
export class TaskScanThread {
  readonly #deadline: number;
  readonly #program: URL;
  readonly #one = serial();
  #worker: Worker | null = null;
  /** Ends the question that is asked; null: none is. */
  #settle: ((found: readonly TaskFound[] | null, bound: string) => void) | null = null;
  /** Which values the thread knows. */
  #knows: string | null = null;

  constructor({ deadline = DEADLINE, program = defaultProgram() }: TaskScanThreadOptions = {}) {
    this.#deadline = deadline;
    this.#program = program;
  }

  /**
   * What is found of each of `texts`, which are at most some MiB; `of` names `values`: equal names, equal values. Never rejects:
   * a thread that is late is ended (`exhausted` is `time`), as is one that fails (`failed`), and all of the texts are unsearched.
   */
  scan(of: string, values: TaskScannerValues, texts: readonly Uint8Array[]): Promise<readonly TaskFound[]> {
    return this.#one(() => this.#ask(of, { values: this.#knows === of ? null : values, texts }));
  }

  #ask(of: string, asked: AskOfThread): Promise<readonly TaskFound[]> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#fail(worker, "time"), this.#deadline);
      this.#settle = (found, bound) => {
        clearTimeout(timer);
        this.#settle = null;
        this.#knows = found === null ? null : of;
        resolve(found ?? asked.texts.map(() => ({ findings: [], exhausted: bound })));
      };
      worker.postMessage(asked, []);
    });
  }

  #start(): Worker {
    // What a thread says goes nowhere: an error's text may quote what was scanned.
    const worker = new Worker(this.#program, {
      env: {},
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX },
    });
    worker.unref();
    const failed = (): void => this.#fail(worker, "failed");
    worker.on("message", (found: readonly TaskFound[]) => {
      if (this.#worker === worker) this.#settle?.(found, "");
    });
    worker.on("error", failed);
    worker.on("messageerror", failed);
    worker.on("exit", failed);
    return worker;
  }

  /** Ends a thread; the next question starts another. */
  #fail(worker: Worker, bound: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#knows = null;
    void worker.terminate();
    this.#settle?.(null, bound);
  }
}

function defaultProgram(): URL {
  // TypeScript in a clone, JavaScript in the package.
  return new URL(`task-scan-worker${extname(import.meta.url)}`, import.meta.url);
}
