// What scans a whole request before its first byte leaves: the interface that the gate calls. Types only; an
// implementation for exact values is create-request-scanner.ts.
import type { ScanBudget } from "./scan-budget.ts";

/**
 * Looks for what may never leave. Never throws: what it cannot finish is a hit. `budget`: of the whole request, where
 * several scanners look at it; else one of its own.
 */
export type RequestScanner = (parts: RequestParts, budget?: ScanBudget) => ScanHit | null;

/** A request as the task sent it, before any credential is put in. */
export interface RequestParts {
  readonly method: string;
  /** Scheme, host, port, path and query, as they would leave. */
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** The body after its content encodings are undone; the same bytes when it has none. */
  readonly decoded: Uint8Array;
}

export interface ScanHit {
  readonly cause: "protected_value" | "scan_over_limit" | "scan_failed";
  /** What the value is called; never the value. Null: none was found, and the scan could not finish. */
  readonly name: string | null;
  /** `url`, `header x-y` or `body`. */
  readonly place: string;
  /** How it was hidden, outermost first, such as `base64 → gzip`; `plain` for not at all. */
  readonly encoding: string;
}
