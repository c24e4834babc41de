// Runs every check on a task: what fails, and what that leads to. Says nothing of what to do about it (remedies.ts), nor
// what the task is granted (grants-of.ts).
import type { Task } from "../task/task.ts";
import { checkAncestors } from "./check-ancestors.ts";
import { checkBudgets } from "./check-budgets.ts";
import { checkContent } from "./check-content.ts";
import { checkExecution } from "./check-execution.ts";
import { checkNarrowing } from "./check-narrowing.ts";
import { checkPrivacy } from "./check-privacy.ts";
import { checkRequest } from "./check-request.ts";
import { checkRequires } from "./check-requires.ts";
import { checkResources } from "./check-resources.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkSovereignty } from "./check-sovereignty.ts";
import { checkTokens } from "./check-tokens.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { type Failed, Failures } from "./findings.ts";
import { type Situation, situationOf } from "./situation.ts";

/** A task that was judged. */
export interface Judged {
  readonly situation: Situation;
  /** In the order of the checks; empty: nothing fails. */
  readonly failures: readonly Failed[];
  /** `admit` when nothing fails, `defer` when only transient causes do, else `refuse`. */
  readonly outcome: Decision["outcome"];
}

/** Every check, in the order of the language: none is left out because another has failed. */
export function judge(compiled: CompiledSpec, task: Task, facts: Facts): Judged {
  const situation = situationOf(compiled, task, facts);
  const failures = new Failures();
  checkNarrowing(situation, failures);
  checkRequest(situation, failures);
  checkSecrets(situation, failures);
  checkSovereignty(situation, failures);
  checkPrivacy(situation, failures);
  checkContent(situation, failures);
  checkResources(situation, failures);
  checkTokens(situation, failures);
  checkBudgets(situation, failures);
  checkAncestors(situation, failures);
  checkExecution(situation, failures);
  checkRequires(situation, failures);
  return { situation, failures: failures.all, outcome: outcomeOf(failures.all) };
}

function outcomeOf(failures: readonly Failed[]): Decision["outcome"] {
  if (failures.length === 0) return "admit";
  return failures.every((failed) => failed.finding.transient) ? "defer" : "refuse";
}
