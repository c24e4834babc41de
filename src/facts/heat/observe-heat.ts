// How hot this node is, at one look or over many: composes the readers of a platform with the judgement of what they say.
import type { HeatFact } from "../../decide/facts.ts";
import type { Roots } from "../observed-roots.ts";
import { HeatWatch } from "./heat-watch.ts";
import { linuxSensors } from "./linux-sensors.ts";
import type { SensorReading } from "./sensor-reading.ts";
import { throttleCounts } from "./throttle-counts.ts";

/**
 * Heat at a single look: the hottest sensor, or unmeasurable with its cause. What only a second look can show (a sensor that
 * vanished or stands still, a counter that rises) it cannot tell; a governor keeps a `HeatWatch` (watchHeat).
 */
export function observeHeat(roots: Roots, platform: NodeJS.Platform = process.platform): HeatFact {
  return watchHeat(roots, platform)(0, []);
}

/** A look at `now` ms, together with sensors that a program was asked for (nvidia-smi). */
export type LookAtHeat = (now: number, asked: readonly SensorReading[]) => HeatFact;

/** Looks that remember one another. Outside Linux: unmeasurable. */
export function watchHeat(roots: Roots, platform: NodeJS.Platform = process.platform): LookAtHeat {
  if (platform !== "linux") return () => ({ state: "unmeasurable", cause: `no heat reader for ${platform}` });
  const watch = new HeatWatch();
  return (now, asked) =>
    watch.judge({ readings: [...linuxSensors(roots), ...asked], throttle: throttleCounts(roots) }, now);
}
