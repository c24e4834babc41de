// Whether the node is narrowed below its spec: halted, or cut off from everything outside. Narrowing only ever takes away.
import type { Failures } from "./findings.ts";
import type { Situation } from "./situation.ts";

/** A halted node runs nothing; an offline one nothing that leaves. Both pass when the step is lifted, which nobody can foretell. */
export function checkNarrowing({ facts, outward }: Situation, failures: Failures): void {
  const { narrowed } = facts;
  if (narrowed === undefined) return;
  const evidence = [`record ${narrowed.record}${narrowed.alarm === true ? ", by the alarm of a check" : ""}`];
  const common = { limit: null, unit: "none", evidence, after: null } as const;
  if (narrowed.step === "halted") {
    const rule = "node.narrowed";
    failures.add({ constraint: "execution", rule, cause: "node_halted", measured: "halted", ...common });
    return;
  }
  for (const { field: rule } of outward) {
    failures.add({ constraint: "sovereignty", rule, cause: "node_offline", measured: "offline", ...common });
  }
}
