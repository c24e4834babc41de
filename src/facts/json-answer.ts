// Careful looks into JSON that someone else wrote: each gives the value if it is what was hoped for, else null.
// Not a schema: a provider may say more than we read.
import type { JsonObject } from "../stdx/json.ts";

/** `value` as an object, or null. */
export function objectIn(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The objects of the list `key` of `value`; none when there is no such list. At most `max`. */
export function objectsIn(value: unknown, key: string, max: number): readonly JsonObject[] {
  const list = memberOf(value, key);
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, max)
    .map(objectIn)
    .filter((item) => item !== null);
}

/** The member `key` of an object, or null. */
export function memberOf(value: unknown, key: string): unknown {
  const object = objectIn(value);
  return object !== null && Object.hasOwn(object, key) ? (object[key] ?? null) : null;
}

/** A whole number from 0 to 2^53 − 1, or null. */
export function countIn(value: unknown, key: string): number | null {
  const member = memberOf(value, key);
  return typeof member === "number" && Number.isSafeInteger(member) && member >= 0 ? member : null;
}

/** A string that is not empty, or null. */
export function textIn(value: unknown, key: string): string | null {
  const member = memberOf(value, key);
  return typeof member === "string" && member !== "" ? member : null;
}

/**
 * A model's name that can be compared, recorded and shown: 1 to 256 printable ASCII characters without a space at either
 * end. Others are as if they were not there.
 */
export function modelNameIn(value: unknown, key: string): string | null {
  const name = textIn(value, key);
  return name !== null && /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/.test(name) ? name : null;
}
