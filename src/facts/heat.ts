// How hot this node is: the hottest plausible sensor of hwmon and of the thermal zones. No sensor is `unmeasurable`, an
// answer of its own on which the spec decides; it is never a low temperature.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { HeatFact } from "../decide/facts.ts";
import { type Roots, readKernelFile } from "./observed-roots.ts";

/** Sensors read, in name order; a large server has about a hundred. */
const SENSORS_MAX = 256;

/** Bytes of one sensor file. */
const SENSOR_FILE_MAX = 4096;

/** Thousandths of a degree outside which, edges included, a reading is a broken or unconnected sensor. */
const PLAUSIBLE = { above: -40_000, below: 150_000 } as const;

/**
 * The hottest reading of `class/hwmon/hwmon*` (temp*_input, Documentation/hwmon/sysfs-interface.rst) and
 * `class/thermal/thermal_zone*` (temp, Documentation/driver-api/thermal/sysfs-api.rst). Left out: a sensor that reports
 * a fault, reads exactly 0 (what unpowered sensors say) or is implausible. Outside Linux: unmeasurable.
 */
export function observeHeat(roots: Roots, platform: NodeJS.Platform = process.platform): HeatFact {
  if (platform !== "linux") return { state: "unmeasurable", cause: `no heat reader for ${platform}` };
  const readings = [...hwmonReadings(roots), ...zoneReadings(roots)].slice(0, SENSORS_MAX);
  if (readings.length === 0) return { state: "unmeasurable", cause: "no temperature sensor" };
  const plausible = readings.filter((reading) => isPlausible(reading));
  if (plausible.length === 0) {
    return {
      state: "unmeasurable",
      cause: `no plausible reading from ${readings.length} temperature sensors`,
    };
  }
  const hottest = plausible.reduce((one, other) => ((other.milli ?? 0) > (one.milli ?? 0) ? other : one));
  return { state: "measured", celsius_milli: hottest.milli ?? 0, sensor: hottest.sensor };
}

interface Reading {
  readonly sensor: string;
  /** null: unreadable or faulty. */
  readonly milli: number | null;
}

function isPlausible({ milli }: Reading): boolean {
  return milli !== null && milli !== 0 && milli > PLAUSIBLE.above && milli < PLAUSIBLE.below;
}

function* hwmonReadings(roots: Roots): Generator<Reading> {
  const base = join(roots.sys, "class/hwmon");
  for (const device of entries(base, /^hwmon\d+$/)) {
    const folder = join(base, device);
    const name = word(join(folder, "name")) ?? device;
    for (const input of entries(folder, /^temp\d+_input$/)) {
      const stem = join(folder, input.slice(0, -"_input".length));
      const label = word(`${stem}_label`) ?? input.slice(0, -"_input".length);
      const faulty = word(`${stem}_fault`) === "1";
      yield { sensor: `${name} ${label}`, milli: faulty ? null : reading(join(folder, input)) };
    }
  }
}

function* zoneReadings(roots: Roots): Generator<Reading> {
  const base = join(roots.sys, "class/thermal");
  for (const zone of entries(base, /^thermal_zone\d+$/)) {
    yield { sensor: word(join(base, zone, "type")) ?? zone, milli: reading(join(base, zone, "temp")) };
  }
}

function reading(path: string): number | null {
  const text = readKernelFile(path, SENSOR_FILE_MAX)?.trim() ?? "";
  return /^-?\d{1,9}$/.test(text) ? Number(text) : null;
}

/** A driver's own short word; characters that could disturb a terminal or a record are replaced. */
function word(path: string): string | null {
  const text = readKernelFile(path, SENSOR_FILE_MAX)?.trim() ?? "";
  return text === "" ? null : text.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);
}

function entries(folder: string, pattern: RegExp): string[] {
  try {
    const names = readdirSync(folder).filter((name) => pattern.test(name));
    return names.sort((one, other) => numberIn(one) - numberIn(other)).slice(0, SENSORS_MAX);
  } catch {
    // No such folder: no such sensors.
    return [];
  }
}

function numberIn(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}
