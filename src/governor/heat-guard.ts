// Keeps a node from overheating while tasks run: looks at it each second, and freezes, ends and releases tasks as the ladder
// says (decide/heat-ladder.ts). Also what the governor knows of heat beyond its sensors: how the node warms, and whether it
// is held back. Decides no admission.
import type { NodeFacts } from "../decide/facts.ts";
import type { HeatSample } from "../decide/fit-heat.ts";
import {
  climb,
  type HeatReading,
  heatReading,
  LADDER_START,
  type LadderState,
  type LadderStep,
} from "../decide/heat-ladder.ts";
import type { Execution } from "../enforce/execution.ts";
import type { Spec } from "../spec/spec.ts";
import type { BootClock } from "../stdx/ports.ts";
import type { HeatSamples } from "./heat-samples.ts";
import type { HeatStep } from "./records.ts";

/** ms between two looks while something runs or is held back. */
export const LOOK_MS = 1000;

/** ms up to which a look tells how hot the node is now; two looks may be missed. */
const LOOK_AGE_MAX = 3000;

export interface HeatGuardParts {
  /** What this node shows now. */
  readonly observe: () => Promise<Pick<NodeFacts, "heat">>;
  /** ms that all processors have worked since boot; null: unknown. */
  readonly busy: () => number | null;
  readonly limits: () => Spec["resources"]["heat"];
  readonly samples: HeatSamples;
  readonly clock: BootClock;
  /** Admission goes on. */
  readonly released: () => void;
}

/** A running task, as the ladder takes it. */
export interface GuardedTask {
  readonly id: string;
  /** False: it serves other tasks, so it is taken last. */
  readonly deferrable: boolean;
  readonly execution: Pick<Execution, "freeze" | "thaw" | "stop">;
  /** Told of each step that was carried out while it is under guard, for the ledger. */
  readonly recorded: (step: HeatStep) => void;
}

/** What was measured over one task; `sample` is null where that teaches nothing. */
export interface HeatMeasured {
  readonly sample: HeatSample | null;
}

/** One for each governor. */
export class HeatGuard {
  readonly #parts: HeatGuardParts;
  readonly #tasks = new Map<string, GuardedTask>();
  #state: LadderState = LADDER_START;
  #latest: { readonly celsius_milli: number; readonly at: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #closed = false;

  constructor(parts: HeatGuardParts) {
    this.#parts = parts;
  }

  /** `node` with what the governor knows of its heat. */
  known<T extends Pick<NodeFacts, "heat" | "cpu">>(node: T): T {
    const { heat } = node;
    this.#note(heat);
    if (heat.state !== "measured") return node;
    const forecast = this.#parts.samples.forecast(node.cpu);
    return { ...node, heat: { ...heat, forecast, ...(this.#state.held_back ? { held_back: true } : {}) } };
  }

  /** Takes a task under guard, in the order of admission, until `release` is called. */
  guard(task: GuardedTask): { release(): HeatMeasured } {
    const begun = this.#begin();
    this.#tasks.set(task.id, task);
    this.#arm();
    return {
      release: () => {
        this.#tasks.delete(task.id);
        return { sample: this.#end(begun) };
      },
    };
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#closed || this.#looking || this.#timer !== null) return;
    if (this.#tasks.size === 0 && !this.#state.held_back) return;
    // Unreferenced: nobody waits for a look, and a process with nothing else to do may end.
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  async #look(): Promise<void> {
    this.#timer = null;
    this.#looking = true;
    const limits = this.#parts.limits();
    const heat = await this.#observed();
    if (this.#closed) return;
    const before = this.#state;
    const tasks = [...this.#tasks.values()].map(({ id, deferrable }) => ({ id, deferrable }));
    const reading = heatReading(heat, limits);
    const { state, step } = climb(before, {
      reading,
      tasks,
      now: this.#parts.clock(),
      unmeasurable: limits.unmeasurable,
    });
    this.#state = state;
    if (step !== null) await this.#carryOut(step, seenOf(heat, reading));
    if (before.held_back && !state.held_back) this.#parts.released();
    this.#looking = false;
    this.#arm();
  }

  /** A look that fails shows nothing, which is not cool. */
  async #observed(): Promise<NodeFacts["heat"]> {
    try {
      const { heat } = await this.#parts.observe();
      this.#note(heat);
      return heat;
    } catch (error) {
      return {
        state: "unmeasurable",
        cause: error instanceof Error ? error.message : "it cannot be observed",
      };
    }
  }

  /** A task that cannot be frozen is ended when its next step is due, as one that is and does not help. */
  async #carryOut({ act, id }: LadderStep, seen: Omit<HeatStep, "act">): Promise<void> {
    const task = this.#tasks.get(id);
    const execution = task?.execution;
    // INVARIANT: nothing is recorded of a task behind its settlement, which follows its release.
    const record = (step: HeatStep): void => {
      if (this.#tasks.get(id) === task) task?.recorded(step);
    };
    try {
      if (act === "freeze") record({ act, ...seen, stands: (await execution?.freeze()) === true });
      else if (act === "end") execution?.stop("too_hot");
      else {
        await execution?.thaw();
        record({ act, ...seen });
      }
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : "unknown cause";
      process.emitWarning(`a task could not be stopped for heat (${act}): ${why}`, "WritWarning");
      if (act === "freeze") record({ act, ...seen, stands: false });
      else execution?.stop("too_hot");
    }
  }

  #note(heat: NodeFacts["heat"]): void {
    const at = this.#parts.clock();
    this.#latest = heat.state === "measured" ? { celsius_milli: heat.celsius_milli, at } : null;
  }

  #begin(): Begun | null {
    const busy = this.#parts.busy();
    const at = this.#parts.clock();
    const from = this.#now(at);
    return busy === null || from === null ? null : { busy, at, from };
  }

  #end(begun: Begun | null): HeatSample | null {
    const busy = this.#parts.busy();
    const at = this.#parts.clock();
    const to = this.#now(at);
    if (begun === null || busy === null || to === null) return null;
    const wall = at - begun.at;
    if (wall < LOOK_MS) return null;
    const load = Math.max(0, Math.round(((busy - begun.busy) / wall) * 1000));
    return { from: begun.from, to, load, wall };
  }

  #now(at: number): number | null {
    return this.#latest !== null && at - this.#latest.at <= LOOK_AGE_MAX ? this.#latest.celsius_milli : null;
  }
}

function seenOf(heat: NodeFacts["heat"], reading: HeatReading): Omit<HeatStep, "act"> {
  return { reading, celsius_milli: heat.state === "measured" ? heat.celsius_milli : null };
}

interface Begun {
  readonly busy: number;
  readonly at: number;
  readonly from: number;
}
