// What a governor may ask of the executor, and what a runner may say to it: closed forms, read before anything is done.
// Not the doing (session.ts).
import type { Task } from "../../task/task.ts";
import {
  type Check,
  closed,
  count,
  listOf,
  matches,
  oneOf,
  orNull,
  path,
  positive,
  text,
} from "../writ/checks.ts";

/** What a task's runner is told beside the writ; the runner is the task's own uid, and nothing of it is root's to believe. */
export interface GivenToRunner {
  /** Names and values of the placeholders of its credentials. */
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** PEM of the gate's root, for a task whose network is the gate's. */
  readonly certificate: string | null;
  /** Arguments of prlimit(1) inside the sandbox. */
  readonly rlimits: readonly string[];
  readonly terminal: {
    readonly rows: number;
    readonly columns: number;
    readonly name: string;
    readonly colour: "truecolor" | "24bit" | null;
  } | null;
}

export type Request =
  | { readonly op: "hello"; readonly protocol: number; readonly pid: number }
  | {
      readonly op: "start";
      readonly id: number;
      readonly token: string;
      readonly task: Task;
      /** Hash of the spec in force: a writ under another one is void. */
      readonly spec_hash: string;
      /** Descriptors of the governor's: the task's ends of three pipes. */
      readonly pipes: readonly number[];
      /** Descriptor of the governor's: the network namespace it made; null: one with nothing in it. */
      readonly net: number | null;
      /** Control groups to put the task into. */
      readonly groups: readonly string[];
      readonly given: GivenToRunner;
    }
  /** `go`, a signal's name, or rows and columns of a terminal. */
  | { readonly op: "tell"; readonly id: number; readonly word: string }
  | { readonly op: "kill"; readonly id: number }
  /** Ends every process of a control group of the governor's own. */
  | { readonly op: "empty"; readonly group: string }
  /** Has an observer look at paths with a principal's own rights. */
  | { readonly op: "look"; readonly id: number; readonly uid: number; readonly ask: object };

/** What a runner says. It is the task's uid: whatever it says is about that task alone. */
export type RunnerWord =
  | { readonly op: "join"; readonly pid: number }
  | { readonly op: "stood"; readonly pid: number; readonly first: number }
  | { readonly op: "failed"; readonly code: RunnerFailure; readonly message: string; readonly hint: string }
  | { readonly op: "ended"; readonly code: number | null; readonly signal: string | null };

export type RunnerFailure = "WRIT_GRANT_CHANGED" | "WRIT_LAUNCH_FAILED";

/** The version of this protocol. */
export const PROTOCOL = 1;

/** The request in `value`, or null for anything else. */
export function readRequest(value: object): Request | null {
  return holds(REQUESTS, value) ? (value as Request) : null;
}

/** The word in `value`, or null for anything else. */
export function readRunnerWord(value: object): RunnerWord | null {
  return holds(WORDS, value) ? (value as RunnerWord) : null;
}

function holds(forms: Readonly<Record<string, Check>>, value: object): boolean {
  const op: unknown = "op" in value ? value.op : null;
  return typeof op === "string" && Object.hasOwn(forms, op) && forms[op]?.(value, op) === null;
}

const object: Check = (value, at) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? null : `${at}: is not an object`;
const token: Check = (value, at) => (typeof value === "string" ? null : `${at}: is not text`);
const command = closed({ command: listOf(text) });
/** Only what is looked at here; the rest of a task is what its digest says it is. */
const task: Check = (value, at) => object(value, at) ?? command(pick(value, "run"), `${at}.run`);
const pick = (value: unknown, name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];

const variable = closed({
  name: matches(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/u, "a variable's name"),
  value: text,
});
const rlimit = matches(/^--[a-z]+=[0-9]+(?::[0-9]+)?$/u, "a limit of prlimit(1)");
const terminal = closed({
  rows: positive,
  columns: positive,
  name: matches(/^[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}$/u, "a terminal's name"),
  colour: orNull(oneOf("truecolor", "24bit")),
});
const given = closed({
  variables: listOf(variable),
  certificate: orNull(text),
  rlimits: listOf(rlimit),
  terminal: orNull(terminal),
});
const three: Check = (value, at) =>
  Array.isArray(value) && value.length === 3 ? listOf(count)(value, at) : `${at}: is not three descriptors`;

const REQUESTS: Readonly<Record<string, Check>> = {
  hello: closed({ op: oneOf("hello"), protocol: count, pid: positive }),
  start: closed({
    op: oneOf("start"),
    id: positive,
    token,
    task,
    spec_hash: matches(/^[0-9a-f]{64}$/u, "a SHA-256 digest"),
    pipes: three,
    net: orNull(count),
    groups: listOf(path),
    given,
  }),
  tell: closed({
    op: oneOf("tell"),
    id: positive,
    word: matches(/^(?:go|SIGINT|SIGTERM|SIGHUP|[1-9][0-9]{0,4} [1-9][0-9]{0,4})$/u, "a word"),
  }),
  kill: closed({ op: oneOf("kill"), id: positive }),
  empty: closed({ op: oneOf("empty"), group: path }),
  look: closed({ op: oneOf("look"), id: positive, uid: positive, ask: object }),
};

const line = matches(/^[^\0]{0,4096}$/u, "a line");
const WORDS: Readonly<Record<string, Check>> = {
  join: closed({ op: oneOf("join"), pid: positive }),
  stood: closed({ op: oneOf("stood"), pid: positive, first: positive }),
  failed: closed({
    op: oneOf("failed"),
    code: oneOf("WRIT_GRANT_CHANGED", "WRIT_LAUNCH_FAILED"),
    message: line,
    hint: line,
  }),
  ended: closed({
    op: oneOf("ended"),
    code: orNull(count),
    signal: orNull(matches(/^SIG[A-Z0-9]{2,10}$/u, "a signal")),
  }),
};
