// A ledger record: core (never erased, all that a verdict or projection needs) and payload (erasable). Types only.
import type { Json, JsonObject } from "../stdx/json.ts";

export const RECORD_KINDS = [
  "genesis",
  "software",
  "spec_adopted",
  "spec_refused",
  "amendment_proposed",
  "amendment_signed",
  "amendment_confirmed",
  "amendment_withdrawn",
  "founding_closed",
  "build_confirmed",
  "appeal",
  "enrolled",
  "removal_refused",
  "decision",
  "check",
  "writ",
  "egress",
  "task_frozen",
  "task_thawed",
  "settlement",
  "recovery",
  "alarm",
  "probe",
  "plan_queued",
  "job_queued",
  "job_ended",
  "narrowed",
  "lifted",
  "gap",
  "erased",
  "cosignature",
  "witness_failed",
  "challenge",
  "coverage",
  "noticed",
  "notified",
  "tail_cut",
  "key_rotated",
  "clock_jumped",
] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

/** What a caller hands to `append`. */
export interface RecordInput {
  readonly kind: RecordKind;
  readonly core: JsonObject;
  /** Task text, command lines, paths, names: everything a person may ask to have erased. */
  readonly payload?: JsonObject;
}

/** A record as the ledger holds it. */
export interface LedgerRecord {
  /** 0-based; the leaf index in the tree. */
  readonly sequence: number;
  readonly kind: RecordKind;
  /** Ledger time, ms; never decreases. */
  readonly time: number;
  /** Wall clock at append, RFC 3339; only shown. */
  readonly wall: string;
  readonly core: JsonObject;
  /** H(salt ‖ canonical payload), hexadecimal; null: the record has none. */
  readonly payload_hash: string | null;
  /** null: none, or erased. */
  readonly payload: Json;
}

/** Acknowledged: the record is durable. */
export interface Appended {
  readonly sequence: number;
  readonly time: number;
  /** RFC 6962 leaf hash, hexadecimal. */
  readonly leaf: string;
}
