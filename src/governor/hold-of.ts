// The hold of an admitted task: what its decision reserves until it is settled.
import type { HeldModel } from "../decide/facts.ts";
import { placedModels, type Situation } from "../decide/situation.ts";
import { THIS_NODE } from "../enforce/execution.ts";
import { assert } from "../stdx/assert.ts";
import type { HoldPaths } from "./gather-sums.ts";
import type { NameHash } from "./name-hash.ts";
import type { EndedOutput } from "./outputs.ts";
import { pathChains } from "./path-chain.ts";
import type { Judged } from "./records.ts";
import type { DestinationAmounts, Hold } from "./sums.ts";

/** Which hold it is. */
export interface HoldPlace {
  readonly id: string;
  readonly ended: readonly EndedOutput[];
  /** Of its task. */
  readonly class: string;
  /** Of a child, whose it is; null: nobody's task submitted it. */
  readonly line: { readonly parent: string; readonly root: string } | null;
}

/** The hold and its labelled paths. The decision is an admit, made on `situation`. Charges what was asked, never what may be used. */
export function holdOf(
  { decision, facts }: Judged,
  situation: Situation,
  { id, ended, line, class: name }: HoldPlace,
  names: NameHash,
): { readonly hold: Hold; readonly paths: HoldPaths } {
  const { grants, principal } = decision;
  assert(grants !== null && principal !== null, "only an admitted task of a principal is held");
  const { label, untrusted } = decision;
  const carries =
    situation.reach.labelled && grants.writes.length > 0
      ? {
          label,
          untrusted,
          writes: pathChains(
            grants.writes.map(({ path }) => path),
            names,
          ),
        }
      : null;
  const destinations: DestinationAmounts[] = situation.outward.map((need) => {
    assert(need.bytes !== null, "what leaves is bounded before it is admitted");
    const { host, requests, bytes, tokens, money } = need;
    return {
      host: names("host", host),
      external_calls: requests,
      bytes_out: bytes,
      tokens: tokens ?? 0,
      money,
    };
  });
  const here = situation.metered.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0);
  if (here > 0) {
    const host = names("host", THIS_NODE);
    destinations.push({ host, external_calls: 0, bytes_out: 0, tokens: here, money: 0 });
  }
  const models = placedModels(situation.placements).flatMap(({ provider, model }): HeldModel[] =>
    model.loaded ? [] : [{ provider: provider.name, model: model.name, memory: model.memory ?? 0 }],
  );
  return {
    hold: {
      id,
      principal,
      lineage: line?.root ?? id,
      ...(line === null ? {} : { parent: line.parent }),
      // A child's own are part of its parent's hold.
      memory: models.reduce((sum, model) => sum + model.memory, line === null ? grants.memory : 0),
      cpu: line === null ? grants.cpu : 0,
      provider: grants.provider?.name ?? null,
      ends_at: facts.time + grants.time,
      destinations,
      class: name,
      // Absent, not null: the records of tasks without labels stay as they are.
      ...(models.length === 0 ? {} : { models }),
      ...(carries === null ? {} : { carries }),
      ...(ended.length === 0 ? {} : { ended }),
    },
    paths: {
      label,
      untrusted,
      reads: [...grants.reads, ...grants.toolchain].map(({ path }) => ({ path, label })),
      writes: grants.writes.map(({ path }) => ({ path, label })),
    },
  };
}
