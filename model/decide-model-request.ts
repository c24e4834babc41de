// The naive decision's reading of who asks and for what, and of the memory that is left for models.
import type { Cause } from "../src/decide/decision.ts";
import type { Facts } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { reservedModels, sum } from "./decide-model-places.ts";

/** Causes that lie in the request itself. */
export function requestCauses(
  spec: Spec,
  task: Task,
  facts: Facts,
): { readonly permanent: Set<Cause>; readonly transient: Set<Cause> } {
  const permanent = new Set<Cause>();
  const transient = new Set<Cause>();
  const principal = spec.principals.find((entry) => entry.name === facts.principal);
  if (principal === undefined) permanent.add("principal_unlisted");
  else if (task.principal !== null && task.principal !== principal.name) permanent.add("principal_not_yours");
  const asked = [
    ...task.needs.models.map((need) => need.capability),
    ...task.needs.calls.flatMap((call) => call.for),
  ];
  if (asked.some((capability) => !(principal?.may_need ?? []).includes(capability)))
    permanent.add("capability_not_allowed");
  if (task.needs.provider !== null) {
    const named = spec.sovereignty.providers.find((entry) => entry.name === task.needs.provider);
    if (named === undefined || named.url === null || named.kind === "gguf") permanent.add("provider_unknown");
    else if (facts.providers.some((entry) => entry.name === named.name && entry.state === "up"))
      transient.add("provider_running");
  }
  return { permanent, transient };
}

/** Bytes that all holds may have, have, and that are free and promised to nobody. */
export function memoryLeft(
  spec: Spec,
  facts: Facts,
): { readonly capacity: number; readonly held: number; readonly available: number } {
  const total = Math.max(0, facts.node.memory_total - spec.resources.memory.host_reserve);
  const capacity = Number((BigInt(total) * BigInt(spec.resources.memory.committed_max)) / 10_000n);
  // All holds on one model share its memory; one that is loaded by now is not promised any more.
  const reserved = reservedModels(facts);
  const models = facts.sums.holds.flatMap((hold) => hold.models ?? []);
  const twice = sum(models, (one) => one.memory) - sum(reserved, (one) => one.memory);
  const held = facts.sums.holds.reduce((all, hold) => all + hold.memory, 0) - twice;
  // What is free, less what was promised and is not used yet.
  const unused = facts.sums.holds.map((hold) => Math.max(0, hold.memory - (hold.used ?? 0)));
  const there = reserved.filter(({ provider, model }) =>
    facts.providers.some(
      (fact) => fact.name === provider && fact.models.some((one) => one.name === model && one.loaded),
    ),
  );
  const promised = sum(unused, (one) => one) - twice - sum(there, (one) => one.memory);
  const available = Math.max(0, facts.node.memory_available - Math.max(0, promised));
  return { capacity, held, available };
}

/** Causes of a node that was narrowed, when so many needs would leave it. */
export function narrowedCauses({ narrowed }: Facts, leaving: number): readonly Cause[] {
  if (narrowed === undefined) return [];
  if (narrowed.step === "halted") return ["node_halted"];
  return leaving > 0 ? ["node_offline"] : [];
}
