// What `spec status` and `spec log` answer. Types only.
import type { Looseness } from "./looseness.ts";

export interface SpecStatus {
  readonly spec_hash: string;
  readonly spec_name: string;
  /** Of its adoption record. */
  readonly sequence: number;
  readonly signers: readonly string[];
  readonly quorum: number;
  /** ms of counted time; null: the founding period is over. */
  readonly founding_left_ms: number | null;
  readonly cooling_off_ms: number;
  readonly trial_ms: number;
  readonly open: {
    readonly amendment: number;
    readonly state: "proposed" | "cooling" | "trial";
    readonly spec_hash: string;
    readonly signatures: number;
    readonly quorum: number;
    readonly looser: readonly string[];
    /** Until it may be begun, or on trial until it is taken back, ms of counted time. */
    readonly left_ms: number;
  } | null;
  /** What a confirmation signs; null: nothing is on trial. */
  readonly statement: string | null;
  readonly genesis: Looseness & { readonly sequence: number };
  /** null: the founding period is not over. */
  readonly charter: (Looseness & { readonly sequence: number }) | null;
}

/** One step of the spec's history. */
export interface SpecStep {
  readonly sequence: number;
  /** Only shown. */
  readonly wall: string;
  readonly step: string;
  readonly spec_hash: string | null;
  readonly amendment: number | null;
  readonly looser: readonly string[];
  readonly signatures: number;
  /** The words of a proposal or appeal: untrusted. */
  readonly why: string | null;
}
