// Who asks, and whether they may ask for this kind of thing. Not what it would cost or reveal.
import type { Failures } from "./findings.ts";
import type { Situation } from "./situation.ts";

/** Principal, capabilities, and the provider that a task would be. */
export function checkRequest(situation: Situation, failures: Failures): void {
  checkPrincipal(situation, failures);
  checkCapabilities(situation, failures);
  checkProvider(situation, failures);
}

function checkPrincipal({ compiled, task, principal }: Situation, failures: Failures): void {
  if (principal === null) {
    const finding = { constraint: "request", rule: "principals", cause: "principal_unlisted" } as const;
    failures.add({ ...finding, measured: null, limit: null, unit: "none" });
    return;
  }
  if (task.principal === null || task.principal === principal.name) return;
  // A name that the spec does not have is a task's word and is not shown.
  const claimed = compiled.principals.has(task.principal) ? task.principal : null;
  const finding = { constraint: "request", rule: "principals", cause: "principal_not_yours" } as const;
  failures.add({ ...finding, measured: claimed, limit: principal.name, unit: "none" });
}

function checkCapabilities({ compiled, task, principal }: Situation, failures: Failures): void {
  const allowed = principal?.may_need ?? [];
  const refuse = (field: string, capability: string): void =>
    failures.add({
      constraint: "request",
      rule: "principals.may_need",
      cause: "capability_not_allowed",
      measured: compiled.capabilities.has(capability) ? capability : null,
      limit: null,
      unit: "none",
      evidence: [field],
    });
  task.needs.models.forEach(({ capability }, index) => {
    if (!allowed.includes(capability)) refuse(`needs.models[${index}].capability`, capability);
  });
  task.needs.calls.forEach((call, index) => {
    for (const capability of call.for) {
      if (!allowed.includes(capability)) refuse(`needs.calls[${index}].for`, capability);
    }
  });
}

function checkProvider({ compiled, task, facts }: Situation, failures: Failures): void {
  const name = task.needs.provider;
  if (name === null) return;
  const finding = {
    constraint: "request",
    rule: "sovereignty.providers",
    measured: null,
    limit: null,
    unit: "none",
  } as const;
  if (!compiled.providers.has(name)) {
    failures.add({ ...finding, cause: "provider_unknown", evidence: ["needs.provider"] });
    return;
  }
  const running = facts.providers.some((provider) => provider.name === name && provider.state === "up");
  if (running)
    failures.add({ ...finding, cause: "provider_running", measured: name, evidence: [name], after: null });
}
