// How a task is told that its submission was not taken: HTTP 403 with JSON of the gate's one form. What the governor
// refuses comes with the governor's own cause; this is what is refused before it is asked.
import { type InferenceCause, refusal, retryable } from "../inference/refusal.ts";

/** Every reason of the listener itself: a closed set. */
export type SubmitCause =
  | InferenceCause
  | "query_unknown"
  | "path_unknown"
  | "content_type_unknown"
  | "document_over_limit"
  | "document_not_text"
  | "governor_gone";

export interface SubmitRefusal {
  readonly cause: SubmitCause;
  readonly measured: string | number | null;
  readonly limit: string | number | null;
  readonly instead: string;
  readonly retryable: boolean;
}

/** A permanent refusal; the task's own words are cut to a bounded length. */
export function submitRefusal(
  cause: SubmitCause,
  measured: string | number | null,
  limit: string | number | null,
  instead: string,
): SubmitRefusal {
  return { ...refusal("malformed", measured, limit, instead), cause };
}

/** One that can pass later. */
export function laterRefusal(...of: Parameters<typeof submitRefusal>): SubmitRefusal {
  return { ...retryable(refusal("malformed", of[1], of[2], of[3])), cause: of[0] };
}

/** The JSON body. */
export function submitRefusalBody(refused: SubmitRefusal): string {
  return `${JSON.stringify(refused)}\n`;
}
