// Observes this node for the governor: one object that knows where to look and remembers figures for a moment, so that a
// decision costs little. Isolation and limits are proved elsewhere (enforce/) and sums are the governor's.
import { platform as machinePlatform } from "node:process";
import type { NodeFacts, PathFacts, ProviderFact } from "../decide/facts.ts";
import type { Provider } from "../spec/spec.ts";
import type { BootClock } from "../stdx/ports.ts";
import type { Task } from "../task/task.ts";
import { ContentHasher } from "./content-hash.ts";
import { observeCpu } from "./cpu.ts";
import { observeHeat } from "./heat.ts";
import { observePaths, type PathObservation } from "./identity.ts";
import { observeMemory } from "./memory.ts";
import { MACHINE, type Roots } from "./observed-roots.ts";
import { observePressure } from "./pressure.ts";
import { observeProviders } from "./providers.ts";
import { type RunCommand, runCommand } from "./run-command.ts";
import { ShownModels } from "./shown-models.ts";

/** ms for which memory, pressure, heat and cores are taken as they were. */
const FIGURES_AGE_MAX = 100;

/** ms for which providers are taken as they were. */
const PROVIDERS_AGE_MAX = 1000;

export interface ObserverOptions {
  readonly clock: BootClock;
  /** Default: this machine's /proc and /sys. */
  readonly roots?: Roots;
  readonly platform?: NodeJS.Platform;
  readonly run?: RunCommand;
}

/** What observation itself can tell of the node. */
type ObservedNode = Pick<
  NodeFacts,
  "memory_total" | "memory_available" | "cpu" | "memory_some_avg10" | "heat"
>;

export interface Observer {
  /** Figures at most 100 ms old. */
  node(): ObservedNode;
  /** Looked at anew each time: only content hashes are remembered. */
  paths(task: Task, who: Omit<PathObservation, "hasher">): Promise<PathFacts>;
  /** At most 1 s old for the same providers and the same names under a writ; asked once however many wait. */
  providers(providers: readonly Provider[], underWrit: ReadonlySet<string>): Promise<readonly ProviderFact[]>;
  /** Forgets what providers said, for when one was started or ended. */
  forgetProviders(): void;
}

/**
 * An observer of this machine, or of captured trees.
 *
 * @example const observer = createObserver({ clock: createBootClock() });
 */
export function createObserver(options: ObserverOptions): Observer {
  const { clock, roots = MACHINE, platform = machinePlatform, run = runCommand } = options;
  const hasher = new ContentHasher();
  const shown = new ShownModels();
  let figures: { readonly at: number; readonly node: ObservedNode } | null = null;
  let asked: {
    readonly at: number;
    readonly key: string;
    readonly facts: Promise<readonly ProviderFact[]>;
  } | null = null;
  return {
    node: () => {
      const now = clock();
      if (figures === null || now - figures.at >= FIGURES_AGE_MAX)
        figures = { at: now, node: look(roots, platform) };
      return figures.node;
    },
    paths: (task, who) => observePaths(task, { ...who, hasher }),
    providers: (providers, underWrit) => {
      const key = JSON.stringify([providers, [...underWrit].sort()]);
      const now = clock();
      if (asked === null || asked.key !== key || now - asked.at >= PROVIDERS_AGE_MAX) {
        asked = { at: now, key, facts: observeProviders(providers, { roots, run, shown, underWrit }) };
      }
      return asked.facts;
    },
    forgetProviders: () => {
      asked = null;
    },
  };
}

function look(roots: Roots, platform: NodeJS.Platform): ObservedNode {
  return {
    ...observeMemory(roots, platform),
    cpu: observeCpu(roots, platform),
    memory_some_avg10: observePressure(roots),
    heat: observeHeat(roots, platform),
  };
}
