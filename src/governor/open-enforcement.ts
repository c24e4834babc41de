// What this node can hold a task to, proved at the governor's start, and the executor that does it. A node that proves
// nothing gets no executor: every task is then refused by its decision, and checking goes on.
import type { KeyObject } from "node:crypto";
import type { NodeFacts } from "../decide/facts.ts";
import type { Executor } from "../enforce/execution.ts";
import { openExecutor } from "../enforce/executor.ts";
import { keepGateCompiled, probeGate, startGate } from "../enforce/gate/gate.ts";
import type { Limits } from "../enforce/limits/limits.ts";
import { openLimits } from "../enforce/limits/open-limits.ts";
import type { ValuesPort } from "../enforce/network-policy.ts";
import { probeIsolation } from "../enforce/sandbox/probe.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { HomePaths } from "./home.ts";
import type { NodeFile } from "./node-file.ts";
import { bootClock } from "./ports.ts";
import type { Served } from "./service/served.ts";

export interface EnforcementOptions {
  readonly paths: HomePaths;
  readonly node: NodeFile;
  readonly public_key: KeyObject;
  readonly boot: string;
  readonly instance: string;
  /** Credentials and protected values of the spec in force. */
  readonly values: ValuesPort;
  /** Who starts tasks as their principals; null: we start them ourselves. */
  readonly served: Pick<Served, "stand"> | null;
}

export interface Enforcement {
  readonly executor: Executor;
  readonly isolation: NodeFacts["isolation"];
  readonly limits: NodeFacts["limits"];
  /** Present: tasks can be shut in with their listeners alone, and a worker of the gate was seen to run. */
  readonly gate: NodeFacts["gate"];
  /** What was tried and seen, one line each. */
  readonly evidence: readonly string[];
  /** Ends every task and every process of enforcement. */
  close(): Promise<void>;
}

/** ms from the start until what gate workers load is compiled anew, if anything changed. */
const COMPILES_AFTER = 15_000;

/** Where Linux mounts control groups (cgroups(7)). */
const CGROUP_ROOT = "/sys/fs/cgroup";

/** Probes this node and opens the executor. Never throws for what the node lacks: that is a fact. */
export async function openEnforcement(options: EnforcementOptions): Promise<Enforcement> {
  const { node, paths, public_key, boot, instance } = options;
  const [limits, isolation, worker] = await Promise.all([
    openOrNull(node, options.served === null ? "best" : "cgroup"),
    probeIsolation({ taskUid: node.task_uid, runFolder: paths.run }),
    probeGate(),
  ]);
  const evidence = [
    ...isolation.evidence,
    ...(limits?.evidence ?? ["limits: none holds"]),
    worker ? "gate: a worker's sandbox stood" : "gate: no worker's sandbox could be started",
  ];
  if (limits === null || isolation.tier === "none") {
    return {
      executor: noExecutor(evidence),
      isolation: isolation.tier,
      limits: limits?.tier ?? "none",
      gate: "none",
      evidence,
      close: () => Promise.resolve(),
    };
  }
  // Each task that loses its network by a worker's death has that recorded as egress; the next grant starts another.
  const gate = startGate({ onDeath: () => undefined });
  const executor = await openExecutor({
    publicKey: public_key,
    node: node.node,
    boot,
    instance,
    bootClock,
    runFolder: `${paths.run}/tasks`,
    limits,
    gate,
    values: options.values,
    taskUid: node.task_uid,
    ...(options.served === null ? {} : { standElsewhere: options.served.stand }),
  });
  // Once there is time: a governor that ends soon has none of its workers' starts to make quick.
  const compiling = setTimeout(() => void keepGateCompiled(), COMPILES_AFTER);
  compiling.unref();
  const close = async (): Promise<void> => {
    clearTimeout(compiling);
    await executor.close();
    await gate.close();
  };
  const present = worker && isolation.tier === "namespaces" ? "present" : "none";
  return { executor, isolation: isolation.tier, limits: limits.tier, gate: present, evidence, close };
}

/** Other uids' tasks are held by groups alone: what polls could not end them. */
async function openOrNull(node: NodeFile, tier: "best" | "cgroup"): Promise<Limits | null> {
  if (process.platform !== "linux") return null;
  try {
    return await openLimits({ tier, root: CGROUP_ROOT, name: node.node });
  } catch (error) {
    if (error instanceof WritError && error.code === "WRIT_ISOLATION_UNAVAILABLE") return null;
    throw error;
  }
}

function noExecutor(evidence: readonly string[]): Executor {
  return {
    start: () =>
      Promise.reject(
        new WritError(
          "WRIT_ISOLATION_UNAVAILABLE",
          `no isolation tier on this node: ${evidence.join("; ")}`,
          {
            hint: "writ doctor",
          },
        ),
      ),
    close: () => Promise.resolve(),
  };
}
