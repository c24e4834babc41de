// Whose a task of the operator's own is, in a service: that of the principal it names, as a task of the governor's own uid is
// none. Not who may submit what (as-principal.ts).
import { WritError } from "../../stdx/writ-error.ts";
import { taskOf } from "../parse-input.ts";
import type { TaskInput } from "../task-input.ts";

/** The uid of the principal that `input` names; undefined: there is no service, or it names none. Judges nothing. */
export function namedBy(
  input: TaskInput,
  uidOf: ((principal: string) => number) | undefined,
): number | undefined {
  if (uidOf === undefined) return undefined;
  try {
    const { principal } = taskOf(input).task;
    return principal === null ? undefined : uidOf(principal);
  } catch (error) {
    // What is wrong with it is told where it is run.
    if (error instanceof WritError) return undefined;
    throw error;
  }
}
