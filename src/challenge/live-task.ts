// One real task that lives as long as its place, through which cases act from inside: scripts go in by its standard input,
// results come out by its standard output. Not how cases of their own run.
import type { Governor, TaskInput } from "../governor/governor.ts";
import type { Json } from "../stdx/json.ts";

/** How a shell script ended inside. */
export interface ShellEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LiveTask {
  /** Runs a bash script inside. Rejects when the task has ended. */
  sh(script: string): Promise<ShellEnd>;
  /** Runs the body of an async function inside; `h` has the driver's helpers, `v` is `values`. */
  js(script: string, values: Json): Promise<Json>;
  end(): Promise<void>;
}

interface Answered {
  readonly id: number;
  readonly value?: Json;
  readonly error?: string;
}

/** Starts `input`, whose program is the driver; resolves when it answers. Throws when it is not admitted, or ends first. */
export async function openLiveTask(governor: Governor, input: TaskInput): Promise<LiveTask> {
  const abort = new AbortController();
  const lines = lineQueue();
  const waiting = new Map<
    number,
    { readonly take: (answer: Answered) => void; readonly fail: (error: Error) => void }
  >();
  let rest = "";
  let said = "";
  let asked = 0;
  let over: Error | null = null;
  const failAll = (error: Error): Error => {
    over = error;
    for (const { fail } of waiting.values()) fail(error);
    return error;
  };
  const ended = governor
    .run(input, {
      wait: true,
      stdin: lines.chunks,
      signal: abort.signal,
      stderr: (chunk) => {
        said = `${said}${Buffer.from(chunk).toString("utf8")}`.slice(-SAID_MAX);
      },
      stdout: (chunk) => {
        const all = `${rest}${Buffer.from(chunk).toString("utf8")}`.split("\n");
        rest = all.pop() ?? "";
        for (const line of all) {
          const answer = JSON.parse(line) as Answered;
          waiting.get(answer.id)?.take(answer);
        }
      },
    })
    .then(
      ({ decision, observation }) =>
        new Error(
          observation === null
            ? `the live task was not admitted: ${decision.findings.map(({ cause }) => cause ?? "").join(" ")}`
            : `the live task ended: ${observation.cause} ${observation.exit_code ?? ""} ${said}`,
        ),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    .then(failAll);
  const ask = async (what: Readonly<Record<string, Json>>): Promise<Json> => {
    if (over !== null) throw over;
    asked += 1;
    const id = asked;
    const answered = new Promise<Answered>((take, fail) => waiting.set(id, { take, fail }));
    lines.push(`${JSON.stringify({ id, ...what })}\n`);
    try {
      const { error, value } = await answered;
      if (error !== undefined) throw new Error(error);
      return value ?? null;
    } finally {
      waiting.delete(id);
    }
  };
  const task: LiveTask = {
    sh: async (shell) => (await ask({ shell })) as unknown as ShellEnd,
    js: (script, values) => ask({ script, values }),
    end: async () => {
      lines.end();
      const late = setTimeout(() => abort.abort(), END_MS);
      await ended;
      clearTimeout(late);
    },
  };
  await task.js("return 1", null);
  return task;
}

/** UTF-16 units of its errors that are kept for a message. */
const SAID_MAX = 2000;
/** ms for it to end on its own; something of a case may still be under way inside. */
const END_MS = 500;

interface LineQueue {
  readonly chunks: AsyncIterable<Uint8Array>;
  push(text: string): void;
  end(): void;
}

function lineQueue(): LineQueue {
  const queued: Uint8Array[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = queued.shift();
      if (next !== undefined) yield next;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    chunks: chunks(),
    push: (text) => {
      queued.push(new TextEncoder().encode(text));
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
  };
}
