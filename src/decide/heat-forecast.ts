// How hot this node would get: a first-order model of warming (Newton's law of cooling), whose parameters stand in the facts.
// Pure arithmetic; what is measured and fitted comes from facts/ and the governor.
import type { HeatForecast, HoldFact } from "./facts.ts";

/**
 * Where there are too few settled tasks to fit anything: this many thousandths of a degree from idle to all cores busy, with
 * this time constant in ms. A small desktop cooler rises by about as much; what is known replaces both.
 */
export const ASSUMED_HEAT = { rise_milli: 40_000, tau: 60_000 } as const;

/**
 * A first task on a node of which nothing is known counts for at most this many thousandths of a degree, else a node that
 * idles warm could never learn how little its tasks warm it. The ladder ends what goes wrong.
 */
export const FIRST_STEP = 10_000;

/** A node's temperature and how it warms. Thousandths of a degree and of a core; ms. */
export interface HeatState {
  readonly now: number;
  readonly forecast: HeatForecast;
  /** All of this node's cores. */
  readonly cores: number;
}

/** What runs: its cores, and the time until it ends. */
export interface HeatLoad {
  readonly cpu: number;
  readonly ends_in: number;
}

/** The cores and times of live holds. */
export function heatLoads(holds: readonly HoldFact[]): readonly HeatLoad[] {
  return holds.map(({ cpu, ends_in }) => ({ cpu, ends_in }));
}

/**
 * The hottest that the node gets while `ask` runs beside `held` for `ask.time`: T∞ − (T∞ − T0)·e^(−t/τ) at its higher end,
 * with T∞ from all requested cores, none of them given back early. Rounded up; never less when more cores or time are asked.
 */
export function hottestWhile(
  state: HeatState,
  held: readonly HeatLoad[],
  ask: { readonly cpu: number; readonly time: number },
): number {
  const load = held.reduce((sum, { cpu }) => sum + cpu, ask.cpu);
  const settles = settlesAt(state, load, held.length === 0);
  const after = warmedTo(state.now, settles, ask.time, state.forecast.tau);
  return Math.ceil(Math.max(state.now, after));
}

/**
 * ms until a task that asks `ask` would stay at or under `limit`, as holds end and the node cools; 0: now. null: not even
 * once everything has ended, or at no time within all holds' time and twenty time constants.
 */
export function passesIn(
  state: HeatState,
  held: readonly HeatLoad[],
  ask: { readonly cpu: number; readonly time: number },
  limit: number,
): number | null {
  const running = held.toSorted((one, other) => one.ends_in - other.ends_in);
  let from = 0;
  let { now } = state;
  for (let ended = 0; ended <= running.length; ended += 1) {
    const left = running.slice(ended);
    const until = left[0]?.ends_in ?? from + Math.ceil(COOLING_MAX * state.forecast.tau);
    const span = Math.max(0, until - from);
    const settles = settlesAt(state, sumOf(left), left.length === 0);
    const passes = (after: number): boolean => {
      const then = { ...state, now: warmedTo(now, settles, after, state.forecast.tau) };
      return hottestWhile(then, left, ask) <= limit;
    };
    if (passes(0)) return from;
    // Within one stretch the temperature moves one way, so that what passes at its end passes from one moment on.
    if (passes(span)) return from + firstTime(passes, span);
    now = warmedTo(now, settles, span, state.forecast.tau);
    from += span;
  }
  return null;
}

/** After this many time constants nothing is left of a difference that a sensor could show. */
const COOLING_MAX = 20;

/** Where a load lets the temperature settle, with what the fit is usually off by on top. */
function settlesAt({ now, forecast, cores }: HeatState, load: number, alone: boolean): number {
  if (forecast.samples === 0) {
    const rise = cores === 0 ? ASSUMED_HEAT.rise_milli : (ASSUMED_HEAT.rise_milli * load) / cores;
    return now + (alone ? Math.min(rise, FIRST_STEP) : rise);
  }
  return forecast.base_milli + (forecast.rise_milli * load) / 1000 + forecast.error_milli;
}

function warmedTo(from: number, settles: number, time: number, tau: number): number {
  return settles - (settles - from) * Math.exp(-time / tau);
}

function sumOf(loads: readonly HeatLoad[]): number {
  return loads.reduce((sum, { cpu }) => sum + cpu, 0);
}

/** The first whole ms, by halving. `passes` holds from some moment up to `span` on. */
function firstTime(passes: (after: number) => boolean, span: number): number {
  let low = 0;
  let high = Math.ceil(span);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
