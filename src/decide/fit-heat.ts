// Fits how a node warms to what its settled tasks showed. Pure arithmetic: the same samples always give the same parameters,
// which then stand in the facts, so that a decision is replayed without them.
import type { HeatForecast } from "./facts.ts";
import { ASSUMED_HEAT } from "./heat-forecast.ts";

/** What the node did while one task ran. */
export interface HeatSample {
  /** Thousandths of a degree when it started and when it ended. */
  readonly from: number;
  readonly to: number;
  /** Thousandths of a core that worked meanwhile, on average, for whomever. */
  readonly load: number;
  /** ms. */
  readonly wall: number;
}

/** Fewer samples than this fit nothing: three parameters and what noise they bring. */
export const HEAT_SAMPLES_MIN = 8;

/** Time constants tried, ms: a bare chip to a large passive cooler, in steps of a third. */
const TAUS: readonly number[] = [
  10_000, 13_000, 18_000, 24_000, 32_000, 42_000, 56_000, 75_000, 100_000, 133_000, 178_000, 237_000, 316_000,
  422_000, 562_000, 750_000, 1_000_000, 1_333_000,
];

/** Thousandths of a degree: up to here a sensor's own noise (Huber's bound, 1.345 σ of about 1 C). */
const NOISE = 1500;

/** Times that weights are worked out anew; the fit no longer moves after a few. */
const ROUNDS = 8;

/** A longer time constant, which warms more slowly, has to fit better by this share. */
const BETTER_BY = 0.02;

/** Thousandths of a degree that the error is at least and at most. */
const ERROR = { min: 500, max: 15_000 } as const;

/**
 * The parameters that fit best: for each of a row of time constants, base and rise by least squares with Huber's weights
 * (P. J. Huber, Robust Estimation of a Location Parameter, 1964), held to the assumed rise where samples say little. Of
 * constants that fit alike the shortest; twice the standard error of the rise and twice the usual error are added, so that
 * what is uncertain is warm. `samples: 0` under `HEAT_SAMPLES_MIN`. `cores`: thousandths, of the whole node.
 */
export function fitHeat(samples: readonly HeatSample[], cores: number): HeatForecast {
  const sound = samples.filter(isSound);
  const assumed = (ASSUMED_HEAT.rise_milli * 1000) / Math.max(1000, cores);
  if (sound.length < HEAT_SAMPLES_MIN) {
    const { tau } = ASSUMED_HEAT;
    return { samples: 0, base_milli: 0, rise_milli: Math.ceil(assumed), tau, error_milli: 0 };
  }
  const prior = { base: median(sound.map(({ from }) => from)), rise: assumed };
  let best: Fit | null = null;
  for (const tau of TAUS) {
    const fit = fitAt(tau, sound, prior);
    if (best === null || fit.loss < best.loss * (1 - BETTER_BY)) best = fit;
  }
  const { tau, base, rise, riseError, error } = best ?? fitAt(ASSUMED_HEAT.tau, sound, prior);
  return {
    samples: sound.length,
    base_milli: Math.ceil(base),
    rise_milli: Math.max(0, Math.ceil(rise + 2 * riseError)),
    tau,
    error_milli: Math.ceil(Math.min(ERROR.max, Math.max(ERROR.min, 2 * error))),
  };
}

/** Whether a sample says anything: a second at least, and figures that a sensor and a clock can give. */
export function isSound({ from, to, load, wall }: HeatSample): boolean {
  return [from, to, load, wall].every(Number.isFinite) && load >= 0 && wall >= 1000;
}

interface Prior {
  readonly base: number;
  readonly rise: number;
}

interface Fit extends Prior {
  readonly tau: number;
  /** Standard error of the rise. */
  readonly riseError: number;
  /** The usual size of what is left over. */
  readonly error: number;
  readonly loss: number;
}

/** to − from·e = (1 − e)·(base + rise·load): linear in base and rise for a given τ. */
function fitAt(tau: number, samples: readonly HeatSample[], prior: Prior): Fit {
  const rows = samples.map(({ from, to, load, wall }) => {
    const stays = Math.exp(-wall / tau);
    return { share: 1 - stays, cores: load / 1000, grown: to - from * stays };
  });
  const leftOver = ({ base, rise }: Prior): readonly number[] =>
    rows.map(({ share, cores, grown }) => grown - share * (base + rise * cores));
  let fit: Solved = { ...prior, riseError: prior.rise };
  for (let round = 0; round < ROUNDS; round += 1) {
    const off = leftOver(fit);
    const weighted = rows.map((row, at) => ({ ...row, weight: huberWeight(off[at] ?? 0) }));
    fit = solve(weighted, prior);
  }
  const off = leftOver(fit).map(Math.abs);
  const loss = off.reduce((sum, one) => sum + huberLoss(one), 0);
  return { ...fit, tau, error: 1.4826 * median(off), loss };
}

interface Row {
  readonly share: number;
  readonly cores: number;
  readonly grown: number;
  readonly weight: number;
}

interface Solved extends Prior {
  readonly riseError: number;
}

/** Two normal equations, each with its prior as one more observation: 20 C for the base, all of it for the rise. */
function solve(rows: readonly Row[], prior: Prior): Solved {
  const held = { base: (NOISE / 20_000) ** 2, rise: (NOISE / Math.max(1, prior.rise)) ** 2 };
  let [bb, br, rr] = [held.base, 0, held.rise];
  let [b, r] = [held.base * prior.base, held.rise * prior.rise];
  for (const { share, cores, grown, weight } of rows) {
    const worth = weight * share;
    bb += worth * share;
    br += worth * share * cores;
    rr += worth * share * cores * cores;
    b += worth * grown;
    r += worth * grown * cores;
  }
  const determinant = bb * rr - br * br;
  const base = (b * rr - r * br) / determinant;
  const rise = (r * bb - b * br) / determinant;
  return { base, rise, riseError: NOISE * Math.sqrt(bb / determinant) };
}

function huberWeight(off: number): number {
  const size = Math.abs(off);
  return size <= NOISE ? 1 : NOISE / size;
}

function huberLoss(size: number): number {
  return size <= NOISE ? (size * size) / 2 : NOISE * (size - NOISE / 2);
}

/** The upper one of two in the middle. Not of an empty list. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
