// Heat, as a decision sees it: how hot the node is, how hot it would get, and what holds where nobody can say. Not what is
// done to tasks that already run (heat-ladder.ts).

import type { HeatLevel, MeasuredHeat } from "./facts.ts";
import type { Failures } from "./findings.ts";
import { type HeatState, heatLoads, hottestWhile, passesIn } from "./heat-forecast.ts";
import { isChild, type Situation } from "./situation.ts";

/** Without a sensor, under `unmeasurable: cap`: ms that one task may take. design: ten minutes. */
export const HEAT_CAP_TIME = 600_000;

/** ms for which a processor that was slowed down by its heat admits nothing. */
export const THROTTLED_MS = 10_000;

/** The cores, in thousandths, that all tasks together may have: half of them where heat cannot be measured. */
export function cpuCapacity({ compiled, facts }: Situation): number {
  return isHeatCapped({ compiled, facts }) ? Math.floor(facts.node.cpu / 2) : facts.node.cpu;
}

/** Whether this node has no sensor and the spec caps what runs instead of refusing it. */
export function isHeatCapped({ compiled, facts }: Pick<Situation, "compiled" | "facts">): boolean {
  return facts.node.heat.state === "unmeasurable" && compiled.spec.resources.heat.unmeasurable === "cap";
}

/** What the node's heat says of this task. */
export function checkHeat(situation: Situation, failures: Failures): void {
  const { heat } = situation.facts.node;
  switch (heat.state) {
    case "measured":
      checkMeasured(situation, heat, failures);
      break;
    case "level":
      checkLevel(heat, failures);
      break;
    case "unmeasurable":
      checkUnmeasurable(situation, failures);
      break;
  }
}

/**
 * The most of `cpu` thousandths of a core for `time` ms that the forecast lets through now: fewer cores, or less time.
 * null: none does, or nothing has to be less.
 */
export function coolerAsk(situation: Situation): {
  readonly cpu: number | null;
  readonly time: number | null;
} {
  const { ask, facts } = situation;
  const state = heatState(situation);
  if (state === null || ask.cpu === null || ask.time === null) return { cpu: null, time: null };
  const { cpu, time } = { cpu: ask.cpu, time: ask.time };
  const held = heatLoads(facts.sums.holds);
  const limit = limitOf(situation);
  const fits = (changed: { readonly cpu: number; readonly time: number }): boolean =>
    hottestWhile(state, held, changed) <= limit;
  return {
    cpu: most(cpu, (less) => fits({ cpu: less, time })),
    time: most(time, (less) => fits({ cpu, time: less })),
  };
}

const RESOURCES = { constraint: "resources" } as const;
const HOT = { ...RESOURCES, cause: "heat_high", unit: "celsius_milli" } as const;

function checkMeasured(situation: Situation, heat: MeasuredHeat, failures: Failures): void {
  const { ask } = situation;
  const { margin } = situation.compiled.spec.resources.heat;
  const limit = limitOf(situation);
  const after = coolIn(situation);
  const rule = "resources.heat.max";
  if (heat.celsius_milli > limit)
    failures.add({ ...HOT, rule, measured: heat.celsius_milli, limit, after, evidence: [heat.sensor] });
  else if (heat.held_back === true)
    failures.add({ ...HOT, rule: "node.heat.held_back", measured: heat.celsius_milli, limit, after: null });
  const { critical, throttled } = heat;
  if (critical !== undefined && critical.celsius_milli > critical.limit_milli - margin) {
    const measured = critical.celsius_milli;
    const evidence = [critical.sensor];
    const own = critical.limit_milli - margin;
    failures.add({ ...HOT, rule: "node.heat.critical", measured, limit: own, after: null, evidence });
  }
  if (throttled !== undefined && throttled.ago < THROTTLED_MS) {
    const wait = THROTTLED_MS - throttled.ago;
    const evidence = [throttled.by];
    const measured = heat.celsius_milli;
    failures.add({ ...HOT, rule: "node.heat.throttled", measured, limit: null, after: wait, evidence });
  }
  const state = heatState(situation);
  if (state === null || ask.cpu === null || ask.time === null || heat.celsius_milli > limit) return;
  const asked = { cpu: ask.cpu, time: ask.time };
  const hottest = hottestWhile(state, heatLoads(situation.facts.sums.holds), asked);
  if (hottest <= limit) return;
  failures.add({ ...HOT, rule, cause: "heat_forecast", measured: hottest, limit, after });
}

/** When this task would pass by what is known of the node's warming; null: nobody knows. */
function coolIn(situation: Situation): number | null {
  const { ask, facts } = situation;
  const state = heatState(situation);
  if (state === null || ask.cpu === null || ask.time === null) return null;
  const asked = { cpu: ask.cpu, time: ask.time };
  return passesIn(state, heatLoads(facts.sums.holds), asked, limitOf(situation));
}

function heatState({ facts }: Situation): HeatState | null {
  const { heat, cpu: cores } = facts.node;
  if (heat.state !== "measured" || heat.forecast === undefined) return null;
  return { now: heat.celsius_milli, forecast: heat.forecast, cores };
}

function limitOf({ compiled }: Situation): number {
  const { max, margin } = compiled.spec.resources.heat;
  return max - margin;
}

/** A platform that says that it must throttle has no degrees to compare; only `nominal` is not hot. */
function checkLevel(heat: HeatLevel, failures: Failures): void {
  if (heat.level === "nominal") return;
  const rule = "resources.heat.max";
  const measured = heat.level;
  failures.add({ ...HOT, rule, measured, limit: "nominal", unit: "none", after: null });
}

function checkUnmeasurable(situation: Situation, failures: Failures): void {
  const { compiled, facts, ask, task } = situation;
  const { heat } = facts.node;
  const rule = "resources.heat.unmeasurable";
  if (compiled.spec.resources.heat.unmeasurable === "refuse") {
    const cause = "heat_unmeasurable";
    const evidence = heat.state === "unmeasurable" ? (heat.left_out ?? []).map(({ sensor }) => sensor) : [];
    failures.add({ ...RESOURCES, rule, cause, measured: null, limit: null, unit: "none", evidence });
    return;
  }
  const cap = { ...RESOURCES, rule, cause: "heat_cap" } as const;
  if (ask.time !== null && ask.time > HEAT_CAP_TIME)
    failures.add({ ...cap, measured: ask.time, limit: HEAT_CAP_TIME, unit: "ms" });
  // A child's cores are its parent's, which runs alone.
  if (isChild(situation)) return;
  // One task at a time, beside one provider that serves it: without it a model task could never run here.
  const forProvider = task.needs.provider !== null;
  const beside = facts.sums.holds.filter(({ provider = null }) => (provider !== null) === forProvider);
  if (beside.length === 0) return;
  const after = Math.max(...beside.map((hold) => hold.ends_in));
  failures.add({ ...cap, measured: beside.length + 1, limit: 1, unit: "count", after });
}

/** The largest whole number from 1 to below `asked` that fits, by halving; null: none, or `asked` itself does. */
function most(asked: number, fits: (less: number) => boolean): number | null {
  if (asked <= 1 || fits(asked) || !fits(1)) return null;
  let low = 1;
  let high = asked;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
