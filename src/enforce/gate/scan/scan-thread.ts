// The main loop's side of the scan thread: hands it one request after another, in turns of the tasks that wait, and refuses
// what it does not answer in time. A thread that ended is started anew; what it knew of its tasks is lost, and so are they.
// Not the scan (task-scan.ts).
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { assert } from "../../../stdx/assert.ts";
import { deadlineFor, HEAP_MAX, WAIT_MAX, WAITING_MAX } from "./bounds.ts";
import type {
  FromThread,
  ScanCause,
  ScannedRequest,
  ScannedTask,
  ScanRefusal,
  ScanVerdict,
  ToThread,
} from "./scan-messages.ts";

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

/** `time`: too late; `turn`: too many wait; `lost`: a thread took along what the task had said before. */
type Unanswered = "time" | "turn" | "failed" | "lost" | "gone";

const CAUSES: Readonly<Record<Unanswered, ScanCause>> = {
  time: "scan_over_limit",
  turn: "scan_over_limit",
  failed: "scan_failed",
  lost: "scan_failed",
  gone: "scan_failed",
};

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
}

/** One scan thread, which starts with the first task that needs it. Never keeps its process alive. */
export class ScanThread {
  readonly #deadline: (bytes: number) => number;
  readonly #program: URL;
  /** In the order of their turns. */
  readonly #tasks = new Map<string, Task>();
  #worker: Worker | null = null;
  #threads = 0;
  #asks = 0;
  #running: { readonly ask: Ask; readonly number: number; readonly timer: NodeJS.Timeout } | null = null;

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
    };
    this.#tasks.set(id, task);
    if (soon) this.#introduce(task, this.#start());
    return {
      judge: (request, signal) => this.#judge(task, request, signal ?? null),
      holds: (texts) => this.#holds(task, texts),
      own: (host, texts) => this.#tell(task, { type: "own", id, host, texts }),
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
      const gone = (): void => resolve(unanswered("scan_failed", "gone"));
      signal?.addEventListener("abort", gone, { once: true });
      this.#ask(task, {
        bytes,
        signal,
        // A copy of its own: a small body may lie in a large pool.
        message: (ask) => ({ type: "request", ask, id: task.id, request: owned(request) }),
        settle: (answer, why) => {
          signal?.removeEventListener("abort", gone);
          resolve(answer?.type === "verdict" ? answer.verdict : unanswered(CAUSES[why], why));
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

  /** Gives the thread what waits longest of the task whose turn it is. */
  #next(): void {
    while (this.#running === null) {
      const task = [...this.#tasks.values()].find(({ waiting }) => waiting.length > 0);
      const ask = task?.waiting.shift();
      if (task === undefined || ask === undefined) return;
      // The others first, next time.
      this.#tasks.delete(task.id);
      this.#tasks.set(task.id, task);
      if (ask.signal?.aborted === true) ask.settle(null, "gone");
      else if (performance.now() - ask.asked > WAIT_MAX) ask.settle(null, "turn");
      else this.#run(ask);
    }
  }

  #run(ask: Ask): void {
    const worker = this.#start();
    this.#introduce(ask.task, worker);
    const number = ++this.#asks;
    const timer = setTimeout(() => this.#fail("time"), this.#deadline(ask.bytes));
    this.#running = { ask, number, timer };
    const message = ask.message(number);
    if (message.type === "request") ask.task.begun = true;
    const bytes = message.type === "request" ? [message.request.body, message.request.decoded] : [];
    const transfer = bytes.flatMap((each) => (each === null ? [] : [each.buffer as ArrayBuffer]));
    worker.postMessage(message, transfer);
  }

  #introduce(task: Task, worker: Worker): void {
    if (task.thread === this.#threads) return;
    task.thread = this.#threads;
    worker.postMessage({ type: "task", id: task.id, task: task.told } satisfies ToThread, []);
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#program, {
      env: {},
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX },
    });
    this.#threads += 1;
    this.#worker = worker;
    worker.unref();
    const ended = (): void => {
      if (this.#worker === worker) this.#fail("failed");
    };
    worker.on("message", (message: FromThread) => {
      if (this.#worker === worker) this.#hear(message);
    });
    worker.on("error", ended);
    worker.on("messageerror", ended);
    worker.on("exit", ended);
    return worker;
  }

  #hear(message: FromThread): void {
    const running = this.#running;
    if (running === null || running.number !== message.ask) return;
    clearTimeout(running.timer);
    this.#running = null;
    running.ask.settle(message, "failed");
    this.#next();
  }

  /** Ends the thread: what it judged is refused, and each task is lost of which it knew more than it was told. */
  #fail(why: "time" | "failed"): void {
    const [worker, running] = [this.#worker, this.#running];
    this.#worker = null;
    this.#running = null;
    void worker?.terminate();
    for (const task of this.#tasks.values()) {
      if (task.begun && task.remembers) task.lost = true;
    }
    if (running !== null) {
      clearTimeout(running.timer);
      running.ask.settle(null, why);
    }
    for (const task of this.#tasks.values()) {
      if (task.lost) for (const ask of task.waiting.splice(0)) ask.settle(null, "lost");
    }
    this.#next();
  }

  #tell(task: Task, message: ToThread): void {
    if (task.thread === this.#threads && this.#tasks.has(task.id)) this.#worker?.postMessage(message, []);
  }

  #end(task: Task): void {
    this.#tell(task, { type: "forget", id: task.id });
    this.#tasks.delete(task.id);
    for (const ask of task.waiting.splice(0)) ask.settle(null, "gone");
  }
}

function defaultProgram(): URL {
  // TypeScript in a clone, JavaScript in the package.
  return new URL(`scan-worker${extname(import.meta.url)}`, import.meta.url);
}

/** Whether a thread that ended takes along what a later request is judged by. */
function remembers({ values, documents, enrolled, detectors }: ScannedTask): boolean {
  const sums = detectors !== null && (detectors.personal.length > 0 || detectors.novel_max !== null);
  return values.length > 0 || documents.length > 0 || enrolled !== null || sums;
}

function owned(request: ScannedRequest): ScannedRequest {
  const { body, decoded } = request;
  return {
    ...request,
    body: new Uint8Array(body),
    decoded: decoded === null ? null : new Uint8Array(decoded),
  };
}

function unanswered(cause: ScanCause, what: Unanswered): ScanVerdict {
  const refused: ScanRefusal = {
    cause,
    what,
    place: "",
    decoded: [],
    fingerprint: null,
    measured: null,
    limit: null,
  };
  return { refused, findings: [] };
}
