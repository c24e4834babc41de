// What a task that another one submitted may have at most: what each task above it has left. Not the node's own limits
// (check-resources.ts), nor windows (check-budgets.ts).
import { isWithin } from "../names/path.ts";
import { isSystemPath } from "../names/system-folders.ts";
import { sumOf } from "./check-budgets.ts";
import type { Unit } from "./decision.ts";
import { asLeftCall, drawGrants, type WantedGrants } from "./draw-grants.ts";
import type { RemainingGrant } from "./facts.ts";
import type { Failures } from "./findings.ts";
import { grantedModels } from "./grants-of.ts";
import { maskedPaths, namedFiles } from "./masked-paths.ts";
import { grantedCalls, grantedOpaque } from "./network-grants.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Situation } from "./situation.ts";
import { toolchainOf } from "./toolchain-of.ts";

/** Every grant of a child lies within what each ancestor has left, and what it asks for children of its own in the spec's. */
export function checkAncestors(situation: Situation, failures: Failures): void {
  checkChildren(situation, failures);
  for (const ancestor of situation.facts.sums.ancestors) checkAncestor(situation, ancestor, failures);
}

/** What a child takes of its parent's submissions: itself, and all that it may submit. */
export function submissionsOf({ task }: Pick<Situation, "task">): number {
  return task.needs.submits + 1;
}

type Refuse = (
  what: string,
  measured: number | string | null,
  limit: number | string | null,
  unit?: Unit,
) => void;

function checkChildren({ compiled, task, facts }: Situation, failures: Failures): void {
  const { per_task_max, depth_max } = compiled.spec.resources.children;
  const { submits } = task.needs;
  const refuse: Refuse = (rule, measured, limit, unit = "count") =>
    failures.add({
      constraint: "resources",
      rule,
      cause: "children_over_limit",
      measured,
      limit,
      unit,
    });
  if (submits > per_task_max) refuse("resources.children.per_task_max", submits, per_task_max);
  const depth = facts.sums.ancestors.length;
  if (depth > depth_max) refuse("resources.children.depth_max", depth, depth_max);
  if (submits === 0) return;
  // Only control groups hold a task and its children together, and only the gate takes submissions.
  if (facts.node.limits !== "cgroup") refuse("node.limits", facts.node.limits, "cgroup", "none");
  if (facts.node.gate === "none") refuse("node.gate", facts.node.gate, "present", "none");
}

function checkAncestor(situation: Situation, ancestor: RemainingGrant, failures: Failures): void {
  const evidence = [`decision ${ancestor.decision}`];
  const refuse: Refuse = (what, measured, limit, unit = "none") =>
    failures.add({
      constraint: "resources",
      rule: `ancestor.${what}`,
      cause: "ancestor_over_limit",
      measured,
      limit,
      unit,
      evidence,
    });
  checkAmounts(situation, ancestor, refuse);
  checkLabel(situation, ancestor, refuse);
  checkPaths(situation, ancestor, refuse);
  checkNetwork(situation, ancestor, refuse);
}

function checkAmounts(situation: Situation, ancestor: RemainingGrant, refuse: Refuse): void {
  const { ask, task } = situation;
  const sum = sumOf(situation);
  const over = (what: string, measured: number | null, limit: number, unit: Unit): void => {
    if (measured !== null && measured > limit) refuse(what, measured, limit, unit);
  };
  over("memory", ask.memory, ancestor.memory, "bytes");
  over("cpu", ask.cpu, ancestor.cpu, "cpu_milli");
  over("processes", ask.processes, ancestor.processes, "count");
  over("time", ask.time, ancestor.time, "ms");
  over("submits", submissionsOf(situation), ancestor.submits, "count");
  over("external_calls", sum.external_calls, ancestor.external_calls, "count");
  over("bytes_out", sum.bytes_out, ancestor.bytes_out, "bytes");
  over("tokens", sum.tokens, ancestor.tokens ?? 0, "tokens");
  over("money", sum.money, ancestor.money ?? 0, "money");
  if (task.needs.provider !== null) refuse("provider", task.needs.provider, null);
}

/** What comes back from a child is read by its parent, so that the child reads nothing that the parent may not. */
function checkLabel({ reach, compiled, label }: Situation, ancestor: RemainingGrant, refuse: Refuse): void {
  if (reach.rank > (compiled.ranks.get(ancestor.label) ?? -1))
    refuse("label", label, ancestor.label, "label");
  if (reach.untrusted && !ancestor.untrusted) refuse("untrusted", "untrusted", "trusted");
}

function checkPaths(situation: Situation, ancestor: RemainingGrant, refuse: Refuse): void {
  const { task, facts } = situation;
  const { paths } = facts;
  const reads = task.needs.reads.map((asked, at) => pathFactOf(paths.reads, asked, at)?.real ?? asked);
  const writes = task.needs.writes.map((asked, at) => pathFactOf(paths.writes, asked, at)?.real ?? asked);
  const directory = task.needs.reads_directory ? [paths.directory.real ?? task.directory] : [];
  const shown = [...toolchainOf(task, facts), ...namedFiles(situation)].map((one) => one.real ?? one.asked);
  const program = paths.executable?.real ?? null;
  const run = program === null || isSystemPath(program) ? [] : [program];
  const readable = [...ancestor.reads, ...ancestor.writes];
  const opened = new Set([...reads, ...directory]);
  for (const path of opened) if (!covered(readable, path)) refuse("reads", path, null);
  for (const path of new Set([...shown, ...run]))
    if (!covered([...readable, ...ancestor.runs], path)) refuse("runs", path, null);
  for (const path of writes) if (!covered(ancestor.writes, path)) refuse("writes", path, null);
  // What is hidden from the ancestor is hidden from the child as well.
  const hidden = maskedPaths(situation);
  for (const path of new Set([...opened, ...writes, ...shown])) {
    for (const place of ancestor.masked) {
      const hides = isWithin(place, path) || (isWithin(path, place) && !covered(hidden, place));
      if (hides) refuse("masked", path, null);
    }
  }
}

function checkNetwork(situation: Situation, ancestor: RemainingGrant, refuse: Refuse): void {
  const wanted = wantedGrants(situation);
  // What has no endpoint or no bound is refused as that.
  if (wanted === null) return;
  const result = drawGrants(wanted, ancestor);
  if (!result.ok) refuse(result.list, result.name, null);
  for (const name of situation.task.needs.secrets) {
    if (!ancestor.secrets.includes(name)) refuse("secrets", name, null);
  }
}

/** What the writ would grant of calls, raw connections and models; null while something of it has no bound or no place. */
export function wantedGrants(situation: Situation): WantedGrants | null {
  const bounded = situation.outward.every(
    ({ bytes, endpoint, scheme, metered, tokens }) =>
      bytes !== null &&
      (!metered || tokens !== null) &&
      endpoint !== null &&
      (scheme !== "tcp" || (endpoint.address !== null && endpoint.opaque !== null)),
  );
  if (!bounded || situation.metered.some(({ tokens }) => tokens === null)) return null;
  return {
    calls: grantedCalls(situation).map(asLeftCall),
    opaque: grantedOpaque(situation),
    models: grantedModels(situation),
  };
}

function covered(granted: readonly string[], path: string): boolean {
  return granted.some((grant) => isWithin(grant, path));
}
