// What the connections of one task share inside its gate worker: its policy, what it has used so far, and where it tells
// what it did. Types only.
import type { EgressEvent } from "../execution.ts";
import type { TaskPolicy } from "./policy.ts";
import type { Meter } from "./usage/meter.ts";

export interface TaskState {
  readonly policy: TaskPolicy;
  /** Live counts of each grant, in the order of the policy; checked and raised before a byte leaves, never lowered. */
  readonly used: {
    readonly calls: readonly CallUse[];
    readonly opaque: readonly CallUse[];
  };
  /** Of each call, in the order of the policy; null: it is not counted in tokens. */
  readonly meters: readonly (Meter | null)[];
  /** Bytes of request bodies held now by the whole worker; a claim that does not fit is refused. */
  readonly buffers: { claim(bytes: number): boolean; release(bytes: number): void };
  /** Called exactly once for each decision. Never throws. */
  readonly report: (event: EgressEvent) => void;
  /** Aborted when the task ends: every connection of it is to be closed at once. */
  readonly ended: AbortSignal;
}

/** Mutable on purpose: one object per grant, shared by all connections of the task. */
export interface CallUse {
  requests: number;
  /** Bytes that left, heads included. */
  bytes_out: number;
  bytes_in: number;
  /** What is charged of what is counted. */
  tokens: number;
  /** Millionths of a dollar. */
  money: number;
}
