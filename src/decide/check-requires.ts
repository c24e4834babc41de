// The caller's hard wishes against the placements that the spec chose. A wish that they do not meet is a contradiction:
// it is never met by a less sovereign placement.

import { unreachable } from "../stdx/assert.ts";
import { outwardSum } from "./check-budgets.ts";
import { controlRank } from "./compile-spec.ts";
import type { Failures } from "./findings.ts";
import type { ModelPlacement } from "./place-models.ts";
import type { Situation } from "./situation.ts";

/** Each wish that does not hold. The conflicting set itself is worked out by smallest-conflict.ts. */
export function checkRequires(situation: Situation, failures: Failures): void {
  const { residency, latency, bytes_out } = situation.task.requires;
  if (residency !== null) checkResidency(situation, residency, failures);
  if (latency !== null) checkLatency(situation, latency, failures);
  if (bytes_out !== null) checkBytes(situation, bytes_out, failures);
}

/** How far each residency reaches: 0 this node, then as `controlRank` plus one. */
export const RESIDENCY_RANK: Readonly<Record<"node" | "owned" | "contracted", number>> = {
  node: 0,
  owned: 1,
  contracted: 2,
};

/** The latency of a placement, ms; null: unknown. */
export function placementLatency(placement: ModelPlacement): number | null {
  switch (placement.kind) {
    case "local":
      return placement.service.provider.latency;
    case "outward":
      return placement.target.endpoint.latency;
    case "none":
      return null;
    default:
      return unreachable(placement);
  }
}

const CONFLICT = { constraint: "request", cause: "requires_conflict" } as const;

function checkResidency(
  { outward }: Situation,
  residency: "node" | "owned" | "contracted",
  failures: Failures,
): void {
  const beyond = outward.filter((need) => controlRank(need.control) + 1 > RESIDENCY_RANK[residency]);
  const farthest = beyond.reduce((far, need) => Math.max(far, controlRank(need.control)), -1);
  if (farthest === -1) return;
  failures.add({
    ...CONFLICT,
    rule: "requires.residency",
    measured: ["owned", "contracted", "uncontrolled"][farthest] ?? null,
    limit: residency,
    unit: "none",
    evidence: beyond.map((need) => `${need.field} ${need.host}`).sort(),
  });
}

function checkLatency({ placements }: Situation, limit: number, failures: Failures): void {
  placements.forEach((placement, index) => {
    if (placement.kind === "none") return;
    const measured = placementLatency(placement);
    if (measured !== null && measured <= limit) return;
    const name = placement.kind === "local" ? placement.service.provider.name : placement.target.host;
    failures.add({
      ...CONFLICT,
      rule: "requires.latency",
      measured,
      limit,
      unit: "ms",
      evidence: [`needs.models[${index}]`, name],
    });
  });
}

function checkBytes({ outward }: Situation, limit: number, failures: Failures): void {
  const undeclared = outward.some((need) => need.bytes === null);
  const { bytes_out } = outwardSum(outward);
  if (!undeclared && bytes_out <= limit) return;
  failures.add({
    ...CONFLICT,
    rule: "requires.bytes_out",
    measured: undeclared ? null : bytes_out,
    limit,
    unit: "bytes",
  });
}
