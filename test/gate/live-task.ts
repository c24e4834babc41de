// One real task that lives as long as a test file, run by `writ run`, through which tests act as an attacker or a client
// inside: scripts go in by its standard input, results come out by its standard output. Tests nothing itself.
import type { Egress, GovernedPlace } from "./governed-place.ts";
import { CONTROL, type Reached, type Upstream } from "./upstream.ts";

export interface ShellEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LiveTask {
  /** Runs a bash script inside, at most 50 s; `values` are variables of its environment. */
  sh(script: string, values?: Readonly<Record<string, string>>): Promise<ShellEnd>;
  /** Runs the body of an async function inside; `h` has the driver's helpers, `v` is `values`. */
  js(script: string, values?: unknown): Promise<unknown>;
  /** Does `work`, and tells what the gate recorded of it and what reached the upstream meanwhile. */
  during<T>(work: (task: LiveTask) => Promise<T>): Promise<During<T>>;
  /** Ends the task; its exit code. */
  end(): Promise<number>;
}

export interface During<T> {
  readonly value: T;
  readonly events: readonly Egress[];
  readonly reached: readonly Reached[];
  /** Raw bytes at the raw port. */
  readonly bytes: Buffer;
}

export interface LiveOptions {
  readonly place: GovernedPlace;
  readonly upstream: Upstream;
  readonly needs: Readonly<Record<string, unknown>>;
  /** `https://host:port`, where the task may ask for OPTIONS below `CONTROL`, and nothing else may. */
  readonly control: string;
}

/** ms for a task to end on its own. */
const END_TIMEOUT = 10_000;

let tasks = 0;

/** Starts it; resolves when it answers. */
export async function openLiveTask({ place, upstream, needs, control }: LiveOptions): Promise<LiveTask> {
  tasks += 1;
  const file = place.file(`work/live-${tasks}.yaml`, JSON.stringify(liveTask(needs)));
  const running = place.begin(["run", file]);
  const { stdin, stdout } = running.child;
  const waiting = new Map<number, (answer: Answer) => void>();
  let rest = "";
  stdout.on("data", (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString("utf8")}`.split("\n");
    rest = lines.pop() ?? "";
    for (const answer of lines.map((line) => JSON.parse(line) as Answer)) waiting.get(answer.id)?.(answer);
  });
  let asked = 0;
  const ask = async (what: object): Promise<unknown> => {
    asked += 1;
    const id = asked;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    stdin.write(`${JSON.stringify({ id, ...what })}\n`);
    const dead = running.ended.then(({ code, stderr }) => {
      throw new Error(`the task ended with ${code}: ${stderr}`);
    });
    const answer = await Promise.race([answered, dead]);
    waiting.delete(id);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  };
  const task: LiveTask = {
    sh: async (shell, values) => (await ask({ shell, values })) as ShellEnd,
    js: (script, values) => ask({ script, values }),
    during: (work) => watch({ task, place, upstream, control }, work),
    end: async () => {
      stdin.end();
      // Something of a test that failed may still be under way inside.
      const late = setTimeout(() => running.child.kill("SIGKILL"), END_TIMEOUT);
      const { code } = await running.ended;
      clearTimeout(late);
      return code;
    },
  };
  await task.js("return 1");
  return task;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

function liveTask(needs: LiveOptions["needs"]): object {
  return {
    task: "live",
    run: { command: ["node", "driver.mjs"] },
    needs: { reads_directory: true, time: "9 m", ...needs },
  };
}

let controls = 0;

/**
 * Everything that the gate decides before a control request of ours is recorded before that: no waiting, and nothing of the
 * next test.
 */
async function watch<T>(
  at: Omit<LiveOptions, "needs"> & { readonly task: LiveTask },
  work: (task: LiveTask) => Promise<T>,
): Promise<During<T>> {
  const { task, place, upstream, control } = at;
  upstream.seen();
  upstream.bytes();
  const before = (await place.egress()).length;
  const value = await work(task);
  controls += 1;
  const status = await task.js(
    `return (await fetch(v, { method: "OPTIONS" })).status`,
    `${control}${CONTROL}${controls}`,
  );
  if (status !== 200) throw new Error(`the control request was answered ${String(status)}`);
  const events = await recorded(place, before);
  return { value, events, reached: upstream.seen(), bytes: upstream.bytes() };
}

/** Events after the first `before`, up to and without the control request, which is the last. */
async function recorded(place: GovernedPlace, before: number): Promise<readonly Egress[]> {
  for (let turn = 0; turn < 800; turn += 1) {
    const events = (await place.egress()).slice(before);
    const control = events.findIndex(({ method, decision }) => method === "OPTIONS" && decision === "allow");
    if (control !== -1) return events.slice(0, control);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the control request was not recorded");
}
