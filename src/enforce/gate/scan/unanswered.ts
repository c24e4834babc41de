// The verdict on a request that the scan thread gave none on: refused, and why.
import type { ScanCause, ScanVerdict } from "./scan-messages.ts";

/** `time`: too late; `turn`: too many wait; `lost`: a thread took along what the task had said before. */
export type Unanswered = "time" | "turn" | "failed" | "lost" | "gone";

const CAUSES: Readonly<Record<Unanswered, ScanCause>> = {
  time: "scan_over_limit",
  turn: "scan_over_limit",
  failed: "scan_failed",
  lost: "scan_failed",
  gone: "scan_failed",
};

/** The refusal that names what was missing. */
export function unanswered(why: Unanswered): ScanVerdict {
  const nothing = { place: "", decoded: [], fingerprint: null, measured: null, limit: null };
  return { refused: { cause: CAUSES[why], what: why, ...nothing }, findings: [] };
}
