// The hold of an admitted task: what its decision reserves until it is settled.
import type { CompiledSpec } from "../decide/compile-spec.ts";
import { situationOf } from "../decide/situation.ts";
import { assert } from "../stdx/assert.ts";
import type { HoldPaths } from "./gather-sums.ts";
import type { NameHash } from "./name-hash.ts";
import type { Judged } from "./records.ts";
import type { DestinationAmounts, Hold } from "./sums.ts";

/** The hold and its labelled paths. `judged` is an admit. Charges what was asked, never what may be used. */
export function holdOf(
  judged: Judged,
  compiled: CompiledSpec,
  id: string,
  names: NameHash,
): { readonly hold: Hold; readonly paths: HoldPaths } {
  const { decision, facts, task } = judged;
  const { grants, principal } = decision;
  assert(grants !== null && principal !== null, "only an admitted task of a principal is held");
  const situation = situationOf(compiled, task, facts);
  const destinations: DestinationAmounts[] = situation.outward.map((need) => {
    assert(need.bytes !== null, "what leaves is bounded before it is admitted");
    return { host: names("host", need.host), external_calls: need.requests, bytes_out: need.bytes };
  });
  const labelled = (path: string): { readonly path: string; readonly label: string } => {
    // Labelled places inside the default directory grant are masked, so only those at or above it are read.
    const masked = task.needs.reads_directory && path === grants.directory;
    const reach = masked ? compiled.sources.covering(path) : compiled.sources.overlapping(path);
    const rank = Math.max(compiled.defaultRank, reach.rank);
    return { path, label: compiled.spec.privacy.ladder[rank] ?? decision.label };
  };
  return {
    hold: {
      id,
      principal,
      lineage: id,
      memory: grants.memory + situation.ask.models,
      cpu: grants.cpu,
      provider: grants.provider?.name ?? null,
      ends_at: facts.time + grants.time,
      destinations,
    },
    paths: {
      label: decision.label,
      reads: [...grants.reads, ...grants.toolchain].map(({ path }) => labelled(path)),
      writes: grants.writes.map(({ path }) => ({ path, label: decision.label })),
    },
  };
}
