// The paths of a task as they are now: what it may touch, its program and the files it is given, and the private places that
// its grants would reveal. What was decided on is compared again before anything starts (enforce/).
import { isAbsolute, resolve } from "node:path";
import type { FileFact, PathFact, PathFacts } from "../decide/facts.ts";
import { isWithin } from "../names/path.ts";
import { isKernelPath } from "../names/system-folders.ts";
import type { Task } from "../task/task.ts";
import { type ContentHasher, HASHED_MAX, PROGRAM_MAX } from "./content-hash.ts";
import { findExecutable } from "./find-executable.ts";
import { observePath } from "./observe-path.ts";
import { observeToolchain } from "./observe-toolchain.ts";
import {
  findPrivatePlaces,
  isProjectSecret,
  privatePlacesAround,
  type SearchFailure,
} from "./private-places.ts";
import type { TaskIdentity } from "./task-identity.ts";

/** What paths are observed with. */
export interface PathObservation {
  /** Who the task will run as. */
  readonly identity: TaskIdentity;
  /** The home folder of the submitting user, a real path; null: none. */
  readonly home: string | null;
  /** Real paths of what is Writ's own here: homes, where its processes load code from, the files of secrets. */
  readonly writHomes: readonly string[];
  readonly hasher: ContentHasher;
}

/** Bytes hashed for one task's arguments; what comes after is named without a hash. */
const ARGUMENT_BYTES_MAX = 1024 * 1024 * 1024;

/** Paths looked at together: the file system answers few at a time. */
const TOGETHER = 16;

/**
 * Everything `task` names, observed. Never throws. A directory whose private places cannot all be found (too large, too
 * deep, unreadable) is reported as not permitted with the reason, not granted half masked.
 */
export async function observePaths(task: Task, observation: PathObservation): Promise<PathFacts> {
  const { identity, hasher, home } = observation;
  const { needs } = task;
  const masked = new Set<string>();
  const secrets = new Set<string>();
  const use = needs.reads_directory ? "read" : "enter";
  const directory = await observePath(task.directory, use, identity);
  const reads = await eachOf(needs.reads, (path) => observePath(path, "read", identity));
  const writes = await eachOf(needs.writes, (path) => observePath(path, "write", identity));
  const unmasked = (fact: PathFact): Promise<PathFact> =>
    maskedGrant(fact, observation.writHomes, { masked });
  // What is refused for what it holds is not searched as well: any task can name a folder of a million files.
  const written = async (fact: PathFact): Promise<PathFact> =>
    notApart(observation.writHomes, fact) ?? (await unmasked(fact));
  const program = await findExecutable(task.run.command[0] ?? "", task.directory, identity);
  const real = program?.real ?? null;
  const toolchain = real === null ? [] : await observeToolchain(real, identity);
  return {
    directory: needs.reads_directory
      ? await maskedGrant(directory, observation.writHomes, { masked, secrets })
      : directory,
    reads: await Promise.all(reads.map(unmasked)),
    writes: await Promise.all(writes.map(written)),
    executable:
      program === null ? null : { ...program, sha256: (await hasher.hash(program, PROGRAM_MAX)).sha256 },
    toolchain: await Promise.all(toolchain.map(unmasked)),
    arguments: await fileArguments(task, observation),
    masked: [...masked].sort(),
    secrets: [...secrets].sort(),
    home,
  };
}

interface Found {
  readonly masked: Set<string>;
  /** Absent: a project's own secrets inside this grant are meant to be read. */
  readonly secrets?: Set<string>;
}

/** `fact`, with the private places in and around it added to what is found; not permitted when they are not all known. */
async function maskedGrant(
  fact: PathFact,
  homes: readonly string[],
  { masked, secrets }: Found,
): Promise<PathFact> {
  if (fact.real === null) return fact;
  if (isKernelPath(fact.real))
    return { ...fact, permitted: false, reason: "it belongs to the kernel, and every task has its own" };
  for (const place of privatePlacesAround(fact.real, homes)) masked.add(place);
  if (fact.kind !== "directory" || masked.has(fact.real)) return fact;
  const places = await findPrivatePlaces(fact.real, homes);
  if (!places.ok) return { ...fact, permitted: false, reason: REASONS[places.error] };
  for (const place of places.value) {
    if (isProjectSecret(place) && !homes.includes(place)) secrets?.add(place);
    else masked.add(place);
  }
  return fact;
}

/**
 * The fact as not permitted where it holds what is Writ's own, else null. Whoever may write around a home could put another in
 * its place: it can be hidden from a reader, not from a writer.
 */
function notApart(homes: readonly string[], fact: PathFact): PathFact | null {
  const { real } = fact;
  if (real === null || !homes.some((home) => isWithin(real, home))) return null;
  return {
    ...fact,
    permitted: false,
    reason:
      "it holds a home of Writ, its compiled code or the file of a secret: name the parts that are needed",
  };
}

const REASONS: Readonly<Record<SearchFailure, string>> = {
  too_large: "it holds too many folders to find its private places: name the parts that are needed",
  too_deep: "it is nested too deeply to find its private places: name the parts that are needed",
  unreadable: "it cannot be listed to find its private places",
};

/** The arguments that name an existing regular file, in order. */
async function fileArguments(task: Task, { identity, hasher }: PathObservation): Promise<FileFact[]> {
  const named = task.run.command.slice(1).filter((argument) => argument !== "" && !argument.includes("\0"));
  const facts = await eachOf(named, async (argument) => {
    const path = isAbsolute(argument) ? argument : resolve(task.directory, argument);
    return { ...(await observePath(path, "read", identity)), asked: argument };
  });
  const files: FileFact[] = [];
  let left = ARGUMENT_BYTES_MAX;
  for (const fact of facts) {
    if (fact.kind !== "file") continue;
    const { sha256, bytes } = await hasher.hash(fact, Math.min(left, HASHED_MAX));
    left -= bytes;
    files.push({ ...fact, sha256 });
  }
  return files;
}

async function eachOf<T>(paths: readonly string[], look: (path: string) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < paths.length; at += TOGETHER) {
    found.push(...(await Promise.all(paths.slice(at, at + TOGETHER).map(look))));
  }
  return found;
}
