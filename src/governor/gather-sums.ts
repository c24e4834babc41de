// The sums that one task's decision needs, out of the projection: live holds with their labels, and one row for each
// budget and each key that the task touches.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import type { HoldFact, PathFacts, Sums as SumsFact } from "../decide/facts.ts";
import { pathFactOf } from "../decide/path-fact.ts";
import { splitUrl } from "../decide/split-url.ts";
import type { Task } from "../task/task.ts";
import type { HeldGroup } from "./held-groups.ts";
import type { Lineages } from "./lineages.ts";
import type { NameHash } from "./name-hash.ts";
import type { Hold, Scope, Sums } from "./sums.ts";

/** A live hold's label and trust, and its real paths with its label; kept beside the projection, as the ledger's cores hold no paths. */
export type HoldPaths = Pick<HoldFact, "reads" | "writes"> & {
  readonly label: string;
  readonly untrusted: boolean;
};

export interface SumsSource {
  readonly sums: Sums;
  readonly paths: ReadonlyMap<string, HoldPaths>;
  readonly names: NameHash;
  readonly lineages: Lineages;
}

/** The lineage of a submission without a parent, which has spent nothing yet: no hold or settlement has this key. */
const OWN_LINEAGE = "";

/** Everything held and spent that counts for `task` of `principal` at ledger time `now`. */
export function gatherSums(
  compiled: CompiledSpec,
  task: Task,
  asker: {
    readonly principal: string | null;
    readonly now: number;
    readonly parent: string | null;
    readonly paths: Pick<PathFacts, "writes">;
  },
  source: SumsSource,
): SumsFact {
  const { parent, paths } = asker;
  const lineage = parent === null ? OWN_LINEAGE : source.lineages.root(parent);
  // INVARIANT: what a live task only reads can meet nothing but what this one writes, by the paths that the decision takes.
  const writes = task.needs.writes.map((asked, at) => pathFactOf(paths.writes, asked, at)?.real ?? asked);
  const { apart, groups } = source.sums.grouped(writes);
  return {
    holds: [
      ...apart.map((hold) => factOf(hold, source, asker.now)),
      ...groups.map((group) => groupFact(group, asker.now)),
    ],
    windows: compiled.budgets.flatMap(({ scope, window }) =>
      keysOf(scope, compiled, task, { ...asker, lineage }).map((key) => {
        const name = scope === "destination" ? source.names("host", key) : key;
        return { scope, key, window, ...source.sums.window(scope, name, window, asker.now) };
      }),
    ),
    ancestors: parent === null ? [] : source.lineages.remaining(parent, asker.now),
  };
}

function factOf(hold: Hold, { paths }: SumsSource, now: number): HoldFact {
  const held = paths.get(hold.id);
  return {
    ...labelOf(held),
    id: hold.id,
    principal: hold.principal,
    memory: hold.memory,
    cpu: hold.cpu,
    ends_in: Math.max(0, hold.ends_at - now),
    provider: hold.provider,
    ...(hold.models === undefined ? {} : { models: hold.models }),
    reads: held?.reads ?? [],
    writes: held?.writes ?? [],
  };
}

function groupFact({ count, memory, cpu, ends_at }: HeldGroup, now: number): HoldFact {
  const sums = { memory, cpu, ends_in: Math.max(0, ends_at - now) };
  return { id: "", principal: "", ...sums, merged: count, provider: null, reads: [], writes: [] };
}

/** Absent where it is not known: the decision then takes it as the lowest. */
function labelOf(paths: HoldPaths | undefined): Pick<HoldFact, "label" | "untrusted"> {
  return paths === undefined ? {} : { label: paths.label, untrusted: paths.untrusted };
}

function keysOf(
  scope: Scope,
  compiled: CompiledSpec,
  task: Task,
  { principal, lineage }: { readonly principal: string | null; readonly lineage: string },
): readonly string[] {
  switch (scope) {
    case "node":
    case "spec":
      return [""];
    case "principal":
      return principal === null ? [] : [principal];
    case "lineage":
      return [lineage];
    case "destination":
      return destinations(compiled, task);
  }
}

/** Every host that the task may send to: its declared calls, and wherever its model needs can be placed. */
function destinations(compiled: CompiledSpec, task: Task): readonly string[] {
  const called = task.needs.calls.flatMap((call) => splitUrl(call.to)?.host ?? []);
  const placed = task.needs.models.flatMap((need) => compiled.targets.get(need.capability) ?? []);
  return [...new Set([...called, ...placed.map((target) => target.host)])].sort();
}
