// Reads members of a record's core that may be anything: a ledger of another build is data, never an error here.
import type { Json, JsonObject } from "../stdx/json.ts";

/** As much of a ledger record as is measured; the ledger's records are such. */
export interface MeasuredRecord {
  readonly kind: string;
  readonly sequence: number;
  /** Ledger time, ms. */
  readonly time: number;
  /** Wall clock, RFC 3339; only shown. */
  readonly wall: string;
  readonly core: JsonObject;
}

/** The object at `key`; null: there is none. */
export function objectAt(core: JsonObject, key: string): JsonObject | null {
  const value = core[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The finite number at `key`, at least 0; null: there is none. */
export function amountAt(core: JsonObject, key: string): number | null {
  const value = core[key];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The text at `key`; null: there is none. */
export function textAt(core: JsonObject, key: string): string | null {
  const value = core[key];
  return typeof value === "string" ? value : null;
}

/** The list at `key`; empty: there is none. */
export function listAt(core: JsonObject, key: string): readonly Json[] {
  const value = core[key];
  return Array.isArray(value) ? value : [];
}
