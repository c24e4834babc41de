// Observes the node for one governor: the room `facts/` measures, and what only a governor knows (its tier, who runs under
// a writ, its throw-away root) is added. Sums, principal and time are not here (judge.ts).
import { realpathSync } from "node:fs";
import type { PathFact, PathFacts } from "../decide/facts.ts";
import { compiledFolder } from "../enforce/compiled-folder.ts";
import { accountHome } from "../facts/account-home.ts";
import type { Observer } from "../facts/observe.ts";
import type { TaskIdentity } from "../facts/task-identity.ts";
import { isWithin } from "../names/path.ts";
import { isSystemPath } from "../names/system-folders.ts";
import { toolchainParts } from "../names/toolchain-parts.ts";
import type { Task } from "../task/task.ts";
import type { HeatGuard } from "./heat-guard.ts";
import type { JudgeParts, Observed } from "./judge.ts";
import type { NodeFile } from "./node-file.ts";
import type { Enforcement } from "./open-enforcement.ts";
import { refuseToReachOut } from "./pinned-home.ts";
import type { Served } from "./service/served.ts";

export interface ObserveOptions {
  readonly node: NodeFile;
  /** Another home is pinned on this machine, so this one reaches nobody. */
  readonly played: boolean;
  /** The home itself, which no task may see. */
  readonly home: string;
  readonly tier: Pick<Enforcement, "isolation" | "limits" | "gate">;
  readonly observer: Observer;
  /** What the governor knows of its heat beyond what is observed. */
  readonly heat: Pick<HeatGuard, "known">;
  /** Names of the providers that run under a live writ. */
  readonly providers: ReadonlySet<string>;
  /** Present: tasks run as their principals, who alone can see what is theirs. */
  readonly served?: Pick<Served, "account" | "lists" | "paths"> | null;
}

/** The observer of this home's governor. */
export function observeFor(options: ObserveOptions): JudgeParts["observe"] {
  const { node, tier, observer, served = null } = options;
  const own = { identity: identityOf(node), home: accountHome(process.geteuid?.() ?? 0) };
  // Whoever writes there says what our own processes run.
  const folder = compiledFolder();
  const compiled = folder === null ? [] : realOf(folder);
  const pathsOf = (task: Task, uid: number, writHomes: readonly string[]): Promise<PathFacts> => {
    const who = { ...(served === null ? own : served.account(uid)), writHomes };
    return served?.lists(uid) === true ? served.paths(task, who) : observer.paths(task, who);
  };
  return async ({ parsed }, { task }, uid): Promise<Observed> => {
    if (options.played) refuseToReachOut(parsed.spec);
    const { providers, secrets } = parsed.spec.sovereignty;
    // A credential that a task could read, or swap for another, is no longer one that only the gate holds.
    const held = secrets.flatMap(({ file }) => realOf(file));
    const writHomes = [options.home, ...compiled, ...held];
    const [figures, paths, provided] = await Promise.all([
      observer.node(),
      pathsOf(task, uid, writHomes),
      asksForService(task) ? observer.providers(providers, options.providers) : [],
    ]);
    return {
      node: { ...options.heat.known(figures), ...tier },
      providers: provided,
      paths: node.throw_away === null ? paths : within(node.throw_away.root, paths),
    };
  };
}

/** The path, and the file that it leads to. */
function realOf(file: string): readonly string[] {
  try {
    const real = realpathSync(file);
    return real === file ? [real] : [real, file];
  } catch {
    return [file];
  }
}

/** Only then do providers bear on the decision; nobody is asked for nothing (P12). */
function asksForService({ needs }: Task): boolean {
  return needs.models.length > 0 || needs.calls.length > 0 || needs.provider !== null;
}

function identityOf({ task_uid }: NodeFile): TaskIdentity {
  if (task_uid !== null) return { uid: task_uid, gid: task_uid, groups: [] };
  return {
    uid: process.geteuid?.() ?? -1,
    gid: process.getegid?.() ?? -1,
    groups: process.getgroups?.() ?? [],
  };
}

/**
 * In a throw-away home only what lies below its root can be granted or run; the rest is as if the task might not touch
 * it. Programs and the files given to them may also be the system's, and those of the runtime that governs.
 */
function within(root: string, paths: PathFacts): PathFacts {
  const bound = <T extends PathFact>(fact: T, also: (real: string) => boolean): T =>
    fact.real === null || isWithin(root, fact.real) || also(fact.real)
      ? fact
      : { ...fact, permitted: false, reason: "it lies outside the root of this throw-away home" };
  const given = <T extends PathFact>(fact: T): T => bound(fact, () => false);
  const run = <T extends PathFact>(fact: T): T =>
    bound(fact, (real) => isSystemPath(real) || RUNTIME.some((part) => isWithin(part, real)));
  return {
    ...paths,
    directory: given(paths.directory),
    reads: paths.reads.map(given),
    writes: paths.writes.map(given),
    executable: paths.executable === null ? null : run(paths.executable),
    toolchain: (paths.toolchain ?? []).map(run),
    arguments: paths.arguments.map(run),
  };
}

/** The program that governs and its installation, never the folder around them: what a clone runs its own programs with. */
const RUNTIME: readonly string[] = runtimePaths(realpathSync(process.execPath));

function runtimePaths(program: string): readonly string[] {
  return [program, ...toolchainParts(program).map(({ path }) => path)];
}
