// What is done to running tasks while a node is too hot: the latest admitted is frozen, then ended; released with hysteresis.
// A pure state machine: whoever drives it (governor/) carries its steps out and says what time it is.

import type { Spec } from "../spec/spec.ts";
import type { HeatFact } from "./facts.ts";

/** How hot the node is against the spec's `max` and `margin`; `unknown`: nobody can say. */
export type HeatReading = "cool" | "warm" | "over" | "unknown";

/** A running task. */
export interface LadderTask {
  readonly id: string;
  /** Whether it can wait: what serves other tasks (a provider) is taken only when nothing else is left. */
  readonly deferrable: boolean;
}

export interface LadderState {
  /** The node was over its limit, or a task was frozen, and it is not released yet: nothing is admitted. */
  readonly held_back: boolean;
  /** Ids of frozen tasks, in the order they were frozen. */
  readonly frozen: readonly string[];
  /** Ids of tasks that were told to end and have not yet. */
  readonly ending: readonly string[];
  /** When the last task was frozen or ended; null: nothing was since the node was released. */
  readonly stepped: number | null;
  /** Since when, or since the last release, every look was cool; null: the last one was not. */
  readonly cool_since: number | null;
  /** Since when every look was unknown; null: the last one was not. */
  readonly blind_since: number | null;
}

/** At most one at each look. */
export interface LadderStep {
  readonly act: "freeze" | "end" | "thaw";
  readonly id: string;
}

export interface LadderLook {
  readonly reading: HeatReading;
  /** In the order of admission. */
  readonly tasks: readonly LadderTask[];
  /** ms of a clock that nobody sets. */
  readonly now: number;
  /** The spec's word on a node that cannot be measured. */
  readonly unmeasurable: "refuse" | "cap";
}

/**
 * ms. No source names such bounds. `step`: what a frozen task no longer heats is seen at a sensor of its processor within a
 * few seconds, so after ten the next step is due. `release`: as long again under the limit before anything goes on.
 * `blind`: a sensor may miss a few looks before tasks are taken for hot.
 */
export const LADDER_MS = { step: 10_000, release: 10_000, blind: 30_000 } as const;

/** Nothing was ever too hot. */
export const LADDER_START: LadderState = {
  held_back: false,
  frozen: [],
  ending: [],
  stepped: null,
  cool_since: null,
  blind_since: null,
};

/**
 * The next state, and what is to be done now. `over`: the latest admitted task is frozen; after each further `step` over
 * the limit the frozen one is ended, then the next is frozen. `cool`, below `max` less `margin`, for all of `release`: the
 * first frozen one goes on, and so each time again; when none is left, admission does. `warm`: everything stays as it is.
 * `unknown`: nothing is released; where the spec refuses without a sensor, one task each `step` is frozen after `blind`,
 * none is ended.
 */
export function climb(
  before: LadderState,
  look: LadderLook,
): { readonly state: LadderState; readonly step: LadderStep | null } {
  const present = new Set(look.tasks.map(({ id }) => id));
  const state = {
    ...before,
    frozen: before.frozen.filter((id) => present.has(id)),
    ending: before.ending.filter((id) => present.has(id)),
    cool_since: look.reading === "cool" ? (before.cool_since ?? look.now) : null,
    blind_since: look.reading === "unknown" ? (before.blind_since ?? look.now) : null,
  };
  switch (look.reading) {
    case "over":
      return whileOver({ ...state, held_back: true }, look);
    case "cool":
      return whileCool(state, look);
    case "unknown":
      return whileBlind(state, look);
    case "warm":
      return { state, step: null };
  }
}

/** The reading that a fact stands for. A sensor at its own critical point is over, a throttled processor at least warm. */
export function heatReading(heat: HeatFact, { max, margin }: Spec["resources"]["heat"]): HeatReading {
  if (heat.state === "unmeasurable") return "unknown";
  if (heat.state === "level") {
    if (heat.level === "nominal") return "cool";
    return heat.level === "moderate" ? "warm" : "over";
  }
  const { celsius_milli, critical, throttled } = heat;
  if (celsius_milli > max) return "over";
  if (critical !== undefined && critical.celsius_milli >= critical.limit_milli) return "over";
  const nearCritical = critical !== undefined && critical.celsius_milli > critical.limit_milli - margin;
  return celsius_milli > max - margin || nearCritical || throttled !== undefined ? "warm" : "cool";
}

type Climbed = ReturnType<typeof climb>;

function whileOver(state: LadderState, look: LadderLook): Climbed {
  if (!isDue(state, look.now)) return { state, step: null };
  const id = state.frozen.at(-1);
  if (id === undefined) return freezeNext(state, look);
  const frozen = state.frozen.slice(0, -1);
  const ending = [...state.ending, id];
  return { state: { ...state, frozen, ending, stepped: look.now }, step: { act: "end", id } };
}

function whileCool(state: LadderState, { now }: LadderLook): Climbed {
  if (state.cool_since === null || now - state.cool_since < LADDER_MS.release) return { state, step: null };
  const [id, ...frozen] = state.frozen;
  if (id === undefined) return { state: { ...state, held_back: false, stepped: null }, step: null };
  return { state: { ...state, frozen, cool_since: now }, step: { act: "thaw", id } };
}

function whileBlind(state: LadderState, look: LadderLook): Climbed {
  const { blind_since } = state;
  const blind = blind_since !== null && look.now - blind_since >= LADDER_MS.blind;
  if (look.unmeasurable === "cap" || !blind || !isDue(state, look.now)) return { state, step: null };
  return freezeNext(state, look);
}

function isDue({ stepped }: LadderState, now: number): boolean {
  return stepped === null || now - stepped >= LADDER_MS.step;
}

function freezeNext(state: LadderState, look: LadderLook): Climbed {
  const taken = new Set([...state.frozen, ...state.ending]);
  const left = look.tasks.filter(({ id }) => !taken.has(id));
  const next = left.findLast(({ deferrable }) => deferrable) ?? left.at(-1);
  if (next === undefined) return { state, step: null };
  const frozen = [...state.frozen, next.id];
  return {
    state: { ...state, held_back: true, frozen, stepped: look.now },
    step: { act: "freeze", id: next.id },
  };
}
