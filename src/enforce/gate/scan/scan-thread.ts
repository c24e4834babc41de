// The main loop's side of the scan thread: hands it one request after another, in turns of the tasks that wait, and refuses
// what it does not answer in time. A thread that ended is started anew; what it knew of its tasks is lost, and so are they.
// Not the scan (task-scan.ts).
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { assert } from "../../../stdx/assert.ts";
import { AHEAD_BYTES_MAX, AHEAD_MAX, deadlineFor, HEAP_MAX, WAIT_MAX, WAITING_MAX } from "./bounds.ts";
import { SaidBefore } from "./said-before.ts";
import { ScanChannel } from "./scan-channel.ts";
import type { FromThread, ScannedRequest, ScannedTask, ScanVerdict, ToThread } from "./scan-messages.ts";
import { type Unanswered, unanswered } from "./unanswered.ts";

/** The scan of one task's requests. */
export interface TaskScanner {
  /** Never rejects: what cannot be judged is refused. `signal`: nobody waits for it any more. */
  judge(request: ScannedRequest, signal?: AbortSignal): Promise<ScanVerdict>;
  /** Of each of `texts`, whether it holds what may not be said; where that cannot be told, it does. Never rejects. */
  holds(texts: readonly string[]): Promise<readonly boolean[]>;
  /** Tells what `host` said to the task in the head of an answer. */
  own(host: string, texts: readonly string[]): void;
  /** Forgets the task. Idempotent. */
  end(): void;
}

export interface ScanThreadOptions {
  /** ms for the answer to a request of so many bytes; default `deadlineFor`. */
  readonly deadline?: (bytes: number) => number;
  /** The program of the thread; default scan-worker.ts. */
  readonly program?: URL;
}

/** A request, or texts, waiting for the thread or before it. */
interface Ask {
  readonly task: Task;
  readonly bytes: number;
  readonly message: (ask: number) => ToThread;
  /** Called once: null, the thread gave no answer, and why. */
  readonly settle: (answer: FromThread | null, why: Unanswered) => void;
  readonly asked: number;
  readonly signal: AbortSignal | null;
}

/** What the main loop knows of a task. */
interface Task {
  readonly id: string;
  readonly told: ScannedTask;
  /** Whether what happened before decides on what comes. */
  readonly remembers: boolean;
  /** Which thread knows it; null: none yet. */
  thread: number | null;
  /** Whether some request of it was judged. */
  begun: boolean;
  /** Its thread ended, and with it what was known. */
  lost: boolean;
  readonly waiting: Ask[];
  /** What its hosts said that its thread was told. */
  readonly said: SaidBefore;
}

/** The thread, and the way to it. */
interface Live {
  readonly worker: Worker;
  readonly channel: ScanChannel;
}

/** One scan thread, which starts with the first task that needs it. Never keeps its process alive. */
export class ScanThread {
  readonly #deadline: (bytes: number) => number;
  readonly #program: URL;
  /** In the order of their turns. */
  readonly #tasks = new Map<string, Task>();
  #live: Live | null = null;
  #threads = 0;
  #asks = 0;
  /** With the thread, in order: it is at the first. */
  readonly #sent: { readonly ask: Ask; readonly number: number }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor({ deadline = deadlineFor, program = defaultProgram() }: ScanThreadOptions = {}) {
    this.#deadline = deadline;
    this.#program = program;
  }

  /** Serves a task from now on; `id` is unique. `soon`: a request is about to come, so that the thread starts now. */
  add(id: string, told: ScannedTask, soon: boolean): TaskScanner {
    assert(!this.#tasks.has(id), "a task is added once");
    const task: Task = {
      id,
      told,
      remembers: remembers(told),
      thread: null,
      begun: false,
      lost: false,
      waiting: [],
      said: new SaidBefore(),
    };
    this.#tasks.set(id, task);
    if (soon) this.#introduce(task, this.#start().channel);
    return {
      judge: (request, signal) => this.#judge(task, request, signal ?? null),
      holds: (texts) => this.#holds(task, texts),
      own: (host, texts) => this.#own(task, host, texts),
      end: () => this.#end(task),
    };
  }

  /** Ends the thread; every request that waits is refused. Idempotent. */
  close(): void {
    for (const task of this.#tasks.values()) this.#end(task);
    this.#fail("failed");
  }

  #judge(task: Task, request: ScannedRequest, signal: AbortSignal | null): Promise<ScanVerdict> {
    const bytes = request.body.length + (request.decoded?.length ?? 0);
    return new Promise((resolve) => {
      const gone = (): void => resolve(unanswered("gone"));
      signal?.addEventListener("abort", gone, { once: true });
      this.#ask(task, {
        bytes,
        signal,
        // A copy of its own: a small body may lie in a large pool.
        message: (ask) => ({ type: "request", ask, id: task.id, request: owned(request) }),
        settle: (answer, why) => {
          signal?.removeEventListener("abort", gone);
          resolve(answer?.type === "verdict" ? answer.verdict : unanswered(why));
        },
      });
    });
  }

  #holds(task: Task, texts: readonly string[]): Promise<readonly boolean[]> {
    return new Promise((resolve) => {
      this.#ask(task, {
        bytes: texts.reduce((sum, { length }) => sum + length, 0),
        signal: null,
        message: (ask) => ({ type: "texts", ask, id: task.id, texts }),
        settle: (answer) => resolve(answer?.type === "held" ? answer.held : texts.map(() => true)),
      });
    });
  }

  #ask(task: Task, asked: Pick<Ask, "bytes" | "message" | "settle" | "signal">): void {
    const ask: Ask = { ...asked, task, asked: performance.now() };
    if (task.lost) return ask.settle(null, "lost");
    if (!this.#tasks.has(task.id)) return ask.settle(null, "gone");
    if (task.waiting.length >= WAITING_MAX) return ask.settle(null, "turn");
    task.waiting.push(ask);
    this.#next();
  }

  /** Gives the thread what waits longest of the task whose turn it is, while there is room before it. */
  #next(): void {
    for (;;) {
      const task = this.#whoseTurn();
      const ask = task?.waiting[0];
      if (task === null || ask === undefined || !this.#hasRoom(ask)) return;
      task.waiting.shift();
      // The others first, next time.
      this.#tasks.delete(task.id);
      this.#tasks.set(task.id, task);
      if (ask.signal?.aborted === true) ask.settle(null, "gone");
      else if (performance.now() - ask.asked > WAIT_MAX) ask.settle(null, "turn");
      else this.#run(ask);
    }
  }

  #whoseTurn(): Task | null {
    for (const task of this.#tasks.values()) if (task.waiting.length > 0) return task;
    return null;
  }

  /** Some short ones lie before the thread, so that it need not wait for this loop between them. */
  #hasRoom({ bytes }: Ask): boolean {
    const ahead = this.#sent.reduce((sum, { ask }) => sum + ask.bytes, bytes);
    return this.#sent.length === 0 || (this.#sent.length < AHEAD_MAX && ahead <= AHEAD_BYTES_MAX);
  }

  #run(ask: Ask): void {
    const { channel } = this.#start();
    this.#introduce(ask.task, channel);
    const number = ++this.#asks;
    this.#sent.push({ ask, number });
    if (this.#sent.length === 1) this.#await(ask);
    const message = ask.message(number);
    const bytes = message.type === "request" ? [message.request.body, message.request.decoded] : [];
    const transfer = bytes.flatMap((each) => (each === null ? [] : [each.buffer as ArrayBuffer]));
    channel.send(message, transfer);
  }

  /** The thread is at `ask` from now on. */
  #await({ bytes }: Ask): void {
    this.#timer = setTimeout(() => this.#fail("time"), this.#deadline(bytes));
  }

  #introduce(task: Task, channel: ScanChannel): void {
    if (task.thread === this.#threads) return;
    task.thread = this.#threads;
    task.said.clear();
    channel.send({ type: "task", id: task.id, task: task.told }, []);
  }

  #start(): Live {
    if (this.#live !== null) return this.#live;
    const channel = new ScanChannel((message) => this.#hear(message));
    const worker = new Worker(this.#program, {
      env: {},
      stdin: false,
      workerData: channel.threadEnd,
      transferList: [channel.threadEnd.port],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX },
    });
    const live = { worker, channel };
    this.#threads += 1;
    this.#live = live;
    worker.unref();
    const ended = (): void => {
      if (this.#live === live) this.#fail("failed");
    };
    worker.on("error", ended);
    worker.on("exit", ended);
    return live;
  }

  #hear(message: FromThread): void {
    const [first, second] = this.#sent;
    if (first === undefined || first.number !== message.ask) return;
    this.#settleFirst();
    if (second !== undefined) this.#await(second.ask);
    first.ask.settle(message, "failed");
    this.#next();
  }

  /** What the thread was at is over, and its task may be known by it from now on. */
  #settleFirst(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const first = this.#sent.shift();
    if (first !== undefined) first.ask.task.begun = true;
  }

  /** Ends the thread: what it judged is refused, and each task is lost of which it knew more than it was told. */
  #fail(why: "time" | "failed"): void {
    const [live, running] = [this.#live, this.#sent[0]];
    this.#live = null;
    void live?.worker.terminate();
    live?.channel.close();
    this.#settleFirst();
    for (const task of this.#tasks.values()) {
      if (task.begun && task.remembers) task.lost = true;
    }
    running?.ask.settle(null, why);
    // What it had not come to goes back to the front of its task's queue.
    for (const { ask } of this.#sent.splice(0).reverse()) {
      if (this.#tasks.has(ask.task.id)) ask.task.waiting.unshift(ask);
      else ask.settle(null, "gone");
    }
    for (const task of this.#tasks.values()) {
      if (task.lost) for (const ask of task.waiting.splice(0)) ask.settle(null, "lost");
    }
    this.#next();
  }

  #own(task: Task, host: string, texts: readonly string[]): void {
    if (task.thread !== this.#threads || !this.#tasks.has(task.id)) return;
    const fresh = task.said.fresh(host, texts);
    if (fresh.length > 0) this.#live?.channel.send({ type: "own", id: task.id, host, texts: fresh }, []);
  }

  #end(task: Task): void {
    if (task.thread === this.#threads && this.#tasks.has(task.id))
      this.#live?.channel.send({ type: "forget", id: task.id }, []);
    this.#tasks.delete(task.id);
    for (const ask of task.waiting.splice(0)) ask.settle(null, "gone");
  }
}

function defaultProgram(): URL {
  // TypeScript in a clone, JavaScript in the package.
  return new URL(`scan-worker${extname(import.meta.url)}`, import.meta.url);
}

/** Whether a thread that ended takes along what a later request is judged by. */
function remembers({ values, documents, enrolled, canaries, detectors }: ScannedTask): boolean {
  const sums = detectors !== null && (detectors.personal.length > 0 || detectors.novel_max !== null);
  return (
    values.length + canaries.length > 0 || documents.length > 0 || (enrolled?.index ?? null) !== null || sums
  );
}

function owned(request: ScannedRequest): ScannedRequest {
  const { body, decoded } = request;
  return {
    ...request,
    body: new Uint8Array(body),
    decoded: decoded === null ? null : new Uint8Array(decoded),
  };
}
