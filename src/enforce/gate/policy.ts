// What one task may send through the gate, as its worker is told: the writ's grants, and the values that the executor adds
// to them. Types only; plain JSON, since it crosses a process channel.
import type { GrantedCall, GrantedDetectors, GrantedOpaque, GrantedSecret } from "../../decide/decision.ts";

export interface TaskPolicy {
  readonly calls: readonly GrantedCall[];
  readonly opaque: readonly GrantedOpaque[];
  readonly secrets: readonly HeldSecret[];
  /** What may never leave, whatever its encoding. null: not known, and then nothing may leave at all. */
  readonly protected: readonly ProtectedValue[] | null;
  /** Texts of which no passage may leave. */
  readonly documents: readonly ProtectedDocument[];
  /** What the home has enrolled, as values and documents are, and its key; null: neither is known. */
  readonly enrolled: EnrolledIndex | null;
  /** Values planted for this task alone, which nothing has a reason to send; absent: none. */
  readonly canaries?: readonly ProtectedValue[];
  /** What is done about what is found in `inspected` calls; null: it is counted, and refuses nothing. */
  readonly detectors: GrantedDetectors | null;
  /** null: no call is over TLS. */
  readonly authority: TaskAuthority | null;
}

/** A credential that the gate puts in. The task holds `placeholder` and never sees `value`. */
export interface HeldSecret extends GrantedSecret {
  readonly placeholder: string;
  readonly value: string;
}

export interface ProtectedValue {
  /** What it is called in a refusal and a record; never the value. */
  readonly name: string;
  readonly value: string;
}

export interface ProtectedDocument {
  /** What it is called in a refusal and a record; never its text. */
  readonly name: string;
  readonly text: string;
}

/**
 * Keyed hashes of what must not leave (src/scan/enrolled), and the key of the install, which they and the fingerprints of
 * findings are made with. Secret, both; in base64.
 */
export interface EnrolledIndex {
  /** null: nothing is enrolled. */
  readonly index: string | null;
  readonly key: string;
}

/** A certificate authority for exactly the names of one writ (RFC 5280 section 4.2.1.10), below the root of this start. */
export interface TaskAuthority {
  /** PEM of the intermediate; the root is in the task's bundle. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly key: string;
}
