// One temperature sensor as it was read: a plausible temperature, or why it is none. Reads nothing itself.
import { err, ok, type Result } from "../../stdx/result.ts";
import type { SensorRole } from "./sensor-role.ts";

export interface SensorReading {
  /** Unique on this node: `hwmon2/temp1`. */
  readonly key: string;
  /** What people know it by: `k10temp Tctl`. */
  readonly sensor: string;
  readonly role: SensorRole;
  /** Sensors that warm up together: what stands still while others of its group move is stuck. */
  readonly group: string;
  /** Thousandths of a degree, or why there are none, in one line. */
  readonly milli: Result<number, string>;
  /** Thousandths of a degree at which its maker says it is critical; null: none that makes sense. */
  readonly critical: number | null;
}

/** Thousandths of a degree outside which, edges included, a reading is a broken or unconnected sensor. */
const PLAUSIBLE = { above: -40_000, below: 150_000 } as const;

/** Critical points below this are made up: drivers show 0 and −1, and boards name trip points of fans. */
const CRITICAL_MIN = 50_000;

/**
 * A kernel's text as thousandths of a degree. Exactly 0 is what unpowered sensors say; a text that is no whole number
 * is none (`NaN`, empty, `61.5`, hexadecimal).
 */
export function temperature(text: string | null): Result<number, string> {
  if (text === null) return err("cannot be read");
  const trimmed = text.trim();
  if (trimmed === "") return err("reads empty");
  if (!/^-?\d{1,9}$/.test(trimmed)) return err("reads no number");
  return plausible(Number(trimmed));
}

/** The same of a number. */
export function plausible(milli: number): Result<number, string> {
  if (!Number.isSafeInteger(milli)) return err("reads no number");
  if (milli === 0 || milli <= PLAUSIBLE.above || milli >= PLAUSIBLE.below)
    return err(`reads ${milli / 1000} C`);
  return ok(milli);
}

/** A critical point that makes sense, else null. */
export function criticalPoint(text: string | null): number | null {
  const point = temperature(text);
  return point.ok && point.value >= CRITICAL_MIN ? point.value : null;
}
