// Quantities as people write them (`512 MiB`, `30 s`, `85 C`, `80 %`, `0.5`) and as Writ holds them: integers in one
// base unit. Not arithmetic, and no rounding: what is not a whole number of base units is an error.
import { err, ok, type Result } from "./result.ts";

/**
 * What is measured, and its base unit: bytes; `duration` in ms; `temperature` in thousandths of a degree Celsius;
 * `percent` in basis points; `cpu` in thousandths of a core; `count` in ones; `money` in millionths of a dollar.
 */
export type QuantityKind = "bytes" | "duration" | "temperature" | "percent" | "cpu" | "count" | "money";

interface Unit {
  readonly name: string;
  /** Base units in one of it. */
  readonly factor: number;
}

interface Kind {
  readonly noun: string;
  readonly example: string;
  /** Largest first; the last one is where zero is written. A unit named "" is written as the bare number. */
  readonly units: readonly Unit[];
  /** Spellings beside the unit names: never written. */
  readonly aliases: readonly Unit[];
  /** The smallest step, for the message about too fine a value; empty: it is the noun itself. */
  readonly step: string;
  /** Whether decimals are written, as there is one unit only. */
  readonly decimals: boolean;
}

/** IEC 80000-13 binary and SI decimal prefixes. */
const BYTES: readonly Unit[] = [
  { name: "TiB", factor: 1024 ** 4 },
  { name: "TB", factor: 1000 ** 4 },
  { name: "GiB", factor: 1024 ** 3 },
  { name: "GB", factor: 1000 ** 3 },
  { name: "MiB", factor: 1024 ** 2 },
  { name: "MB", factor: 1000 ** 2 },
  { name: "KiB", factor: 1024 },
  { name: "kB", factor: 1000 },
  { name: "B", factor: 1 },
];

const DURATIONS: readonly Unit[] = [
  { name: "d", factor: 86_400_000 },
  { name: "h", factor: 3_600_000 },
  { name: "m", factor: 60_000 },
  { name: "s", factor: 1000 },
  { name: "ms", factor: 1 },
];

const KINDS: { readonly [K in QuantityKind]: Kind } = {
  bytes: {
    noun: "a size",
    example: "`512 MiB`",
    units: BYTES,
    aliases: [],
    step: "one byte",
    decimals: false,
  },
  duration: {
    noun: "a duration",
    example: "`30 s` or `2 m`",
    units: DURATIONS,
    aliases: [],
    step: "one millisecond",
    decimals: false,
  },
  temperature: {
    noun: "a temperature",
    example: "`85 C`",
    units: [{ name: "C", factor: 1000 }],
    aliases: [{ name: "°C", factor: 1000 }],
    step: "a thousandth of a degree",
    decimals: true,
  },
  percent: {
    noun: "a percentage",
    example: "`80 %`",
    units: [{ name: "%", factor: 100 }],
    aliases: [],
    step: "a hundredth of a percent",
    decimals: true,
  },
  cpu: {
    noun: "a number of cores",
    example: "`4` or `0.5`",
    units: [{ name: "", factor: 1000 }],
    aliases: [],
    step: "a thousandth of a core",
    decimals: true,
  },
  count: {
    noun: "a whole number",
    example: "`3`",
    units: [{ name: "", factor: 1 }],
    aliases: [],
    step: "",
    decimals: true,
  },
  money: {
    noun: "an amount of money",
    example: "`5 USD`",
    units: [{ name: "USD", factor: 1_000_000 }],
    aliases: [],
    step: "a millionth of a dollar",
    decimals: true,
  },
};

/** Longer digit strings are over every bound anyway. */
const DIGITS_MAX = 24;

/**
 * The base units that `text` says, 0 to 2^53 − 1, or one line that says what is wrong and what is accepted (without the
 * input, which the caller shows escaped). One space at most stands before the unit. No sign, exponent, hexadecimal,
 * leading zero, `.5` or `5.`.
 *
 * @example parseQuantity("bytes", "64 KiB") // { ok: true, value: 65536 }
 */
export function parseQuantity(kind: QuantityKind, text: string): Result<number, string> {
  const { noun, example, units, aliases, step } = KINDS[kind];
  const parts = /^(?<whole>0|[1-9][0-9]*)(?:\.(?<decimals>[0-9]+))? ?(?<unit>[^\s0-9.].*)?$/u.exec(
    text,
  )?.groups;
  if (parts === undefined) {
    if (/^[-\u2212] ?[0-9.]/u.test(text))
      return err(`${noun} is never negative; write for example ${example}`);
    return err(`expected ${noun}, such as ${example}`);
  }
  const name = parts["unit"] ?? "";
  const unit = [...units, ...aliases].find((candidate) => candidate.name === name);
  if (unit === undefined && name === "") return err(`${noun} needs a unit, such as ${example}`);
  if (unit === undefined) return err(unknownUnit(kind));
  const decimals = parts["decimals"] ?? "";
  const digits = `${parts["whole"] ?? ""}${decimals}`;
  if (digits.length > DIGITS_MAX)
    return err(`${noun} is at most ${formatQuantity(kind, Number.MAX_SAFE_INTEGER)}`);
  const scale = 10n ** BigInt(decimals.length);
  const scaled = BigInt(digits) * BigInt(unit.factor);
  if (scaled % scale !== 0n) {
    return err(
      step === "" ? `expected ${noun}, such as ${example}` : `${noun} is a whole multiple of ${step}`,
    );
  }
  const value = scaled / scale;
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    return err(`${noun} is at most ${formatQuantity(kind, Number.MAX_SAFE_INTEGER)}`);
  }
  return ok(Number(value));
}

/**
 * How `value` base units are written: in the largest unit that holds it exactly, so that parsing gives `value` back.
 * `value` is a safe integer, not negative.
 *
 * @example formatQuantity("duration", 120_000) === "2 m"
 */
export function formatQuantity(kind: QuantityKind, value: number): string {
  const { units, decimals } = KINDS[kind];
  const smallest = units.at(-1) ?? { name: "", factor: 1 };
  const exact = value === 0 ? smallest : (units.find((unit) => value % unit.factor === 0) ?? smallest);
  const number = decimals ? decimalText(value, exact.factor) : String(value / exact.factor);
  return exact.name === "" ? number : `${number} ${exact.name}`;
}

/**
 * A pattern (ECMA-262, JSON Schema) that every accepted spelling matches; null for kinds that are written as bare
 * numbers. It is for editors: it accepts a few texts that are too fine or too large.
 */
export function quantityPattern(kind: QuantityKind): string | null {
  const { units, aliases } = KINDS[kind];
  const names = [...units, ...aliases].map((unit) => unit.name);
  if (names.includes("")) return null;
  return `^(0|[1-9][0-9]*)(\\.[0-9]+)? ?(${names.join("|")})$`;
}

/** What is accepted, in words: `a size, such as 512 MiB`. */
export function quantityExpectation(kind: QuantityKind): string {
  return `${KINDS[kind].noun}, such as ${KINDS[kind].example}`;
}

function unknownUnit(kind: QuantityKind): string {
  const { noun, units, example } = KINDS[kind];
  const names = units.filter((unit) => unit.name !== "").map((unit) => `\`${unit.name}\``);
  if (names.length === 0) return `expected ${noun} without a unit, such as ${example}`;
  return `${noun} has the unit ${names
    .toReversed()
    .join(", ")
    .replace(/, (?=[^,]*$)/u, " or ")}`;
}

function decimalText(value: number, factor: number): string {
  const places = String(factor).length - 1;
  if (places === 0) return String(value);
  const digits = String(value).padStart(places + 1, "0");
  const decimals = digits.slice(-places).replace(/0+$/u, "");
  const whole = digits.slice(0, -places);
  return decimals === "" ? whole : `${whole}.${decimals}`;
}

/** Bytes as people write them; exact. */
export function formatBytes(bytes: number): string {
  return formatQuantity("bytes", bytes);
}

/** Milliseconds as people write them; exact. */
export function formatDuration(ms: number): string {
  return formatQuantity("duration", ms);
}
