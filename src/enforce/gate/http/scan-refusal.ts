// What a task is told of a scan that refused its request: what, where, how hidden, and what would pass instead. Never the
// value. Not the judging (scan/).
import type { ScanCause, ScanRefusal } from "../scan/scan-messages.ts";
import { type Refusal, refusal, retryable } from "./refusal.ts";

/**
 * The refusal of a request; `measured` is like `github_token in body.note (base64), fingerprint 9f86…`.
 *
 * @example scanRefusal({ cause: "personal_over_limit", what: "email", place: "body.rows[3].mail", measured: 21, limit: 20, … })
 */
export function scanRefusal(refused: ScanRefusal): Refusal {
  const { cause, limit } = refused;
  const told = refusal(cause, measuredOf(refused), limit, insteadOf(refused));
  return cause === "scan_over_limit" && refused.what === "turn" ? retryable(told) : told;
}

function measuredOf({ what, place, decoded, fingerprint, measured }: ScanRefusal): string {
  const count = measured === null ? "" : `${String(measured)} `;
  const where = place === "" ? "" : ` in ${place}`;
  const how = decoded.length === 0 ? "" : ` (${decoded.join(" → ")})`;
  const correlate = fingerprint === null ? "" : `, fingerprint ${fingerprint}`;
  return `${count}${what}${where}${how}${correlate}`;
}

function insteadOf({ cause, what }: ScanRefusal): string {
  return what === "lost"
    ? "nothing: what earlier requests said is lost, so the task has to start again"
    : INSTEAD[cause];
}

const INSTEAD: Readonly<Record<ScanCause, string>> = {
  protected_value: "leave the value out; a credential that the spec binds is put in by the gate",
  canary_found:
    "nothing: what was planted to show leaks was on its way out, so nothing more of this task leaves",
  placeholder_misplaced: "keep the placeholder to the host, paths and place that the spec binds it to, once",
  credential_found:
    "remove it, or declare it as a secret of the spec and send its placeholder; if it is harmless, list its fingerprint in `privacy.detectors.known_harmless`",
  opaque_content:
    "send it readable, or remove it; if it is harmless, list its fingerprint in `privacy.detectors.known_harmless`",
  personal_over_limit:
    "remove personal data that the host does not need, or have `privacy.detectors.personal` raised",
  novel_over_limit: "send less that is new, or have `privacy.detectors.novel_max` raised",
  scan_over_limit: "send less of it at once, or less deeply encoded",
  scan_failed: "ask again, with less of it at once; this is a fault of the gate",
};
