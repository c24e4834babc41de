// Observes this node for the governor: one object that knows where to look and remembers figures for a moment, so that a
// decision costs little. Isolation and limits are proved elsewhere (enforce/) and sums are the governor's.
import { platform as machinePlatform } from "node:process";
import type { NodeFacts, PathFacts, ProviderFact } from "../decide/facts.ts";
import type { Provider } from "../spec/spec.ts";
import type { BootClock } from "../stdx/ports.ts";
import type { Task } from "../task/task.ts";
import { ContentHasher } from "./content-hash.ts";
import { observeCpu } from "./cpu.ts";
import { askMacFigures, type MacFigures } from "./heat/mac-figures.ts";
import { askNvidiaCards, hasNvidiaCards, type NvidiaCards } from "./heat/nvidia-cards.ts";
import { type LookAtHeat, watchHeat } from "./heat/observe-heat.ts";
import { amdgpuMemory, videoMemory } from "./heat/video-memory.ts";
import { observePaths, type PathObservation } from "./identity.ts";
import { observeMemory } from "./memory.ts";
import { MACHINE, type Roots } from "./observed-roots.ts";
import { observePressure } from "./pressure.ts";
import { observeProviders } from "./providers.ts";
import { type RunCommand, runCommand } from "./run-command.ts";
import { ShownModels } from "./shown-models.ts";

/** ms for which memory, pressure, heat and cores are taken as they were. */
const FIGURES_AGE_MAX = 100;

/** ms for which the answer of a program (nvidia-smi, pmset) is taken as it was: each takes a part of a second to start. */
const ASKED_AGE_MAX = 5000;

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
type ObservedNode = Omit<NodeFacts, "isolation" | "limits" | "gate">;

export interface Observer {
  /** Figures at most 100 ms old; those that a program must be asked for at most 5 s. */
  node(): Promise<ObservedNode>;
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
  const lookAtHeat = watchHeat(roots, platform);
  const programs = askedPrograms({ clock, roots, platform, run });
  let figures: { readonly at: number; readonly node: Promise<ObservedNode> } | null = null;
  let asked: {
    readonly at: number;
    readonly key: string;
    readonly facts: Promise<readonly ProviderFact[]>;
  } | null = null;
  return {
    node: () => {
      const now = clock();
      if (figures === null || now - figures.at >= FIGURES_AGE_MAX) {
        const node = programs().then((asked) => look({ roots, platform, lookAtHeat, asked, now: clock() }));
        figures = { at: now, node };
      }
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

/** What only a program tells of this node; null: there is nothing to ask. */
interface Asked {
  readonly nvidia: NvidiaCards | null;
  readonly mac: MacFigures | null;
}

/** Asks the platform's programs, where the kernel says that there is something to ask for; one question at a time. */
function askedPrograms(from: Required<ObserverOptions>): () => Promise<Asked> {
  const { clock, roots, platform, run } = from;
  let answer: { readonly at: number; readonly asked: Promise<Asked> } | null = null;
  const ask = async (): Promise<Asked> => ({
    nvidia: platform === "linux" && hasNvidiaCards(roots) ? await askNvidiaCards(run) : null,
    mac: platform === "darwin" ? await askMacFigures(run) : null,
  });
  return () => {
    const now = clock();
    if (answer === null || now - answer.at >= ASKED_AGE_MAX) answer = { at: now, asked: ask() };
    return answer.asked;
  };
}

interface Look {
  readonly roots: Roots;
  readonly platform: NodeJS.Platform;
  readonly lookAtHeat: LookAtHeat;
  readonly asked: Asked;
  readonly now: number;
}

function look({ roots, platform, lookAtHeat, asked, now }: Look): ObservedNode {
  const memory = observeMemory(roots, platform);
  const cards = [...amdgpuMemory(roots), ...(asked.nvidia?.memory ?? [])];
  const figures = {
    ...memory,
    cpu: observeCpu(roots, platform),
    memory_some_avg10: observePressure(roots),
    heat: lookAtHeat(now, asked.nvidia?.readings ?? []),
    ...(cards.length === 0 ? {} : { vram: videoMemory(cards) }),
  };
  return asked.mac === null ? figures : withMacFigures(figures, asked.mac);
}

/** Node counts what macOS can give back at once as used, so macOS's own word on what is free is taken where it says it. */
function withMacFigures(node: ObservedNode, { heat, memory_level, memory_free }: MacFigures): ObservedNode {
  const free = memory_free === null ? node.memory_available : (node.memory_total * memory_free) / 100;
  const level = memory_level ?? null;
  return {
    ...node,
    memory_available: Math.floor(free),
    memory_some_avg10: null,
    heat,
    ...(level === null ? {} : { memory_level: level }),
  };
}
