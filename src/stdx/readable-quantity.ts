// Quantities for people to compare at a glance: about four digits in the largest unit that has any. Not for parsing back
// (units.ts): what is decided, recorded and hashed is always exact.
import { formatQuantity, type QuantityKind } from "./units.ts";

/** Exact up to here; a rounded figure keeps three digits, which show a difference of one per cent. */
const EXACT_DIGITS_MAX = 4;
const ROUNDED_DIGITS = 3;

/** IEC 80000-13 binary prefixes: what memory is counted in. */
const SIZES: readonly (readonly [name: string, factor: number])[] = [
  ["TiB", 1024 ** 4],
  ["GiB", 1024 ** 3],
  ["MiB", 1024 ** 2],
  ["KiB", 1024],
];
const TIMES: readonly (readonly [name: string, factor: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/**
 * One quantity as people read it: as the languages write it while that is short, else rounded.
 *
 * @example formatReadable("duration", 59_390) === "59.4 s"
 */
export function formatReadable(kind: QuantityKind, value: number): string {
  const exact = formatQuantity(kind, value);
  if (kind !== "bytes" && kind !== "duration") return exact;
  if (exact.replaceAll(/[^0-9]/gu, "").length <= EXACT_DIGITS_MAX) return exact;
  const unit = (kind === "bytes" ? SIZES : TIMES).find(([, factor]) => value >= factor);
  if (unit === undefined) return exact;
  const [name, factor] = unit;
  return `${Number((value / factor).toPrecision(ROUNDED_DIGITS))} ${name}`;
}

/**
 * Two quantities of one kind, as `formatReadable` writes them unless that would make different ones look the same.
 *
 * @example readablePair("bytes", 20_401_094_656, 17_697_914_880) // ["19 GiB", "16.5 GiB"]
 */
export function readablePair(kind: QuantityKind, one: number, other: number): readonly [string, string] {
  const readable = [formatReadable(kind, one), formatReadable(kind, other)] as const;
  if (one === other || readable[0] !== readable[1]) return readable;
  return [formatQuantity(kind, one), formatQuantity(kind, other)];
}
