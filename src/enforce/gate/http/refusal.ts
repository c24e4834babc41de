// Why the gate did not pass a request, and how a task is told: HTTP 403 with JSON, so that an agent changes course instead
// of retrying. Not the record: that is the egress event, which carries only the cause.

/** Every reason the gate refuses, fails or cuts: a closed set. */
export type GateCause =
  // The connection: its name and its first bytes.
  | "host_malformed"
  | "host_not_granted"
  | "malformed"
  | "head_over_limit"
  | "too_slow"
  | "connections_over_limit"
  // The head of a request.
  | "host_not_single"
  | "host_mismatch"
  | "not_origin_form"
  | "framing_ambiguous"
  | "header_malformed"
  | "upgrade_refused"
  | "connect_refused"
  | "expectation_refused"
  | "path_malformed"
  | "path_ambiguous"
  // The grant.
  | "method_not_granted"
  | "path_not_granted"
  | "content_type_not_granted"
  | "requests_over_limit"
  | "bytes_over_limit"
  | "tokens_over_limit"
  | "money_over_limit"
  // The body.
  | "body_over_limit"
  | "buffered_over_limit"
  | "concurrent_over_limit"
  | "trailers_refused"
  | "encoding_refused"
  // What it says.
  | "protected_value"
  | "canary_found"
  | "credential_found"
  | "opaque_content"
  | "personal_over_limit"
  | "novel_over_limit"
  | "scan_over_limit"
  | "scan_failed"
  | "placeholder_misplaced"
  | "foreign_credential"
  // The way there, and the answer.
  | "name_not_found"
  | "address_not_permitted"
  | "connection_refused"
  | "connection_failed"
  | "certificate_invalid"
  | "pin_mismatch"
  | "timed_out"
  | "upstream_failed"
  | "upstream_lied"
  | "answer_encoded"
  | "answer_partial"
  | "answer_over_limit"
  // The end.
  | "client_closed"
  | "task_ended"
  | "gate_failed";

/** A refusal as the task sees it. `measured` may hold the task's own words, so it goes back to the task only. */
export interface Refusal {
  readonly cause: GateCause;
  readonly measured: string | number | null;
  readonly limit: string | number | null;
  /** What would pass, or why nothing does. */
  readonly instead: string;
  /** Whether the same request can pass later. */
  readonly retryable: boolean;
}

/** The media type of a refusal's body, and the status it is sent with. */
export const REFUSAL_TYPE = "application/json";
export const REFUSAL_STATUS = 403;

/** Characters of the task's own words that are repeated to it. */
const ECHO_MAX = 200;

/**
 * A permanent refusal; what it repeats is cut to 200 characters.
 *
 * @example refusal("method_not_granted", "DELETE", "GET, POST", "use GET or POST")
 */
export function refusal(
  cause: GateCause,
  measured: string | number | null,
  limit: string | number | null,
  instead: string,
): Refusal {
  return { cause, measured: shortened(measured), limit: shortened(limit), instead, retryable: false };
}

/** The same refusal, marked as one that can pass later. */
export function retryable(refused: Refusal): Refusal {
  return { ...refused, retryable: true };
}

/** The JSON body of a refusal, one line. */
export function refusalBody({ cause, measured, limit, instead, retryable }: Refusal): string {
  return `${JSON.stringify({ cause, measured, limit, instead, retryable })}\n`;
}

function shortened(value: string | number | null): string | number | null {
  return typeof value === "string" ? value.slice(0, ECHO_MAX) : value;
}
