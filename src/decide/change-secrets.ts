// Changes of the secrets that a task names: those that fail left out, one that a place needs declared, and those whose
// last call another change took away.
import type { Needs } from "../task/task.ts";
import { type Change, failsBy, type Judgement, withNeeds } from "./change.ts";
import { hasCall } from "./check-secrets.ts";
import type { Cause } from "./decision.ts";
import type { Situation } from "./situation.ts";

/** Every failing secret dropped in one change, and every missing one that the principal may have declared in another. */
export function secretChanges(judgement: Judgement): readonly Change[] {
  return [...droppedSecrets(judgement), ...declaredSecrets(judgement)];
}

function droppedSecrets(judgement: Judgement): readonly Change[] {
  if (!failsBy(judgement, ...FAULTS)) return [];
  const { task } = judgement.situation;
  const fields = new Set(
    judgement.failures.flatMap(({ finding: { cause, evidence } }) =>
      cause !== null && FAULTS.includes(cause) ? evidence : [],
    ),
  );
  const secrets = task.needs.secrets.filter((_, index) => !fields.has(`needs.secrets[${index}]`));
  const summary = `${[...fields].join(", ")}: asked → dropped`;
  return [{ change: "drop_secret", summary, task: withNeeds(task, { secrets }) }];
}

const FAULTS: readonly Cause[] = ["secret_unknown", "secret_not_allowed", "secret_has_no_call"];

function declaredSecrets({ situation, failures }: Judgement): readonly Change[] {
  const { task, principal } = situation;
  const added = new Set<string>();
  for (const { finding } of failures) {
    if (finding.cause !== "secret_undeclared") continue;
    const name = finding.evidence.slice(1).find((one) => principal?.secrets.includes(one) === true);
    if (name !== undefined) added.add(name);
  }
  if (added.size === 0) return [];
  const secrets = [...new Set([...task.needs.secrets, ...added])].sort();
  const summary = `needs.secrets: undeclared → ${[...added].sort().join(", ")}`;
  return [{ change: "declare", summary, task: withNeeds(task, { secrets }) }];
}

/** `change` without the secrets that have a call in the task as it is, and none in the changed one. */
export function withoutIdleSecrets({ compiled, task }: Situation, change: Change): Change {
  const calls = (needs: Needs, name: string): boolean => {
    const binding = compiled.secrets.get(name);
    return binding !== undefined && hasCall(compiled, needs, binding);
  };
  const idle = (name: string): boolean => calls(task.needs, name) && !calls(change.task.needs, name);
  const { secrets } = change.task.needs;
  const dropped = secrets.filter(idle);
  if (dropped.length === 0) return change;
  return {
    ...change,
    summary: `${change.summary}; needs.secrets: without ${dropped.join(", ")}`,
    task: withNeeds(change.task, { secrets: secrets.filter((name) => !idle(name)) }),
  };
}
