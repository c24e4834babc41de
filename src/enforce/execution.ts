// The executor's surface: its only entry takes a writ token and the task, and verifies everything itself. Types, and one
// name; executor.ts is the implementation.
import type { Task } from "../task/task.ts";

export interface Executor {
  /**
   * Verifies the writ (signature, node, boot, instance, expiry, single use, fence, task digest), checks every grant
   * against the file system, and starts the task confined. Throws `WritError` (WRIT_WRIT_INVALID, WRIT_GRANT_CHANGED,
   * WRIT_ISOLATION_UNAVAILABLE, WRIT_LAUNCH_FAILED); then nothing has run and the writ is spent.
   */
  start(token: string, task: Task, streams: TaskStreams): Promise<Execution>;
  /** Ends every task and releases what it held. Idempotent. */
  close(): Promise<void>;
}

/**
 * Where a task's output goes. Called in order, never after `ended` resolves. Until a promise that is returned resolves,
 * that output is not read, and the task waits as at any full pipe; once its last process ended, what is left in the pipe
 * (at most its size) is given all the same.
 */
export interface TaskStreams {
  /** Set: the task has a terminal of its own, inside, of this kind and size, and its output is what that shows. */
  readonly terminal?: Terminal | null;
  stdout(chunk: Uint8Array): void | Promise<void>;
  stderr(chunk: Uint8Array): void | Promise<void>;
  /** Present for a task that may submit tasks. */
  readonly children?: ChildPort | null;
  /** One decision of the gate; recorded in the ledger by the governor. */
  egress(event: EgressEvent): void;
}

/** What a task asks of its submission listener. */
export type ChildAsk =
  | {
      readonly op: "submit";
      readonly text: string;
      readonly format: "yaml" | "json";
      /** Answer when it ended, or when that takes too long. */
      readonly wait: boolean;
    }
  | { readonly op: "look"; readonly child: number; readonly wait: boolean }
  | { readonly op: "cancel"; readonly child: number };

/** What it is answered. */
export interface ChildAnswer {
  /** 200, 202, 204, 403 or 404. */
  readonly status: number;
  /** JSON text; empty: none. */
  readonly body: string;
}

/** Takes the submissions of one running task. */
export interface ChildPort {
  /** Never rejects. */
  ask(asked: ChildAsk): Promise<ChildAnswer>;
  /** Takes no more and ends every child; resolves when the last is settled. Idempotent. Never rejects. */
  end(): Promise<void>;
}

export interface Execution {
  readonly pid: number;
  /** Resolves once, when no process of the task is left and everything was released. Never rejects. */
  readonly ended: Promise<Observation>;
  /** What left the node, by host; to be asked once `ended` has resolved. Not in the observation, which names no host. */
  left(): LeftUse;
  /** Feeds standard input; null ends it. A promise resolves when more may come: the task reads no faster than it reads. */
  stdin(chunk: Uint8Array | null): void | Promise<void>;
  /** Sends a signal to the process group of the task's first process, as a terminal does. */
  signal(name: "SIGINT" | "SIGTERM" | "SIGHUP"): void;
  /** A new size for a task's terminal; without one nothing happens. */
  resize?(rows: number, columns: number): void;
  /** Stops every process where it stands, until `thaw` or `stop`; whether all of them do. Its time goes on. */
  freeze(): Promise<boolean>;
  /** Lets a frozen task go on. */
  thaw(): Promise<void>;
  /** Kills everything. */
  stop(cause: StopCause): void;
}

/** A terminal as programs see one. */
export interface Terminal {
  /** 1 to 10000. */
  readonly rows: number;
  /** 1 to 10000. */
  readonly columns: number;
  /** TERM: the name of a terminfo entry (term(7)). */
  readonly name: string;
  /** COLORTERM; null: unset. */
  readonly colour: "truecolor" | "24bit" | null;
}

export type StopCause =
  | "client_gone"
  | "governor_stops"
  | "cancelled"
  | "parent_ended"
  | "too_hot"
  | NarrowedCause;

/** The node was narrowed, and the task is of what it gives up. */
export type NarrowedCause = "offline" | "halted";

/** What a task really did. */
export interface Observation {
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly cause:
    | "exited"
    | "signalled"
    | "out_of_memory"
    | "out_of_time"
    | "output_over_limit"
    | "launch_failed"
    | StopCause;
  readonly wall: number;
  /** ms of processor time of all its processes; null: not measurable in this tier. */
  readonly cpu: number | null;
  /** Bytes; null: not measurable in this tier. */
  readonly memory_peak: number | null;
  readonly memory_source: "cgroup-v2" | "cgroup-v1" | "polled" | null;
  readonly output: number;
  readonly model_requests: number;
  readonly model_bytes_out: number;
  readonly model_bytes_in: number;
  /** Requests and raw connections that left through the gate; all that were granted when nobody can say. */
  readonly external_requests: number;
  readonly external_bytes_out: number;
  readonly external_bytes_in: number;
  /** What is charged of what was counted, here and elsewhere. */
  readonly tokens: number;
  /** Millionths of a dollar. */
  readonly money: number;
}

/** Where what left a task went. */
export interface LeftUse {
  /** False when the gate died first: what was granted is to be charged in full. */
  readonly complete: boolean;
  /** One entry a host that anything went to. */
  readonly destinations: readonly DestinationUse[];
}

export interface DestinationUse {
  /** Canonical. */
  readonly host: string;
  readonly requests: number;
  readonly bytes_out: number;
  readonly tokens: number;
  /** Millionths of a dollar. */
  readonly money: number;
}

/** In place of a host, for tokens of models on this node. */
export const THIS_NODE = "";

/** One decision of the gate. Never a body, never a query, never a header value. */
export interface EgressEvent {
  readonly decision: "allow" | "refuse" | "error";
  /** How it came; `model`: inference on this node, `opaque`: a raw relay. */
  readonly via: "model" | "proxy" | "connect" | "transparent" | "dns" | "opaque";
  /** The provider of a `model` event, else null. */
  readonly provider: string | null;
  /** The canonical host as it was judged; null: none was named, or not one that can be written down. */
  readonly host: string | null;
  readonly port: number | null;
  readonly method: string;
  /** As it was judged, without query; empty: none. A record's core holds its salted hash, its erasable payload itself. */
  readonly path: string;
  readonly cause: string | null;
  readonly status: number | null;
  /** Bytes that crossed to the other side, heads included. */
  readonly bytes_out: number;
  readonly bytes_in: number;
  /** What the gate's scan found, by kind, also in what was allowed; never a value, at most 64. */
  readonly findings: readonly {
    readonly class: "credential" | "personal" | "protected" | "opaque";
    /** A word of the scanner's own: `github_token`. */
    readonly kind: string;
    readonly count: number;
  }[];
  /** What its answer used, where that is counted; absent: it is not, or nothing was sent. */
  readonly usage?: {
    /** As the answer said; null: it did not, or not so that it could be read to its end. */
    readonly tokens_in: number | null;
    readonly tokens_out: number | null;
    /** What is charged: where the answer did not say, what was reserved. */
    readonly tokens: number;
    /** Millionths of a dollar. */
    readonly money: number;
  };
}
