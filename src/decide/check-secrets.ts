// Credentials: whether the principal may have each that the task names, whether it has somewhere to go, and whether what
// goes to a place with credentials comes with one. Values are read elsewhere, and never here.
import type { SecretBinding } from "../spec/spec.ts";
import type { Needs } from "../task/task.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import type { Cause } from "./decision.ts";
import type { Failures } from "./findings.ts";
import type { Situation } from "./situation.ts";
import { splitUrl } from "./split-url.ts";

/** Each declared secret, then each place where only the gate may authenticate. */
export function checkSecrets(situation: Situation, failures: Failures): void {
  situation.task.needs.secrets.forEach((name, index) => {
    const cause = faultOf(situation, name);
    if (cause === null) return;
    failures.add({
      constraint: "request",
      rule: RULES[cause],
      cause,
      // A name that the spec does not have is a task's word and is not shown.
      measured: cause === "secret_unknown" ? null : name,
      limit: null,
      unit: "none",
      evidence: [`needs.secrets[${index}]`],
    });
  });
  if (situation.compiled.credentialed.size > 0) checkCredentialed(situation, failures);
}

type SecretFault = Extract<Cause, "secret_unknown" | "secret_not_allowed" | "secret_has_no_call">;

const RULES: Readonly<Record<SecretFault, string>> = {
  secret_unknown: "sovereignty.secrets",
  secret_not_allowed: "principals.secrets",
  secret_has_no_call: "sovereignty.secrets.for",
};

function faultOf({ compiled, principal, task }: Situation, name: string): SecretFault | null {
  const binding = compiled.secrets.get(name);
  if (binding === undefined) return "secret_unknown";
  if (principal === null || !principal.secrets.includes(name)) return "secret_not_allowed";
  return hasCall(compiled, task.needs, binding) ? null : "secret_has_no_call";
}

/** Whether a declared call goes where `binding` does, or a model need may be placed there. */
export function hasCall(compiled: CompiledSpec, { calls, models }: Needs, binding: SecretBinding): boolean {
  const { host, port } = binding.for;
  const called = calls.some(({ to }) => {
    const parts = splitUrl(to);
    return parts !== null && parts.scheme !== "tcp" && parts.host === host && parts.port === port;
  });
  return (
    called ||
    models.some(({ capability }) =>
      (compiled.targets.get(capability) ?? []).some((target) => target.host === host && target.port === port),
    )
  );
}

/**
 * Where the spec binds a secret, only the gate authenticates: a task that brought its own would use somebody else's account
 * at a host that is allowed. The gate knows such a place by the secret that the task holds, so one must be declared.
 */
function checkCredentialed({ compiled, task, outward }: Situation, failures: Failures): void {
  for (const { host, port, field } of outward) {
    const bound = compiled.credentialed.get(`${host}:${port}`);
    if (bound === undefined || bound.some(({ name }) => task.needs.secrets.includes(name))) continue;
    failures.add({
      constraint: "sovereignty",
      rule: "sovereignty.secrets",
      cause: "secret_undeclared",
      measured: host,
      limit: null,
      unit: "none",
      evidence: [field, ...bound.map(({ name }) => name)],
    });
  }
}
