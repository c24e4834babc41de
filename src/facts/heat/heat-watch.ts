// What heat is known by: judges each look at the sensors against the looks before it, so that a sensor that vanishes, talks
// nonsense or stands still is never taken for a cool one. Reads no file (linux-sensors.ts) and decides nothing.
import { THROTTLED_MS } from "../../decide/check-heat.ts";
import type { HeatFact, SensorLoss } from "../../decide/facts.ts";
import type { SensorReading } from "./sensor-reading.ts";
import type { SensorRole } from "./sensor-role.ts";
import type { ThrottleCounts } from "./throttle-counts.ts";

/**
 * No source names such a bound; this one is far beyond what quiet parts do. A sensor is stuck when it said exactly the same for at least this long, at this
 * many looks, while another of its group rose and fell by this much.
 */
export const STUCK = { ms: 600_000, looks: 60, swing_milli: 20_000 } as const;

/** Sensors named in one fact. */
const NAMED_MAX = 8;

/** Sensors remembered; more than one look can bring. */
const REMEMBERED_MAX = 512;

/** One look at a node, as its readers give it. */
export interface HeatLook {
  readonly readings: readonly SensorReading[];
  readonly throttle: ThrottleCounts;
}

interface Seen {
  readonly sensor: string;
  readonly role: SensorRole;
  readonly milli: number;
  /** When it last changed, and how often it was looked at since. */
  readonly since: number;
  readonly looks: number;
  /** Hottest and coolest of the rest of its group since then. */
  readonly low: number;
  readonly high: number;
}

/** Remembers looks for as long as a governor lives; bounded. */
export class HeatWatch {
  #seen = new Map<string, Seen>();
  #counts: ReadonlyMap<string, number> | null = null;
  #throttled: { readonly by: string; readonly at: number } | null = null;

  /** The fact of this look, at `now` ms of a clock that nobody sets. */
  judge(look: HeatLook, now: number): HeatFact {
    this.#noteThrottle(look.throttle, now);
    const losses = this.#losses(look.readings, now);
    const fact = factOf(look.readings, losses);
    if (fact.state !== "measured" || this.#throttled === null) return fact;
    return { ...fact, throttled: { by: this.#throttled.by, ago: now - this.#throttled.at } };
  }

  #noteThrottle({ counts, now: hot }: ThrottleCounts, now: number): void {
    const before = this.#counts;
    const risen = [...counts].find(([key, count]) => before !== null && count > (before.get(key) ?? count));
    this.#counts = counts;
    const by = hot ?? risen?.[0] ?? null;
    if (by !== null) this.#throttled = { by, at: now };
    else if (this.#throttled !== null && now - this.#throttled.at >= THROTTLED_MS) this.#throttled = null;
  }

  /** What this look lacks, after noting what it has. */
  #losses(readings: readonly SensorReading[], now: number): readonly Loss[] {
    const losses: Loss[] = [];
    const present = new Set(readings.map(({ key }) => key));
    for (const [key, { sensor, role }] of this.#seen) {
      if (!present.has(key)) losses.push(loss({ key, sensor, role }, "vanished", role !== "peripheral"));
    }
    for (const reading of readings) {
      const before = this.#seen.get(reading.key);
      if (!reading.milli.ok) {
        losses.push(loss(reading, reading.milli.error, matters(reading.role, before !== undefined)));
        continue;
      }
      const seen = noted(reading, reading.milli.value, { before, readings, now });
      if (before !== undefined || this.#seen.size < REMEMBERED_MAX) this.#seen.set(reading.key, seen);
      if (isStuck(seen, now))
        losses.push(loss(reading, "has not changed while others did", isHot(seen.role)));
    }
    return losses;
  }
}

interface Loss extends SensorLoss {
  readonly key: string;
  /** Whether heat is not known without it. */
  readonly matters: boolean;
}

function loss(
  { key, sensor }: Pick<SensorReading, "key" | "sensor"> & { readonly role: SensorRole },
  why: string,
  does: boolean,
): Loss {
  return { key, sensor, why, matters: does };
}

/** A board's own sensor that never said anything plausible is one that is not there. */
function matters(role: SensorRole, spokeBefore: boolean): boolean {
  if (role === "peripheral") return false;
  return role !== "board" || spokeBefore;
}

/** Where a reading that stands still means something: boards show constants, drives change by whole degrees in hours. */
function isHot(role: SensorRole): boolean {
  return role === "processor" || role === "accelerator" || role === "unknown";
}

function noted(
  { key, sensor, role, group }: SensorReading,
  milli: number,
  around: {
    readonly before: Seen | undefined;
    readonly readings: readonly SensorReading[];
    readonly now: number;
  },
): Seen {
  let high = Number.NEGATIVE_INFINITY;
  for (const other of around.readings) {
    if (other.group === group && other.key !== key && other.milli.ok)
      high = Math.max(high, other.milli.value);
  }
  const { before } = around;
  if (before === undefined || before.milli !== milli)
    return { sensor, role, milli, since: around.now, looks: 1, low: high, high };
  const low = Math.min(before.low, high);
  return { ...before, looks: before.looks + 1, low, high: Math.max(before.high, high) };
}

function isStuck({ since, looks, low, high }: Seen, now: number): boolean {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return false;
  return now - since >= STUCK.ms && looks >= STUCK.looks && high - low >= STUCK.swing_milli;
}

function factOf(readings: readonly SensorReading[], losses: readonly Loss[]): HeatFact {
  const named = losses.map(({ sensor, why }) => ({ sensor, why })).slice(0, NAMED_MAX);
  const left = losses.length === 0 ? {} : { left_out: named };
  if (readings.length === 0 && losses.length === 0)
    return { state: "unmeasurable", cause: "no temperature sensor" };
  const grave = losses.filter((one) => one.matters);
  if (grave.length > 0) return { state: "unmeasurable", cause: toldLosses(grave), ...left };
  const lost = new Set(losses.map(({ key }) => key));
  const sound = readings.filter(({ key, milli }) => milli.ok && !lost.has(key));
  if (!sound.some(({ role }) => tellsOfProcessors(role)))
    return { state: "unmeasurable", cause: NONE, ...left };
  const hottest = sound.reduce((one, other) => (milliOf(other) > milliOf(one) ? other : one));
  return {
    state: "measured",
    celsius_milli: milliOf(hottest),
    sensor: hottest.sensor,
    ...closestToCritical(sound),
    ...left,
  };
}

const NONE = "no plausible reading from a processor's sensor or its board's";

function toldLosses(grave: readonly Loss[]): string {
  const told = grave.slice(0, 3).map(({ sensor, why }) => `${sensor} ${why}`);
  return grave.length > told.length
    ? `${told.join(", ")}, and ${grave.length - told.length} more`
    : told.join(", ");
}

function tellsOfProcessors(role: SensorRole): boolean {
  return role === "processor" || role === "unknown" || role === "board";
}

function closestToCritical(
  sound: readonly SensorReading[],
): Pick<Extract<HeatFact, { state: "measured" }>, "critical"> {
  let least: {
    readonly sensor: string;
    readonly celsius_milli: number;
    readonly limit_milli: number;
  } | null = null;
  for (const reading of sound) {
    const { sensor, critical } = reading;
    if (critical === null) continue;
    const celsius_milli = milliOf(reading);
    if (least === null || critical - celsius_milli < least.limit_milli - least.celsius_milli)
      least = { sensor, celsius_milli, limit_milli: critical };
  }
  return least === null ? {} : { critical: least };
}

/** Only asked of sound readings. */
function milliOf({ milli }: SensorReading): number {
  return milli.ok ? milli.value : Number.POSITIVE_INFINITY;
}
