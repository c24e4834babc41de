// Whether this host can hold the task, and whether what it names is there and may be given to it. Not what it reveals.
import { isWithin } from "../names/path.ts";
import type { Cause } from "./decision.ts";
import type { PathFact } from "./facts.ts";
import type { Failures } from "./findings.ts";
import { isHidden } from "./masked-paths.ts";
import { pathFactOf } from "./path-fact.ts";
import type { Situation } from "./situation.ts";
import { toolchainOf } from "./toolchain-of.ts";

/** From the weakest to the strongest; a tier proves those before it. */
const ISOLATION: readonly string[] = ["none", "seatbelt", "namespaces"];
const LIMITS: readonly string[] = ["none", "soft", "cgroup"];

/** Isolation and limits tiers, the executable, the working directory and every declared path. */
export function checkExecution(situation: Situation, failures: Failures): void {
  checkTiers(situation, failures);
  checkExecutable(situation, failures);
  checkToolchain(situation, failures);
  checkDirectory(situation, failures);
  const { task, facts } = situation;
  task.needs.reads.forEach((asked, at) =>
    checkPath(
      situation,
      { rule: `needs.reads[${at}]`, asked, fact: pathFactOf(facts.paths.reads, asked, at) },
      failures,
    ),
  );
  task.needs.writes.forEach((asked, at) =>
    checkPath(
      situation,
      { rule: `needs.writes[${at}]`, asked, fact: pathFactOf(facts.paths.writes, asked, at) },
      failures,
    ),
  );
  checkArguments(situation, failures);
}

function checkTiers({ compiled, facts }: Situation, failures: Failures): void {
  const { isolation, limits } = compiled.spec.execution;
  const { node } = facts;
  if (ISOLATION.indexOf(node.isolation) < ISOLATION.indexOf(isolation)) {
    const rule = "execution.isolation";
    failures.add({
      constraint: "execution",
      rule,
      cause: "isolation_too_weak",
      measured: node.isolation,
      limit: isolation,
      unit: "none",
    });
  }
  if (LIMITS.indexOf(node.limits) < LIMITS.indexOf(limits)) {
    const rule = "execution.limits";
    failures.add({
      constraint: "execution",
      rule,
      cause: "limits_too_weak",
      measured: node.limits,
      limit: limits,
      unit: "none",
    });
  }
}

function checkExecutable({ facts }: Situation, failures: Failures): void {
  const { executable } = facts.paths;
  if (executable === null || executable.real === null || executable.kind !== "file") {
    // The command's own word is untrusted and stands in no finding.
    failPath(failures, { rule: "run.command[0]", cause: "executable_missing", path: null });
  } else if (!executable.permitted || isNameless(executable)) {
    failPath(failures, { rule: "run.command[0]", cause: "path_not_permitted", path: executable.real });
  }
}

/** What is shown beside the program is judged as if it had been declared. */
function checkToolchain(situation: Situation, failures: Failures): void {
  for (const fact of toolchainOf(situation.task, situation.facts)) {
    checkPath(situation, { rule: "run.command[0]", asked: fact.asked, fact }, failures);
  }
}

function checkDirectory({ task, facts }: Situation, failures: Failures): void {
  const { directory, home } = facts.paths;
  if (directory.real === null || directory.kind === "missing") {
    failPath(failures, { rule: "directory", cause: "path_missing", path: task.directory });
    return;
  }
  const unreadable = task.needs.reads_directory && (!directory.permitted || isNameless(directory));
  if (directory.kind !== "directory" || unreadable) {
    failPath(failures, { rule: "directory", cause: "path_not_permitted", path: directory.real });
  }
  // `/` is above every home, known or not.
  if (isWithin(directory.real, home ?? "/")) {
    failPath(failures, { rule: "directory", cause: "directory_too_wide", path: directory.real, limit: home });
  }
}

interface NamedPath {
  readonly rule: string;
  readonly asked: string;
  readonly fact: PathFact | null;
}

function checkPath({ facts }: Situation, { rule, asked, fact }: NamedPath, failures: Failures): void {
  if (fact === null || fact.real === null || fact.kind === "missing") {
    failPath(failures, { rule, cause: "path_missing", path: asked });
    return;
  }
  const { real } = fact;
  if (fact.kind === "other" || !fact.permitted || isNameless(fact)) {
    failPath(failures, { rule, cause: "path_not_permitted", path: asked, reason: fact.reason });
  }
  if (facts.paths.masked.some((place) => isWithin(place, real))) {
    failPath(failures, { rule, cause: "path_private", path: asked });
  }
}

/** What has no identity cannot be recognised when the task starts. */
function isNameless({ device, inode }: PathFact): boolean {
  return device === null || inode === null;
}

/** File arguments: each can be recognised later, and none would be hidden from the command that names it. */
function checkArguments(situation: Situation, failures: Failures): void {
  const { task, facts } = situation;
  if (facts.paths.arguments.length === 0) return;
  for (const file of facts.paths.arguments) {
    const { real } = file;
    if (real === null) continue;
    const rule = "run.command";
    // An argument may name a file without being meant to be read, so the bits alone refuse nothing; a reason does.
    const barred = !file.permitted && file.reason !== undefined;
    if (file.kind === "file" && (isNameless(file) || barred))
      failPath(failures, { rule, cause: "path_not_permitted", path: real, reason: file.reason });
    const hidden = task.needs.reads_directory && isHidden(situation, real);
    if (hidden && !declared(situation, real)) failPath(failures, { rule, cause: "path_private", path: real });
  }
}

function declared({ facts, task }: Situation, real: string): boolean {
  const within =
    (known: readonly PathFact[]) =>
    (asked: string, at: number): boolean => {
      const grant = pathFactOf(known, asked, at)?.real ?? null;
      return grant !== null && isWithin(grant, real);
    };
  return (
    task.needs.reads.some(within(facts.paths.reads)) || task.needs.writes.some(within(facts.paths.writes))
  );
}

interface PathFailure {
  readonly rule: string;
  readonly cause: Cause;
  readonly path: string | null;
  readonly limit?: string | null;
  /** Why, in the words of facts/. */
  readonly reason?: string | undefined;
}

function failPath(failures: Failures, { rule, cause, path, limit, reason }: PathFailure): void {
  failures.add({
    constraint: "execution",
    rule,
    cause,
    measured: path,
    limit: limit ?? null,
    unit: "none",
    evidence: [path, reason ?? null].filter((line) => line !== null),
  });
}
