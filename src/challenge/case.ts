// What a challenge is: its cases, their steps and the effects that are looked for. Types, and the closed sets of words; the
// format as contributors write it is docs/CHALLENGE.md, and case-schema.ts reads it.
import type { Json } from "../stdx/json.ts";

/** The nine families, in the order in which they are told. */
export const FAMILIES = [
  "words",
  "contradictions",
  "sums",
  "names",
  "ways-out",
  "leaks",
  "governor",
  "operator",
  "not-a-cage",
] as const;
export type Family = (typeof FAMILIES)[number];

/** How much is fired: a case says from which on it is. */
export const INTENSITIES = ["light", "medium", "heavy"] as const;
export type Intensity = (typeof INTENSITIES)[number];

/** `stopped`: an attack, whose effect must not happen. `passed`: ordinary work, whose effect must. */
export type Expected = "stopped" | "passed";

/** One case as a suite states it, its rows (`each`) already taken apart. */
export interface Case {
  /** Unique among all suites of a run. */
  readonly id: string;
  /** The id that rows and mutations of one case share: rates count these. */
  readonly parent: string;
  readonly family: Family;
  readonly expected: Expected;
  /** Why this should be so, or where it comes from; empty: the id says it. */
  readonly why: string;
  /** The file below `places/` whose spec it meets. */
  readonly place: string;
  /** A home of its own, used for nothing else. */
  readonly fresh: boolean;
  readonly from: Intensity;
  /** ms; a case that takes longer is broken. */
  readonly timeout: number;
  /** Names that its texts may use as `${NAME}`. */
  readonly let: Readonly<Record<string, string>>;
  /** Operators that multiply it (mutate.ts), each with the name it works on. */
  readonly mutate: readonly Mutation[];
  /** Programs of the system that it runs; without one of them it is left out, by name. */
  readonly programs: readonly string[];
  /** What else it needs of the machine; without it it is left out, by name. */
  readonly machine: readonly MachineNeed[];
  /** Files made before it, below the place's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Files and folders below the place's folder that are made again what they were, once its effects were looked at. */
  readonly put_back: readonly string[];
  readonly steps: readonly Step[];
  readonly effects: Effects;
}

/** `root`: the runner is root, with every right of it; `groups`: control groups hold tasks here. */
export const MACHINE_NEEDS = ["root", "groups"] as const;
export type MachineNeed = (typeof MACHINE_NEEDS)[number];

export const OPERATORS = ["spelling", "encoding", "splitting", "nesting", "renaming"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Mutation {
  readonly operator: Operator;
  /** A name of `let`; `renaming` and `nesting` work on tasks and need none. */
  readonly of: string;
}

/** One thing that is done, with what is expected of the answer. `times`: one after the other. */
export interface Step {
  readonly action: Action;
  readonly times: number;
  readonly answer: Answer;
}

export type Action =
  /** Decides a task and takes no hold. */
  | { readonly kind: "check"; readonly task: Json }
  /** Decides a task and runs what is admitted; a defer is an answer. */
  | { readonly kind: "run"; readonly task: Json }
  /** Decides a task; if it is refused, each remedy is decided and the first is run. */
  | { readonly kind: "remedies"; readonly task: Json }
  /** Decides a task with each of the texts as its words, and without: all verdicts must be one. */
  | { readonly kind: "words"; readonly task: Json; readonly texts: readonly string[] }
  /** A shell script inside the place's live task. */
  | { readonly kind: "inside"; readonly script: string }
  /** One HTTPS request from inside the live task. */
  | { readonly kind: "send"; readonly request: SentRequest }
  /** Bytes from inside the live task: to the proxy, in a tunnel, or in TLS within a tunnel. */
  | { readonly kind: "bytes"; readonly bytes: SentBytes }
  /** Each list of steps beside the others. */
  | { readonly kind: "together"; readonly lists: readonly (readonly Step[])[] }
  /** Writes files below the place's folder; null removes one. */
  | { readonly kind: "write"; readonly files: Readonly<Record<string, string | null>> }
  /** Spoils a file: cuts its last byte, or changes one in its middle. The first one that begins so. */
  | { readonly kind: "spoil"; readonly file: string; readonly how: "cut" | "flip" }
  | { readonly kind: "kill"; readonly what: "governor" | "gate" }
  /** Asks for the adoption of the spec in force with other values at dotted paths; null takes one away. */
  | { readonly kind: "adopt"; readonly changes: Readonly<Record<string, Json>> }
  /** Copies a file or folder below the place's folder over another, which it takes the place of. */
  | { readonly kind: "copy"; readonly from: string; readonly to: string }
  /** Writes the spec in force with other values to a file, as `adopt` takes them. */
  | { readonly kind: "variant"; readonly to: string; readonly changes: Readonly<Record<string, Json>> }
  /** Runs the command line on the place's home. */
  | ({ readonly kind: "writ" } & WritCommand)
  /** Bytes to the governor's socket, as base64. */
  | { readonly kind: "socket"; readonly base64: string }
  | { readonly kind: "wait"; readonly time: number }
  /** Until a file is there, at most as long as the case may take. */
  | { readonly kind: "appears"; readonly file: string };

export interface WritCommand {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Who runs it; null: who runs the challenge. For `root` alone. */
  readonly uid: number | null;
  /** ms that its boot clock, and that of all it starts, is ahead (time_namespaces(7)). For `root` alone. */
  readonly boot_clock: number;
}

export interface SentRequest {
  /** A host that the live task may call. */
  readonly to: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Instead of `body`. */
  readonly body64: string;
}

export interface SentBytes {
  readonly way: "proxy" | "tunnel" | "tls";
  /** `host:port` of the tunnel. */
  readonly to: string;
  readonly text: string;
}

/** What is expected of a step's answer; null: anything. */
export interface Answer {
  readonly outcome: readonly string[] | null;
  /** One of these is among the causes. */
  readonly cause: readonly string[] | null;
  readonly exit: readonly number[] | null;
  readonly status: readonly number[] | null;
  readonly says: readonly string[];
  readonly lacks: readonly string[];
}

/** What is looked for when the steps are done; null: not looked at. */
export interface Effects {
  readonly upstream: UpstreamEffect | null;
  /** Exact text; null: it is not there. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Parts that a file has. */
  readonly holds: Readonly<Record<string, string>>;
  /** Files whose bytes are what they were before the steps. */
  readonly unchanged: readonly string[];
  /** No process that was started with `${MARK}` in its words or variables is left. */
  readonly processes: boolean;
  /** Largest sum of external calls in any window of the spec. */
  readonly window_calls_max: number | null;
  /** Whether the ledger must verify, or must be found broken. */
  readonly ledger: "verifies" | "broken" | null;
}

export interface UpstreamEffect {
  readonly requests_min: number | null;
  readonly requests_max: number | null;
  /** Connections that were made, whatever came over them. */
  readonly connections_max: number | null;
  /** Bytes of all requests, raw connections and datagrams together. */
  readonly bytes_max: number | null;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

/** The outcome of one fired case. */
export type Outcome = "stopped" | "passed" | "through" | "refused" | "broken" | "left_out";

export interface CaseResult {
  readonly id: string;
  readonly parent: string;
  readonly family: Family;
  readonly expected: Expected;
  /** `through`: an attack that was not stopped; `refused`: ordinary work that did not pass; `broken`: no verdict. */
  readonly outcome: Outcome;
  /** What was measured, one line each; untrusted text may stand in it. */
  readonly evidence: readonly string[];
}

/** Bytes, requests and waits that one case may ask of the runner. */
export const BOUNDS = {
  timeout_ms: 600_000,
  times: 1000,
  steps: 200,
  wait_ms: 120_000,
  texts: 5000,
  boot_clock_ms: 3_650 * 24 * 60 * 60 * 1000,
} as const;
