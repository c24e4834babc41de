// Lets a standing sandbox go and watches it to its end: output, time, stop, and what it used. Not how it is confined.
import type { Socket } from "node:net";
import { constants } from "node:os";
import type { Grants } from "../decide/decision.ts";
import {
  type Execution,
  type LeftUse,
  type Observation,
  type StopCause,
  type TaskStreams,
  THIS_NODE,
} from "./execution.ts";
import type { TaskLimits } from "./limits/limits.ts";
import type { Standing, StandingProcess } from "./sandbox/launch.ts";
import { signalGroup } from "./sandbox/signal-group.ts";
import type { TaskPipes } from "./sandbox/task-pipes.ts";
import { fullUse, type ModelUse } from "./serve-models.ts";
import { fullNetwork, type NetworkUse } from "./serve-network.ts";

/** What one task was given through the gate. */
export interface GateUse {
  readonly models: ModelUse;
  readonly network: NetworkUse;
}

export interface WatchedTask {
  readonly standing: Standing;
  readonly grants: Grants;
  readonly limits: TaskLimits;
  readonly streams: TaskStreams;
  /** Gives back limits, folder, models and network, and says what those were used for; called once, after the last process ended. */
  readonly release: () => Promise<GateUse>;
}

/**
 * Starts the task and returns its execution. Ends it when its time is over, when it wrote more than its grant, or when
 * told to; `ended` resolves when no process is left and everything was released.
 */
export function watchTask(watched: WatchedTask): Execution {
  const { standing, limits } = watched;
  const { child, pipes } = standing;
  const started = performance.now();
  const state: WatchState = { cause: null, output: 0, exited: false, over: false };
  const stop = (cause: EndCause): void => {
    if (state.over || state.cause !== null) return;
    state.cause = cause;
    void killAll(child, limits);
  };
  forward(watched, state, stop);
  const timer = boundTime(watched.grants.time, () => stop("out_of_time"));
  limits.watch(child.pid ?? standing.first);
  let left: LeftUse = { complete: false, destinations: [] };
  const ended = endOfTask(standing, state).then(async (exit) => {
    state.over = true;
    timer.cancel();
    const wall = Math.round(performance.now() - started);
    const use = await released(watched);
    const { left: where, ...amounts } = use.network;
    const { model_tokens, ...models } = use.models;
    left = withModels(where, model_tokens);
    const spent = { tokens: sumOf(left, "tokens"), money: sumOf(left, "money") };
    return { ...observe(watched, state, exit), wall, ...models, ...amounts, ...spent };
  });
  standing.go();
  return {
    pid: child.pid ?? standing.first,
    ended,
    left: () => left,
    stdin: (chunk) => feed(pipes, chunk),
    signal: (name) => {
      if (!state.over) (standing.signal ?? ((word) => signalGroup(standing.first, word)))(name);
    },
    resize: (rows, columns) => {
      if (!state.over) standing.resize(rows, columns);
    },
    freeze: async () => !state.over && state.cause === null && (await limits.freeze()),
    thaw: async () => {
      if (!state.over) await limits.thaw();
    },
    stop,
  };
}

type EndCause = StopCause | "out_of_time" | "output_over_limit";

interface WatchState {
  cause: EndCause | null;
  output: number;
  /** The last process ended; its output may not be read to the end yet. */
  exited: boolean;
  over: boolean;
}

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Both outputs count together; what goes beyond the grant is not passed on. */
function forward(watched: WatchedTask, state: WatchState, stop: (cause: EndCause) => void): void {
  const { streams, grants, standing } = watched;
  const pass = (chunk: Buffer, from: Socket, give: (chunk: Uint8Array) => void | Promise<void>): void => {
    const room = grants.output - state.output;
    const passed = chunk.length <= room ? chunk : chunk.subarray(0, room);
    state.output += passed.length;
    if (passed.length > 0) holdBack(from, state, give(passed));
    if (chunk.length > room) stop("output_over_limit");
  };
  const { stdin, stdout, stderr } = standing.pipes;
  stdout.on("data", (chunk: Buffer) => pass(chunk, stdout, (bytes) => streams.stdout(bytes)));
  stderr.on("data", (chunk: Buffer) => pass(chunk, stderr, (bytes) => streams.stderr(bytes)));
  stderr.resume();
  for (const end of [stdin, stdout, stderr]) end.on("error", noReader);
}

/** Reads no more of `from` until the taker is ready: the pipe fills, and the task waits. Not for one that ended. */
function holdBack(from: Socket, state: WatchState, taken: void | Promise<void>): void {
  if (taken === undefined || state.exited) return;
  from.pause();
  const again = (): void => void from.resume();
  taken.then(again, again);
}

/** A pipe to a task that ended: what it did not take is not missed, and its end is seen at `close`. */
function noReader(): void {
  // Nothing to do: the child's own end settles everything.
}

/** setTimeout holds at most 2^31 − 1 ms (HTML, timers), about 24.8 days; longer grants are waited for in parts. */
const TIMER_MAX = 2_147_483_647;

function boundTime(ms: number, over: () => void): { cancel(): void } {
  const end = performance.now() + ms;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const left = end - performance.now();
    timer = left <= 0 ? setTimeout(over, 0) : setTimeout(arm, Math.min(Math.ceil(left), TIMER_MAX));
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}

/** The death of bubblewrap's monitor takes the whole process namespace with it; the control group takes what is frozen. */
async function killAll(child: StandingProcess, limits: TaskLimits): Promise<void> {
  child.kill("SIGKILL");
  try {
    await limits.kill();
  } catch (cause) {
    warn("a task's processes could not all be killed", cause);
  }
}

/** Resolves when bubblewrap's monitor ended and everything that the task wrote was read. */
async function endOfTask({ child, pipes }: Standing, state: WatchState): Promise<Exit> {
  const closed = async (end: Socket): Promise<void> => {
    if (!end.closed) await new Promise((resolve) => void end.once("close", resolve));
  };
  const read = Promise.all([closed(pipes.stdout), closed(pipes.stderr)]);
  const exit = await exitOf(child);
  // However slow its taker is: what is left has the size of a pipe, and what the task held is to be given back.
  state.exited = true;
  for (const end of [pipes.stdout, pipes.stderr]) end.resume();
  // With the monitor its whole process namespace is gone, so the pipes end; a bound all the same.
  const bound = setTimeout(() => pipes.destroy(), PIPES_END_WITHIN);
  await read;
  clearTimeout(bound);
  pipes.destroy();
  return exit;
}

/** One that ended while its gate was still being made has said so already. */
function exitOf(child: StandingProcess): Promise<Exit> {
  const { exitCode, signalCode } = child;
  if (exitCode !== null || signalCode !== null)
    return Promise.resolve({ code: exitCode, signal: signalCode });
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

/** ms that what a task wrote last may take to be read. */
const PIPES_END_WITHIN = 10_000;

async function released(watched: WatchedTask): Promise<GateUse> {
  try {
    return await watched.release();
  } catch (cause) {
    warn("what a task held could not be released", cause);
    return { models: fullUse(watched.grants.models), network: fullNetwork(watched.grants) };
  }
}

/** Says on the process's warnings what could not be given back: nobody waits for it any more. */
export function warn(what: string, cause: unknown): void {
  process.emitWarning(`${what}: ${cause instanceof Error ? cause.message : "unknown cause"}`, "WritWarning");
}

function observe(
  watched: WatchedTask,
  state: WatchState,
  exit: Exit,
): Omit<Observation, "wall" | keyof ModelUse | keyof NetworkUse | "tokens" | "money"> {
  const usage = watched.limits.usage();
  const end = endOf(exit);
  const natural = watched.limits.outOfMemory() && end.exit_code !== 0 ? "out_of_memory" : null;
  const plain = end.signal === null ? "exited" : "signalled";
  return {
    ...end,
    cause: state.cause ?? natural ?? plain,
    cpu: usage.cpu,
    memory_peak: usage.memory_peak,
    memory_source: usage.source,
    output: state.output,
  };
}

/**
 * bubblewrap reports a task's death by signal n as exit code 128 + n, as shells do, and so the two cannot be told apart
 * from outside: a code that names a signal is reported as that signal. Signals that reached bubblewrap are our own kill.
 */
function endOf({ code, signal }: Exit): Pick<Observation, "exit_code" | "signal"> {
  if (signal !== null || code === null) return { exit_code: null, signal: signal ?? "SIGKILL" };
  const named = code > 128 ? SIGNAL_NAMES.get(code - 128) : undefined;
  return named === undefined ? { exit_code: code, signal: null } : { exit_code: null, signal: named };
}

const SIGNAL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
);

/** Resolves when more may come: what the task does not read is not kept here without bound. */
async function feed({ stdin }: TaskPipes, chunk: Uint8Array | null): Promise<void> {
  if (stdin.destroyed || stdin.writableEnded) return;
  if (chunk === null) stdin.end(() => stdin.destroy());
  else if (!stdin.write(chunk)) await drained(stdin);
}

function drained(stdin: TaskPipes["stdin"]): Promise<void> {
  // One waits for each chunk that was sent ahead, which the sender's credit bounds.
  stdin.setMaxListeners(0);
  return new Promise((resolve) => {
    const done = (): void => {
      stdin.off("drain", done);
      stdin.off("close", done);
      resolve();
    };
    stdin.on("drain", done);
    stdin.on("close", done);
  });
}

/** Tokens of models on this node are charged as one more place. */
function withModels({ complete, destinations }: LeftUse, tokens: number): LeftUse {
  if (tokens === 0) return { complete, destinations };
  const here = { host: THIS_NODE, requests: 0, bytes_out: 0, tokens, money: 0 };
  return { complete, destinations: [...destinations, here] };
}

function sumOf({ destinations }: LeftUse, of: "tokens" | "money"): number {
  return destinations.reduce((sum, use) => sum + use[of], 0);
}
