// What the governor's socket carries as JSON: the shapes of each message and the strict reading of what a client may
// send. Not the framing (frames.ts).
import type { Terminal } from "../../enforce/execution.ts";
import { PRIORITY_MAX, RETRIES_MAX } from "../../task/plan.ts";
import type { SpecStatus, SpecStep } from "../amend/spec-state.ts";
import type {
  Adoption,
  Confirmed,
  Decided,
  Enrol,
  Enrolled,
  ErasedPayloads,
  EraseRequest,
  Explained,
  GovernorStatus,
  Lifted,
  Narrowed,
  Outcome,
  Proposed,
  Removal,
  RotatedKey,
  SpecImpact,
  SubmitTerms,
  Submitted,
  TaskInput,
} from "../governor.ts";
import type { Job, JobCounts } from "../queue/job.ts";
import type { OutputStream } from "../queue/job-outputs.ts";
import type { TaskDraft } from "../task-draft.ts";
import { readSpecRequest, type SpecRequest } from "./amend-messages.ts";
import { readEnrol, readNames } from "./enrol-messages.ts";
import { readErase } from "./ledger-messages.ts";
import { isNarrowOp, type NarrowRequest, readNarrowRequest } from "./narrow-messages.ts";
import { readTerminal } from "./terminal-messages.ts";

/** Version of this protocol. The HELLO and ERROR messages never change shape, so that any two versions can part well. */
export const PROTOCOL = 1;

/** The client's first message: who speaks. */
export interface Hello {
  readonly protocol: number;
  readonly version: string;
  readonly build: string;
}

/** The server's answer when it will serve: from here on the request may take effect. */
export interface Welcome {
  readonly protocol: number;
  readonly version: string;
  readonly build: string;
  readonly pid: number;
}

/** The one request of a connection. */
export type Request =
  | { readonly op: "decide"; readonly input: TaskInput }
  | { readonly op: "check"; readonly input: TaskInput }
  /** `terminal`: the client's own, null where it has none to offer. */
  | {
      readonly op: "run";
      readonly input: TaskInput;
      readonly wait: boolean;
      readonly terminal: Terminal | null;
    }
  | { readonly op: "explain"; readonly sequence: number }
  | { readonly op: "draft"; readonly sequence: number; readonly merge: TaskInput | null }
  | { readonly op: "erase"; readonly erase: EraseRequest }
  | SpecRequest
  | { readonly op: "enrol"; readonly enrol: Enrol }
  | { readonly op: "remove"; readonly names: readonly string[] }
  | { readonly op: "submit"; readonly input: TaskInput; readonly terms: SubmitTerms }
  | { readonly op: "jobs"; readonly all: boolean }
  | { readonly op: "cancel" | "wait"; readonly job: number }
  | { readonly op: "output"; readonly job: number; readonly stream: OutputStream; readonly from: number }
  | { readonly op: "serve"; readonly until_empty: boolean }
  | NarrowRequest
  | { readonly op: "rotate" }
  | { readonly op: "status" };

/** The RESULT of each request. */
export interface Results {
  readonly decide: Decided;
  readonly check: Decided;
  readonly run: Outcome;
  readonly explain: Explained;
  readonly draft: TaskDraft;
  readonly adopt: Adoption;
  readonly amend: Proposed;
  readonly impact: SpecImpact;
  readonly confirm: Confirmed;
  readonly withdraw: { readonly amendment: number | null };
  readonly close_founding: { readonly closed: boolean };
  readonly spec_status: SpecStatus;
  readonly spec_log: { readonly steps: readonly SpecStep[] };
  readonly appeal: { readonly sequence: number };
  readonly restore: { readonly spec_hash: string };
  readonly erase: ErasedPayloads;
  readonly rotate: RotatedKey;
  readonly enrol: Enrolled;
  readonly remove: Removal;
  readonly submit: Submitted;
  readonly jobs: { readonly jobs: readonly Job[]; readonly counts: JobCounts };
  readonly cancel: Job;
  readonly wait: Job;
  /** `bytes` is base64. */
  readonly output: { readonly bytes: string; readonly next: number; readonly ended: boolean };
  readonly serve: JobCounts;
  readonly narrow: Narrowed;
  readonly lift: Lifted;
  readonly lift_statement: { readonly statement: string | null };
  readonly status: GovernorStatus;
}

/** An EVENT on the way to a report: how much of it is done. */
export interface ProgressEvent {
  readonly progress: { readonly decided: number; readonly of: number };
}

/** An EVENT while a client serves. */
export type ServeEvent =
  | { readonly changed: Job }
  | { readonly paused: { readonly message: string; readonly hint: string } };

/** A `WritError` on the wire. `details`: every further problem, one line each (a file with several errors). */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: readonly string[];
}

/** A HELLO as it should be, or null. */
export function readHello(payload: Uint8Array): Hello | null {
  const value = readObject(payload);
  if (value === null || !hasExactly(value, ["protocol", "version", "build"])) return null;
  const { protocol, version, build } = value;
  if (typeof protocol !== "number" || typeof version !== "string" || typeof build !== "string") return null;
  return { protocol, version, build };
}

/** A REQUEST with exactly the members of its operation, or null: unknown members are as hostile as missing ones. */
export function readRequest(payload: Uint8Array): Request | null {
  const value = readObject(payload);
  if (value === null) return null;
  if (isNarrowOp(value["op"])) return readNarrowRequest(value);
  switch (value["op"]) {
    case "decide":
    case "check": {
      const input = hasExactly(value, ["op", "input"]) ? readInput(value["input"]) : null;
      return input === null ? null : { op: value["op"], input };
    }
    case "run": {
      const known = hasExactly(value, ["op", "input", "wait", "terminal"]);
      const input = known ? readInput(value["input"]) : null;
      const { wait } = value;
      const terminal = value["terminal"] === null ? null : readTerminal(value["terminal"]);
      if (terminal === null && value["terminal"] !== null) return null;
      return input === null || typeof wait !== "boolean" ? null : { op: "run", input, wait, terminal };
    }
    case "explain": {
      const sequence = value["sequence"];
      if (!hasExactly(value, ["op", "sequence"]) || !Number.isSafeInteger(sequence)) return null;
      return { op: "explain", sequence: sequence as number };
    }
    case "draft": {
      const { sequence, merge } = value;
      if (!hasExactly(value, ["op", "sequence", "merge"]) || !Number.isSafeInteger(sequence)) return null;
      const input = merge === null ? null : readInput(merge);
      if (input === null && merge !== null) return null;
      return { op: "draft", sequence: sequence as number, merge: input };
    }
    case "erase": {
      const erase = hasExactly(value, ["op", "erase"]) ? readErase(value["erase"]) : null;
      return erase === null ? null : { op: "erase", erase };
    }
    case "enrol": {
      const enrol = hasExactly(value, ["op", "enrol"]) ? readEnrol(value["enrol"]) : null;
      return enrol === null ? null : { op: "enrol", enrol };
    }
    case "remove": {
      const names = hasExactly(value, ["op", "names"]) ? readNames(value["names"]) : null;
      return names === null ? null : { op: "remove", names };
    }
    case "submit":
    case "jobs":
    case "cancel":
    case "wait":
    case "output":
    case "serve":
      return readQueueRequest(value);
    case "rotate":
    case "status":
      return hasExactly(value, ["op"]) ? { op: value["op"] } : null;
    default:
      return readSpecRequest(value);
  }
}

/** A WELCOME, RESULT, DECIDED or ERROR payload as a client reads it: its own governor wrote it. Null: not JSON. */
export function readAnswer(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) as unknown;
  } catch {
    return null;
  }
}

/** A request to the queue, or null. */
function readQueueRequest(value: Members): Request | null {
  switch (value["op"]) {
    case "submit": {
      const known = hasExactly(value, ["op", "input", "terms"]);
      const input = known ? readInput(value["input"]) : null;
      const terms = readTerms(value["terms"]);
      return input === null || terms === null ? null : { op: "submit", input, terms };
    }
    case "jobs": {
      const { all } = value;
      return hasExactly(value, ["op", "all"]) && typeof all === "boolean" ? { op: "jobs", all } : null;
    }
    case "cancel":
    case "wait": {
      const { op, job } = value;
      return hasExactly(value, ["op", "job"]) && isCount(job) ? { op, job } : null;
    }
    case "output": {
      const { job, stream, from } = value;
      if (!hasExactly(value, ["op", "job", "stream", "from"]) || !isCount(job) || !isCount(from)) return null;
      return stream === "stdout" || stream === "stderr" ? { op: "output", job, stream, from } : null;
    }
    case "serve": {
      const { until_empty } = value;
      if (!hasExactly(value, ["op", "until_empty"]) || typeof until_empty !== "boolean") return null;
      return { op: "serve", until_empty };
    }
    default:
      return null;
  }
}

type Members = { readonly [key: string]: unknown };

function readObject(payload: Uint8Array): Members | null {
  const value = readAnswer(payload);
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasExactly(value: Members, names: readonly string[]): boolean {
  const keys = Object.keys(value);
  return keys.length === names.length && names.every((name) => Object.hasOwn(value, name));
}

function readInput(value: unknown): TaskInput | null {
  if (!isObject(value) || !hasExactly(value, ["text", "source", "directory", "format"])) return null;
  const { text, source, directory, format } = value;
  if (typeof text !== "string" || typeof source !== "string" || typeof directory !== "string") return null;
  if (!directory.startsWith("/") || directory.includes("\0")) return null;
  if (format !== "yaml" && format !== "json") return null;
  return { text, source, directory, format };
}

/** Jobs that one submission may name as coming before it. */
const AFTER_MAX = 1000;

function readTerms(value: unknown): SubmitTerms | null {
  if (!isObject(value) || !hasExactly(value, ["priority", "deadline", "retries_max", "after"])) return null;
  const { priority, deadline, retries_max, after } = value;
  if (!isCountOrNull(priority, PRIORITY_MAX) || !isCountOrNull(retries_max, RETRIES_MAX)) return null;
  if (deadline !== null && (typeof deadline !== "string" || deadline.length > DEADLINE_LENGTH_MAX))
    return null;
  if (!Array.isArray(after) || after.length > AFTER_MAX || !after.every(isCount)) return null;
  return { priority, deadline, retries_max, after };
}

/** UTF-16 units: longer than any time or instant. */
const DEADLINE_LENGTH_MAX = 64;

function isCountOrNull(value: unknown, most: number): value is number | null {
  return value === null || (isCount(value) && value <= most);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
