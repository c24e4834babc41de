// What a writ will allow an admitted task: everything it asked, as real paths with their identity, and nothing else.
import { assert } from "../stdx/assert.ts";
import type { GrantedFile, GrantedModel, GrantedPath, Grants } from "./decision.ts";
import type { FileFact, PathFact } from "./facts.ts";
import { maskedPaths, namedFiles } from "./masked-paths.ts";
import { grantedCalls, grantedDetectors, grantedOpaque, grantedSecrets } from "./network-grants.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Situation } from "./situation.ts";
import { toolchainOf } from "./toolchain-of.ts";

/** The grants of a situation in which nothing fails; anything missing then is a broken invariant. */
export function grantsOf(situation: Situation): Grants {
  const { compiled, task, facts, ask, label } = situation;
  const { paths } = facts;
  const { memory, cpu, time, processes } = ask;
  assert(
    memory !== null && cpu !== null && time !== null && processes !== null,
    "an admitted task has declared everything",
  );
  assert(
    paths.executable !== null && paths.directory.real !== null,
    "an admitted task has a program and a directory",
  );
  const server = task.needs.provider === null ? undefined : compiled.providers.get(task.needs.provider);
  assert(server !== undefined || task.needs.provider === null, "an admitted provider is the spec's");
  return {
    command: task.run.command,
    executable: grantedFile(paths.executable),
    arguments: paths.arguments.filter((file) => file.kind === "file" && file.real !== null).map(grantedFile),
    directory: paths.directory.real,
    reads: grantedReads(situation),
    writes: grantedPaths(task.needs.writes.map((asked, at) => pathFactOf(paths.writes, asked, at))),
    toolchain: grantedPaths(toolchainOf(task, facts)),
    masked: maskedPaths(situation),
    label,
    memory,
    cpu,
    processes,
    time,
    output: compiled.spec.resources.output_max,
    models: grantedModels(situation),
    provider: server === undefined ? null : { name: server.name, url: server.url },
    calls: grantedCalls(situation),
    opaque: grantedOpaque(situation),
    secrets: grantedSecrets(situation),
    detectors: grantedDetectors(situation),
    submits: task.needs.submits,
    records_network: task.needs.records_network && server === undefined && facts.node.gate !== "none",
  };
}

function grantedReads(situation: Situation): readonly GrantedPath[] {
  const { task, facts } = situation;
  const declared = task.needs.reads.map((asked, at) => pathFactOf(facts.paths.reads, asked, at));
  const directory = task.needs.reads_directory ? [facts.paths.directory] : [];
  return grantedPaths([...directory, ...declared, ...namedFiles(situation)]);
}

/** One entry for each real path, sorted. */
function grantedPaths(facts: readonly (PathFact | null)[]): readonly GrantedPath[] {
  const granted = new Map<string, GrantedPath>();
  for (const fact of facts) {
    const path = grantedPath(fact);
    granted.set(path.path, path);
  }
  return [...granted.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function grantedPath(fact: PathFact | null): GrantedPath {
  assert(fact !== null && fact.real !== null, "an admitted path exists");
  assert(fact.kind === "file" || fact.kind === "directory", "an admitted path is a file or a directory");
  assert(fact.device !== null && fact.inode !== null, "an admitted path has an identity");
  return { path: fact.real, kind: fact.kind, device: fact.device, inode: fact.inode };
}

function grantedFile(fact: FileFact): GrantedFile {
  return { ...grantedPath(fact), sha256: fact.sha256 };
}

/** Inference on this node, one entry a model need that was placed here. */
export function grantedModels({
  placements,
  metered,
}: Pick<Situation, "placements" | "metered">): readonly GrantedModel[] {
  const models: GrantedModel[] = [];
  for (const [index, placement] of placements.entries()) {
    if (placement.kind !== "local") continue;
    const { provider, model } = placement.service;
    const { name, kind, url } = provider;
    const { calls_max, context } = placement.need;
    const tokens_max = metered.find(({ field }) => field === `needs.models[${index}]`)?.tokens ?? null;
    models.push({
      provider: name,
      kind,
      url,
      model: model.name,
      requests_max: calls_max,
      tokens_max,
      context,
    });
  }
  return models;
}
