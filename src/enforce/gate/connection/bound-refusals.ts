// Bounds the records that one task's refusals can make. Not a rate limit: what is granted is never counted.
import type { TaskState } from "../task-state.ts";
import { REFUSALS_MAX } from "./bounds.ts";

/**
 * The same state, with what it reports counted: refusals up to `REFUSALS_MAX`, errors up to ten times as many, both
 * from one allowance. `full` is called with the report that uses it up, which has the cause `refusals_over_limit`. What
 * is refused or fails after that, on what was still open, is not reported, unless bytes crossed. What was allowed always is.
 */
export function boundRefusals(state: TaskState, full: () => void): TaskState {
  let left = REFUSALS_MAX * REFUSAL_COST;
  return {
    ...state,
    report: (event) => {
      if (event.decision === "allow") return state.report(event);
      if (left <= 0) {
        // INVARIANT: no byte crosses without a record.
        if (event.bytes_out > 0 || event.bytes_in > 0) state.report(event);
        return;
      }
      left -= event.decision === "refuse" ? REFUSAL_COST : ERROR_COST;
      if (left > 0) return state.report(event);
      state.report({ ...event, cause: "refusals_over_limit" });
      full();
    },
  };
}

/** An error is the other side's doing more often than the task's. */
const REFUSAL_COST = 10;
const ERROR_COST = 1;
