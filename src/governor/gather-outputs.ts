// The outputs that one task's decision needs, out of the projection: for each of its paths one of each label and trust that
// it meets. Not the sums (gather-sums.ts), nor what they mean (decide/task-label.ts).
import type { CompiledSpec } from "../decide/compile-spec.ts";
import type { OutputFact, PathFact, PathFacts } from "../decide/facts.ts";
import { isWithin } from "../names/path.ts";
import type { Task } from "../task/task.ts";
import type { NameHash } from "./name-hash.ts";
import type { EndedOutput, KnownOutput, Outputs } from "./outputs.ts";
import { pathChain } from "./path-chain.ts";

export interface OutputsSource {
  readonly outputs: Outputs;
  readonly names: NameHash;
}

/** Places that are looked for before one decision, the oldest first; those beyond count as there. */
const LOOKED_MAX = 1024;

/** A task whose paths were observed. */
export interface ObservedTask {
  readonly compiled: CompiledSpec;
  readonly task: Task;
  readonly paths: PathFacts;
}

/**
 * The places of outputs that `observed` meets and at which `isGone` finds nothing, each with the record up to which that is
 * known. A place whose name was erased is never found gone, nor one of too many until older ones are.
 */
export async function endedOutputs(
  observed: ObservedTask,
  source: OutputsSource,
  isGone: (path: string, device: string) => Promise<boolean>,
): Promise<readonly EndedOutput[]> {
  const last = new Map<string, { readonly path: string; readonly device: string; readonly at: number }>();
  for (const { outputs } of metBy(observed, source)) {
    for (const { chain, path, device, at } of outputs) {
      const place = chain.at(-1) ?? "";
      if (path === null || device === null) continue;
      if ((last.get(place)?.at ?? -1) < at) last.set(place, { path, device, at });
    }
  }
  const oldest = [...last].sort(([, one], [, other]) => one.at - other.at).slice(0, LOOKED_MAX);
  const gone = await Promise.all(oldest.map(async ([, { path, device }]) => isGone(path, device)));
  return oldest.filter((_, index) => gone[index]).map(([place, { at }]) => ({ place, at }));
}

/**
 * What the facts of the task are to hold of outputs, less those that ended: of each path that it may reach, one output of
 * each label and trust, the latest. Sorted; empty where it meets none.
 */
export function gatherOutputs(
  observed: ObservedTask,
  source: OutputsSource,
  ended: readonly EndedOutput[],
): readonly OutputFact[] {
  const endedAt = new Map(ended.map(({ place, at }) => [place, at] as const));
  const facts = new Map<string, OutputFact>();
  for (const { path, outputs } of metBy(observed, source)) {
    const latest = new Map<string, KnownOutput>();
    for (const output of outputs) {
      if (output.at <= (endedAt.get(output.chain.at(-1) ?? "") ?? -1)) continue;
      const kind = `${output.untrusted} ${output.label}`;
      const known = latest.get(kind);
      if (known === undefined || isBefore(known, output)) latest.set(kind, output);
    }
    for (const output of latest.values()) {
      const { label, untrusted, decision } = output;
      const fact = { path: output.path ?? path, label, untrusted, decision };
      facts.set(JSON.stringify([fact.path, label, untrusted, decision]), fact);
    }
  }
  return [...facts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, fact]) => fact);
}

/** The later record; of one record's the place that sorts last, so that it never depends on the order of finding. */
function isBefore(one: KnownOutput, other: KnownOutput): boolean {
  if (one.at !== other.at) return one.at < other.at;
  return (one.chain.at(-1) ?? "") < (other.chain.at(-1) ?? "");
}

interface Met {
  readonly path: string;
  readonly outputs: readonly KnownOutput[];
}

function metBy({ compiled, task, paths }: ObservedTask, { outputs, names }: OutputsSource): readonly Met[] {
  if (outputs.size === 0) return [];
  const named = [
    ...paths.reads,
    ...paths.writes,
    ...(paths.toolchain ?? []),
    ...paths.arguments,
    ...(paths.executable === null ? [] : [paths.executable]),
  ].map(({ real, asked }: PathFact) => real ?? asked);
  const met = [...new Set(named)].map((path) => ({ path, outputs: outputs.meeting(pathChain(path, names)) }));
  if (!task.needs.reads_directory) return met;
  const directory = paths.directory.real ?? task.directory;
  const masked = compiled.sources.inside(directory);
  const hashes = new Set(masked.map((place) => names("path", place)));
  // What lies in a labelled place that is masked there is hidden with it.
  const shown = outputs
    .meeting(pathChain(directory, names))
    .filter(({ path, chain }) =>
      path === null
        ? !chain.some((hash) => hashes.has(hash))
        : !masked.some((place) => isWithin(place, path)),
    );
  return [...met, { path: directory, outputs: shown }];
}
