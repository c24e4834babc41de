// What the gate will hold a task to, for the naive model: credentials, what comes back, what passes uninspected.
import type { Cause } from "../src/decide/decision.ts";
import type { Principal, Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { candidates, type Effective, type Outward } from "./decide-model-places.ts";

/** Credentials: the principal's, for somewhere the task calls, and never absent where one is bound. */
export function secretCauses(
  spec: Spec,
  task: Task,
  principal: Principal | undefined,
  outward: readonly Outward[],
): readonly Cause[] {
  const causes: Cause[] = [];
  const { secrets } = spec.sovereignty;
  for (const name of task.needs.secrets) {
    const bound = secrets.find((one) => one.name === name);
    if (bound === undefined) causes.push("secret_unknown");
    else if (principal?.secrets.includes(name) !== true) causes.push("secret_not_allowed");
    else {
      const { host, port } = bound.for;
      const placeable = task.needs.models.flatMap((need) => candidates(spec, need));
      const called = outward.slice(0, task.needs.calls.length).filter(({ raw }) => !raw);
      if (![...placeable, ...called].some((place) => place.host === host && place.port === port))
        causes.push("secret_has_no_call");
    }
  }
  for (const { host, port } of outward) {
    const here = secrets.filter((one) => one.for.host === host && one.for.port === port);
    if (here.length > 0 && !here.some(({ name }) => task.needs.secrets.includes(name)))
      causes.push("secret_undeclared");
  }
  return causes;
}

/** What comes back, where an undeclared answer has at least one byte; and the bounds of what nobody inspects. */
export function receivedCauses(
  endpoint: Effective,
  need: Outward,
  same: readonly Outward[],
  rank: (label: string) => number,
): readonly Cause[] {
  const causes: Cause[] = [];
  const back = same.reduce((sum, one) => sum + (one.bytes_in ?? 1), 0);
  if (back > (endpoint.bytes_in_per_task_max ?? Infinity)) causes.push("bytes_in_over_limit");
  const { opaque } = endpoint;
  if (opaque === null) return causes;
  if (need.rank > rank(opaque.max_label)) causes.push("label_over_clearance");
  if (same.reduce((sum, one) => sum + (one.bytes ?? 0), 0) > opaque.bytes_out)
    causes.push("bytes_over_limit");
  if (back > opaque.bytes_in) causes.push("bytes_in_over_limit");
  return causes;
}
