// Answers batches of lines, in threads when there is more than one batch. Not the order in which answers are printed.
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Result } from "../../stdx/result.ts";
import { answerLine } from "./answer-line.ts";
import type { EnrolledValues } from "./enrolled-values.ts";

/** Lines as they were read. */
export type LineBatch = readonly Uint8Array[];

/** Of each line its answer, or what is wrong with it. */
export type AnsweredBatch = readonly Result<string, string>[];

/** Threads beyond which reading and printing, which are one thread's, are the limit. */
const THREADS_MAX = 8;

/** Threads that answer; a thread takes about a tenth of a second to start. */
export const THREADS: number = Math.min(availableParallelism(), THREADS_MAX);

/**
 * Threads that scan. One that dies (out of memory, or a fault of its own) is replaced, and its batch answered as not
 * searched: every line with one finding `unfinished`.
 */
export class AnswerPool {
  readonly #values: EnrolledValues;
  readonly #idle: Thread[] = [];
  readonly #waiting: ((thread: Thread) => void)[] = [];
  readonly #all = new Set<Thread>();

  constructor(values: EnrolledValues) {
    this.#values = values;
  }

  async answer(batch: LineBatch): Promise<AnsweredBatch> {
    const thread = await this.#take();
    const answers = await thread.ask(batch);
    this.#give(thread);
    return answers ?? batch.map((line) => answerLine(line, () => ({ findings: [], exhausted: "failed" })));
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.end()));
  }

  #take(): Promise<Thread> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    if (this.#all.size < THREADS) return Promise.resolve(this.#start());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(thread: Thread): void {
    if (thread.isDead) this.#all.delete(thread);
    const next = this.#waiting.shift();
    if (next !== undefined) next(thread.isDead ? this.#start() : thread);
    else if (!thread.isDead) this.#idle.push(thread);
  }

  #start(): Thread {
    const thread = new Thread(this.#values);
    this.#all.add(thread);
    return thread;
  }
}

/** One thread, which has one batch at a time. */
class Thread {
  readonly #worker: Worker;
  #answered: ((answers: AnsweredBatch | null) => void) | null = null;
  isDead = false;

  constructor(values: EnrolledValues) {
    const program = new URL(`./answer-worker${extname(import.meta.filename)}`, import.meta.url);
    // What a thread says goes nowhere: an error's text may quote what was scanned.
    this.#worker = new Worker(program, { workerData: values, stdout: true, stderr: true, env: {} });
    this.#worker.on("message", (answers: AnsweredBatch) => this.#answer(answers));
    this.#worker.on("error", () => this.#died());
    this.#worker.on("exit", () => this.#died());
  }

  /** null: the thread died. */
  ask(batch: LineBatch): Promise<AnsweredBatch | null> {
    return new Promise((resolve) => {
      if (this.isDead) return resolve(null);
      this.#answered = resolve;
      this.#worker.postMessage(batch, []);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(answers: AnsweredBatch | null): void {
    this.#answered?.(answers);
    this.#answered = null;
  }

  #died(): void {
    this.isDead = true;
    this.#answer(null);
  }
}
