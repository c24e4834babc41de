// Chooses and opens the limits of this node: the first tier that holds when it is exceeded, with what was seen. Not the
// tiers themselves (cgroup-v1.ts, cgroup-v2.ts, soft-limits.ts).
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { type Attestation, attestGroups, attestSoft, type ProbeUser } from "./attest-limits.ts";
import { aroundV1, cgroupV1, makeV1 } from "./cgroup-v1.ts";
import { aroundV2, cgroupV2, makeV2 } from "./cgroup-v2.ts";
import { collectLeftovers } from "./collect-leftovers.ts";
import { createAhead, createBounded } from "./create-bounded.ts";
import { type CgroupPlaces, findCgroups } from "./find-cgroups.ts";
import type { GroupMaker } from "./group-maker.ts";
import { createHolding } from "./holding-groups.ts";
import type { AheadLimits, Limits, TaskBounds, TaskLimits, UsageSource } from "./limits.ts";
import { softLimits } from "./soft-limits.ts";

export interface OpenLimitsOptions {
  /** `best` takes the first of v2, v1 and soft that holds; the others take that tier or none. */
  readonly tier: "best" | "cgroup" | "soft";
  /** Where control groups are mounted; usually `/sys/fs/cgroup`. */
  readonly root: string;
  /** Names this home's groups, `writ-<name>-<id>`: 4 to 32 of `[a-z0-9]`. */
  readonly name: string;
  /** Who runs the soft tier's probes when this process is root, whom RLIMIT_NPROC does not hold. */
  readonly probeUser?: ProbeUser;
}

/**
 * Limits proved on this node now. Throws `WritError` (WRIT_ISOLATION_UNAVAILABLE) with what was seen when no tier of
 * the asked kind holds. On version 2 this process may move into a leaf group below its own.
 *
 * `systemd-run --user --scope` per task is not used: a governor started in a delegated unit gets version 2 without it.
 *
 * @example const limits = await openLimits({ tier: "best", root: "/sys/fs/cgroup", name: "3f2a" });
 */
export async function openLimits(options: OpenLimitsOptions): Promise<Limits> {
  assert(/^[a-z0-9]{4,32}$/.test(options.name), "a home's name for groups is 4 to 32 of a-z and 0-9");
  const evidence: string[] = [];
  for (const candidate of candidates(options)) {
    const attestation = await attest(candidate);
    evidence.push(`${candidate.source}: ${attestation.seen}`);
    if (candidate.source === "polled" && attestation.held) evidence.push(SOFT_CORES);
    if (attestation.held && candidate.limits !== null) return { ...candidate.limits, evidence };
  }
  throw new WritError("WRIT_ISOLATION_UNAVAILABLE", `no limits hold on this node: ${evidence.join("; ")}`, {
    hint: "systemd-run --user --pty --property=Delegate=yes writ doctor",
  });
}

interface Candidate {
  readonly source: UsageSource;
  /** Null: this tier cannot be here, for the reason in `prove`. */
  readonly limits: Omit<Limits, "evidence"> | null;
  readonly prove: () => Promise<Attestation>;
}

function candidates(options: OpenLimitsOptions): readonly Candidate[] {
  const groups = (): readonly Candidate[] => {
    const places = findCgroups(
      options.root,
      readFileSync("/proc/self/cgroup", "utf8"),
      readFileSync("/proc/self/mountinfo", "utf8"),
    );
    return [v2Candidate(places, options.name), v1Candidate(places, options.name)];
  };
  switch (options.tier) {
    case "best":
      return [...groups(), softCandidate(options)];
    case "cgroup":
      return groups();
    case "soft":
      return [softCandidate(options)];
  }
}

function v2Candidate(places: CgroupPlaces, name: string): Candidate {
  const own = cgroupV2(places);
  if (typeof own === "string") return absent("cgroup-v2", own);
  const make = { make: makeV2, around: aroundV2 };
  return groupCandidate("cgroup-v2", name, { own, make }, places.v2 === null ? [] : [places.v2.mount]);
}

function v1Candidate(places: CgroupPlaces, name: string): Candidate {
  const own = cgroupV1(places);
  if (typeof own === "string") return absent("cgroup-v1", own);
  const make = { make: makeV1, around: aroundV1 };
  const used = ["freezer", "memory", "pids", "cpu", "cpuacct"];
  const mounts = [...places.v1]
    .filter(([controller]) => used.includes(controller))
    .map(([, place]) => place.mount);
  return groupCandidate("cgroup-v1", name, { own, make }, mounts);
}

interface Groups<Own> {
  readonly own: Own;
  readonly make: GroupMaker<Own>;
}

function groupCandidate<Own>(
  source: UsageSource,
  name: string,
  { own, make }: Groups<Own>,
  mounts: readonly string[],
): Candidate {
  const prefix = `writ-${name}-`;
  const live = new Set<string>();
  const enter = (id: string, then: () => void): { readonly name: string; readonly removed: () => void } => {
    const group = `${prefix}${id}`;
    assert(!live.has(group), "a task's id is unique among live tasks");
    live.add(group);
    // Once, whether it was never made or is gone.
    return { name: group, removed: () => (live.delete(group) ? then() : undefined) };
  };
  const create = async (id: string, bounds: TaskBounds, holds = false): Promise<TaskLimits> => {
    checkTask(id, bounds);
    const { name: group, removed } = enter(id, () => undefined);
    const place = { own, bounds, sandbox: 0, widen: () => undefined, removed };
    try {
      return holds
        ? await createHolding(make, group, place, enter)
        : await createBounded(make, own, group, { bounds, removed });
    } catch (error) {
      removed();
      throw unavailable(group, error);
    }
  };
  let made = 0;
  const ahead = async (): Promise<AheadLimits> => {
    made += 1;
    const { name: group, removed } = enter(`ahead-${made}`, () => undefined);
    try {
      const limits = await createAhead(make, own, group, removed);
      return { ...limits, become: (bounds) => bounded(group, () => limits.become(bounds), bounds) };
    } catch (error) {
      removed();
      throw unavailable(group, error);
    }
  };
  const limits = {
    tier: "cgroup",
    source,
    create,
    ahead,
    collectLeftovers: () => collectLeftovers(mounts, prefix, live),
  } as const;
  return {
    source,
    limits,
    prove: () => attestGroups((id, bounds) => create(`${id}-${randomBytes(8).toString("hex")}`, bounds)),
  };
}

function bounded(group: string, become: () => TaskLimits, bounds: TaskBounds): TaskLimits {
  checkBounds(bounds);
  try {
    return become();
  } catch (error) {
    throw unavailable(group, error);
  }
}

function softCandidate(options: OpenLimitsOptions): Candidate {
  const soft = (bounds: TaskBounds): TaskLimits => softLimits(bounds, () => undefined);
  const limits = {
    tier: "soft",
    source: "polled",
    create: async (id: string, bounds: TaskBounds, holds = false) => {
      checkTask(id, bounds);
      if (holds) throw unavailable(id, new Error("no control groups, which alone hold children"));
      return soft(bounds);
    },
    collectLeftovers: async () => 0,
  } as const;
  const isRoot = process.geteuid?.() === 0;
  const user = isRoot ? (options.probeUser ?? NOBODY) : null;
  return { source: "polled", limits, prove: () => attestSoft(soft, user) };
}

/** Said with every soft tier, so that nobody takes a grant of cores for a bound there. */
const SOFT_CORES =
  "polled: cores are counted in decisions and measured, not held: a task may take more than its grant";

/** The overflow uid and gid (Documentation/admin-guide/sysctl/fs.rst), which own nothing. */
const NOBODY: ProbeUser = { uid: 65534, gid: 65534 };

function absent(source: UsageSource, reason: string): Candidate {
  return { source, limits: null, prove: async () => ({ held: false, seen: reason }) };
}

/** A probe that throws has proved nothing. */
async function attest(candidate: Candidate): Promise<Attestation> {
  try {
    return await candidate.prove();
  } catch (error) {
    return { held: false, seen: (error as Error).message };
  }
}

function checkTask(id: string, bounds: TaskBounds): void {
  assert(/^[A-Za-z0-9_-]{1,64}$/.test(id), "a task's id is 1 to 64 of A-Z, a-z, 0-9, _ and -");
  checkBounds(bounds);
}

function checkBounds({ memory, processes, cpu }: TaskBounds): void {
  assert(Number.isSafeInteger(memory) && memory >= 4096, "memory is at least one page");
  assert(Number.isSafeInteger(processes) && processes >= 1, "processes is at least 1");
  assert(Number.isSafeInteger(cpu) && cpu >= 1, "cpu is at least one thousandth of a core");
}

function unavailable(group: string, cause: unknown): WritError {
  if (cause instanceof WritError) return cause;
  const reason = (cause as Error).message;
  return new WritError("WRIT_ISOLATION_UNAVAILABLE", `limits of \`${group}\` cannot be set: ${reason}`, {
    hint: "writ doctor",
    cause,
  });
}
