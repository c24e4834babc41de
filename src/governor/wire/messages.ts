// What the governor's socket carries as JSON: the shapes of each message and the strict reading of what a client may
// send. Not the framing (frames.ts).
import type { Terminal } from "../../enforce/execution.ts";
import type {
  Adoption,
  Decided,
  Enrol,
  Enrolled,
  Explained,
  GovernorStatus,
  Outcome,
  Removal,
  TaskInput,
} from "../governor.ts";
import type { TaskDraft } from "../task-draft.ts";
import { readEnrol, readNames } from "./enrol-messages.ts";
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
  /** `bytes` is base64. */
  | { readonly op: "adopt"; readonly bytes: string; readonly source: string }
  | { readonly op: "restore" }
  | { readonly op: "enrol"; readonly enrol: Enrol }
  | { readonly op: "remove"; readonly names: readonly string[] }
  | { readonly op: "status" };

/** The RESULT of each request. */
export interface Results {
  readonly decide: Decided;
  readonly check: Decided;
  readonly run: Outcome;
  readonly explain: Explained;
  readonly draft: TaskDraft;
  readonly adopt: Adoption;
  readonly restore: { readonly spec_hash: string };
  readonly enrol: Enrolled;
  readonly remove: Removal;
  readonly status: GovernorStatus;
}

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
    case "adopt": {
      const { bytes, source } = value;
      if (!hasExactly(value, ["op", "bytes", "source"])) return null;
      return typeof bytes === "string" && typeof source === "string" ? { op: "adopt", bytes, source } : null;
    }
    case "enrol": {
      const enrol = hasExactly(value, ["op", "enrol"]) ? readEnrol(value["enrol"]) : null;
      return enrol === null ? null : { op: "enrol", enrol };
    }
    case "remove": {
      const names = hasExactly(value, ["op", "names"]) ? readNames(value["names"]) : null;
      return names === null ? null : { op: "remove", names };
    }
    case "restore":
    case "status":
      return hasExactly(value, ["op"]) ? { op: value["op"] } : null;
    default:
      return null;
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
