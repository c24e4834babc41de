// What settled tasks showed of how this node warms: a projection of the ledger of bounded size, and the parameters fitted to
// it. Not the fit itself (decide/fit-heat.ts).
import type { HeatForecast } from "../decide/facts.ts";
import { fitHeat, type HeatSample, isSound } from "../decide/fit-heat.ts";

/** The latest kept: enough for three parameters under noise, few enough that a new cooler is learnt in a day. */
const KEPT_MAX = 64;

/** The latest samples, oldest first. */
export class HeatSamples {
  #samples: readonly HeatSample[] = [];
  #fitted: { readonly cores: number; readonly forecast: HeatForecast } | null = null;

  /** Adds what a settlement's core says; nothing when it says nothing sound. */
  add(sample: unknown): void {
    if (!isSample(sample) || !isSound(sample)) return;
    this.#samples = [...this.#samples, sample].slice(-KEPT_MAX);
    this.#fitted = null;
  }

  /** The parameters for a node of `cores` thousandths of a core; worked out once for the same samples. */
  forecast(cores: number): HeatForecast {
    if (this.#fitted?.cores !== cores) this.#fitted = { cores, forecast: fitHeat(this.#samples, cores) };
    return this.#fitted.forecast;
  }

  /** In one comparable form. */
  snapshot(): readonly HeatSample[] {
    return this.#samples;
  }
}

function isSample(value: unknown): value is HeatSample {
  if (typeof value !== "object" || value === null) return false;
  const sample = value as Readonly<Record<string, unknown>>;
  return ["from", "to", "load", "wall"].every((member) => typeof sample[member] === "number");
}
