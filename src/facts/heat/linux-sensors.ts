// The temperature sensors of a Linux node under an injectable root: hwmon and thermal zones, each with its critical point.
// Judges nothing: heat-watch.ts tells which of them heat is known by.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { err } from "../../stdx/result.ts";
import { type Roots, readKernelFile } from "../observed-roots.ts";
import { criticalPoint, type SensorReading, temperature } from "./sensor-reading.ts";
import { sensorRole } from "./sensor-role.ts";

/** Sensors read, in order of their numbers; a large server has about a hundred. */
const SENSORS_MAX = 256;

/** Trip points of one zone; the kernel's own bound was 12, drivers have fewer. */
const TRIPS_MAX = 16;

/** Bytes of one sensor file. */
const SENSOR_FILE_MAX = 4096;

/**
 * Every sensor of `class/hwmon/hwmon*` (temp*_input, _label, _crit, _fault; Documentation/hwmon/sysfs-interface.rst) and
 * `class/thermal/thermal_zone*` (temp, type, trip_point_*; Documentation/driver-api/thermal/sysfs-api.rst), at most 256.
 * A device in runtime suspend (power/runtime_status, Documentation/ABI/testing/sysfs-devices-power) is asleep, and is
 * left out: asking would wake it. So are the inputs of monitoring chips (sensor-role.ts).
 */
export function linuxSensors(roots: Roots): readonly SensorReading[] {
  return [...hwmonSensors(roots), ...zoneSensors(roots)].slice(0, SENSORS_MAX);
}

function* hwmonSensors(roots: Roots): Generator<SensorReading> {
  const base = join(roots.sys, "class/hwmon");
  for (const device of entries(base, /^hwmon\d+$/)) {
    const folder = join(base, device);
    if (word(join(folder, "device/power/runtime_status")) === "suspended") continue;
    const name = word(join(folder, "name")) ?? device;
    const role = sensorRole(name);
    if (role === "monitor") continue;
    const group = role === "processor" ? role : device;
    for (const input of entries(folder, /^temp\d+_input$/)) {
      const channel = input.slice(0, -"_input".length);
      const stem = join(folder, channel);
      const faulty = word(`${stem}_fault`) === "1";
      yield {
        key: `${device}/${channel}`,
        sensor: `${name} ${word(`${stem}_label`) ?? channel}`,
        role,
        group,
        milli: faulty ? err("reports a fault") : temperature(text(join(folder, input))),
        critical: criticalPoint(text(`${stem}_crit`)),
      };
    }
  }
}

function* zoneSensors(roots: Roots): Generator<SensorReading> {
  const base = join(roots.sys, "class/thermal");
  for (const zone of entries(base, /^thermal_zone\d+$/)) {
    const folder = join(base, zone);
    const type = word(join(folder, "type")) ?? zone;
    const role = sensorRole(type);
    yield {
      key: zone,
      sensor: type,
      role,
      group: role === "processor" ? role : zone,
      milli: temperature(text(join(folder, "temp"))),
      critical: criticalTrip(folder),
    };
  }
}

/** The lowest trip point at which the kernel throttles hard or powers off: type `hot` or `critical`. */
function criticalTrip(folder: string): number | null {
  const points: number[] = [];
  for (let at = 0; at < TRIPS_MAX; at += 1) {
    const type = word(join(folder, `trip_point_${at}_type`));
    if (type === null) break;
    if (type !== "critical" && type !== "hot") continue;
    const point = criticalPoint(text(join(folder, `trip_point_${at}_temp`)));
    if (point !== null) points.push(point);
  }
  return points.length === 0 ? null : Math.min(...points);
}

function text(path: string): string | null {
  return readKernelFile(path, SENSOR_FILE_MAX);
}

/** A driver's own short word; characters that could disturb a terminal or a record are replaced. */
function word(path: string): string | null {
  const found = text(path)?.trim() ?? "";
  return found === "" ? null : found.replace(/[^\x20-\x7e]/g, "?").slice(0, 64);
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
