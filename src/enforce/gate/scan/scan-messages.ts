// What a gate worker's main loop and its scan thread say to each other, and what a scan comes to. Types only; structured
// clones, so bytes travel as such.
import type { GrantedDetectors } from "../../../decide/decision.ts";
import type { FindingClass } from "../../../scan/finding.ts";
import type { EnrolledIndex, ProtectedDocument, ProtectedValue } from "../policy.ts";

/** What the thread is told of a task before its first request. */
export interface ScannedTask {
  /** What may never leave, and credentials that only the gate puts in. */
  readonly values: readonly ProtectedValue[];
  /** The task's placeholders, which belong nowhere but in their places. */
  readonly placeholders: readonly ProtectedValue[];
  /** Texts of which no passage may leave. */
  readonly documents: readonly ProtectedDocument[];
  /** What the home has enrolled, with the key of this install; null: there is no home, and a key by chance serves. */
  readonly enrolled: EnrolledIndex | null;
  /** Planted for this task: once one is found, nothing more of the task leaves. */
  readonly canaries: readonly ProtectedValue[];
  /** null: everything is counted, nothing but protected values refused. */
  readonly detectors: GrantedDetectors | null;
}

/** A request as the task sent it, less each placeholder that stands in its place. */
export interface ScannedRequest {
  readonly host: string;
  readonly method: string;
  /** Path and query, as they would leave. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As it would leave, less what the gate puts in. */
  readonly body: Uint8Array;
  /** The body without its content encodings; null: it has none. */
  readonly decoded: Uint8Array | null;
  /** Whether detectors apply, since the endpoint is not owned. */
  readonly inspected: boolean;
}

/** How many of one kind were found; never a value. */
export interface FindingCount {
  readonly class: FindingClass;
  readonly kind: string;
  readonly count: number;
}

export type ScanCause =
  | "protected_value"
  | "canary_found"
  | "placeholder_misplaced"
  | "credential_found"
  | "opaque_content"
  | "personal_over_limit"
  | "novel_over_limit"
  | "scan_over_limit"
  | "scan_failed";

/** Why a request may not leave. Goes to the task alone, but for its cause. */
export interface ScanRefusal {
  readonly cause: ScanCause;
  /** A value's name or a finding's kind; of a scan that could not finish, the bound. */
  readonly what: string;
  /** As people say it: `body.messages[3].content`, `query q`, `header x-y`, `host`; empty: the request as a whole. */
  readonly place: string;
  /** The decodings, outermost first; empty: as given. */
  readonly decoded: readonly string[];
  /** Of the bytes found, to correlate; null: there are none. */
  readonly fingerprint: string | null;
  readonly measured: number | null;
  readonly limit: number | null;
}

export interface ScanVerdict {
  readonly refused: ScanRefusal | null;
  /** By class and kind, also where the request may leave. */
  readonly findings: readonly FindingCount[];
}

/** To the thread. Each `ask` is answered once, in order. */
export type ToThread =
  | { readonly type: "task"; readonly id: string; readonly task: ScannedTask }
  | { readonly type: "request"; readonly ask: number; readonly id: string; readonly request: ScannedRequest }
  | { readonly type: "texts"; readonly ask: number; readonly id: string; readonly texts: readonly string[] }
  | { readonly type: "own"; readonly id: string; readonly host: string; readonly texts: readonly string[] }
  | { readonly type: "forget"; readonly id: string };

/** From the thread. */
export type FromThread =
  | { readonly type: "verdict"; readonly ask: number; readonly verdict: ScanVerdict }
  | { readonly type: "held"; readonly ask: number; readonly held: readonly boolean[] };
