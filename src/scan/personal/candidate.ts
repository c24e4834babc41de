// A place that looks like personal data, before its context has been asked. Types only.
import type { Need } from "./detector.ts";

export interface Candidate {
  readonly kind: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly need: Need;
  /** Topics (context-words.ts), any of which speaks for it. */
  readonly topics: number;
}
