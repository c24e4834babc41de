// Why the gate did not forward a request, and how a task is told: HTTP 403 with JSON, so that an agent changes course
// instead of retrying. Not the record: that is the egress event, which carries only the cause.

/** Every reason the model listener refuses or fails a request: a closed set. */
export type InferenceCause =
  | "malformed"
  | "head_over_limit"
  | "too_slow"
  | "host_not_single"
  | "not_origin_form"
  | "upgrade_refused"
  | "connect_refused"
  | "framing_ambiguous"
  | "encoding_refused"
  | "expectation_refused"
  | "path_not_inference"
  | "method_not_allowed"
  | "body_unexpected"
  | "body_over_limit"
  | "body_not_json"
  | "body_duplicate_key"
  | "body_too_deep"
  | "model_not_granted"
  | "remote_content"
  | "server_tool"
  | "context_over_limit"
  | "keep_alive_refused"
  | "requests_over_limit"
  | "tokens_over_limit"
  | "concurrent_over_limit"
  | "buffered_over_limit"
  | "unforwarded_over_limit"
  | "client_closed"
  | "provider_unreachable"
  | "provider_failed"
  | "answer_over_limit"
  | "grant_ended";

/** A refusal as the task sees it. `measured` may hold the task's own words, so it goes back to the task only. */
export interface Refusal {
  readonly cause: InferenceCause;
  readonly measured: string | number | null;
  readonly limit: string | number | null;
  /** What would pass, or why nothing does. */
  readonly instead: string;
  /** Whether the same request can pass later. */
  readonly retryable: boolean;
}

/** Characters of the task's own words that are repeated to it. */
const ECHO_MAX = 200;

/**
 * A permanent refusal; cut to a bounded length.
 *
 * @example refusal("path_not_inference", "/api/pull", "POST /api/chat", "ask for inference only")
 */
export function refusal(
  cause: InferenceCause,
  measured: string | number | null,
  limit: string | number | null,
  instead: string,
): Refusal {
  const shown = typeof measured === "string" ? measured.slice(0, ECHO_MAX) : measured;
  return { cause, measured: shown, limit, instead, retryable: false };
}

/** The same refusal, marked as one that can pass later. */
export function retryable(refused: Refusal): Refusal {
  return { ...refused, retryable: true };
}

/** The JSON body of a refusal. */
export function refusalBody(refused: Refusal): string {
  return `${JSON.stringify(refused)}\n`;
}
