// The numbers of a text, whatever stands between them, as bytes: all of them, every n-th one, those of records without what
// counts these, what each adds to the one before it, and in the order that other numbers give them. Not lists of codes that are
// text (decode-numbers.ts).

export interface Numbers {
  readonly values: Uint8Array;
  /** Where each number begins. */
  readonly places: Uint32Array;
}

/** Numbers from which they may spell a value. */
const NUMBERS_MIN = 16;
const NUMBERS_MAX = 2048;

/** Digits of a number, and after its point. */
const DIGITS_MAX = 9;
const DECIMALS_MAX = 4;

/** Numbers of a record: of a date and a time, and of some more. */
const STRIDE_MAX = 8;

export function* numbersOf(bytes: Uint8Array): Generator<Numbers> {
  const whole = read(bytes, true);
  yield* streamsIn(whole);
  if (whole.fractions > 0) yield* streamsIn(read(bytes, false));
}

function* streamsIn({ values, places }: Stream): Generator<Numbers> {
  if (values.length < NUMBERS_MIN) return;
  for (let stride = 1; stride <= STRIDE_MAX && stride * NUMBERS_MIN <= 2 * values.length; stride++) {
    const phases = Array.from({ length: stride }, (_, phase) => ({
      values: every(values, stride, phase),
      places: every(places, stride, phase),
    }));
    for (const phase of phases) {
      yield* streamsOf(phase);
      const other = stride === 2 ? phases.find((one) => one !== phase) : undefined;
      const sorted = other === undefined ? null : inOrderOf(phase.values, other);
      if (sorted !== null) yield* streamsOf(sorted);
    }
    const varying = stride < 3 ? [] : phases.flatMap((phase, at) => (isVarying(phase.values) ? [at] : []));
    // Of two places of a record or more that tell something, what they tell together.
    if (varying.length < 2 || varying.length === stride) continue;
    const isTold = (_: number, at: number): boolean => varying.includes(at % stride);
    yield* streamsOf({ values: values.filter(isTold), places: places.filter(isTold) });
  }
}

/** Of the steps from one number to the next, the share of the most frequent one: what is the same or counts has nearly one. */
const EVEN_MAX = 0.6;

function isVarying(values: readonly number[]): boolean {
  const steps = new Map<number, number>();
  for (let at = 1; at < values.length; at++) {
    const step = (values[at] ?? 0) - (values[at - 1] ?? 0);
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  return Math.max(0, ...steps.values()) < EVEN_MAX * (values.length - 1);
}

interface Stream {
  readonly values: readonly number[];
  readonly places: readonly number[];
}

function every<T>(all: readonly T[], stride: number, phase: number): readonly T[] {
  return stride === 1 ? all : all.filter((_, at) => at % stride === phase);
}

function* streamsOf({ values, places }: Stream): Generator<Numbers> {
  if (values.length < NUMBERS_MIN || new Set(values).size < 4) return;
  const rising = values.filter((value, at) => at > 0 && value > (values[at - 1] ?? 0)).length;
  // A running sum says what is added; what counts up by one says nothing.
  const isSum = rising >= 0.8 * (values.length - 1);
  const told = isSum ? values.map((value, at) => value - (values[at - 1] ?? value)) : values;
  if (isSum && new Set(told).size < 4) return;
  yield { values: toBytes(told), places: Uint32Array.from(places) };
}

/** In steps of what parts the numbers, so that a byte that was moved and stretched is a byte that was moved. */
function toBytes(values: readonly number[]): Uint8Array {
  // What surrounds a list has numbers of its own: the middle of all is of the list.
  const middle = values.slice(values.length >> 2, (3 * values.length) >> 2);
  const least = Math.min(...middle);
  const step = middle.reduce((sum, value) => divisor(sum, value - least), 0) || 1;
  const base = step === UNIT ? 0 : least;
  return Uint8Array.from(values, (value) => Math.round((value - base) / step) & 255);
}

function divisor(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b !== 0) [a, b] = [b, a % b];
  return Math.abs(a);
}

/** `other` in the order of `keys`, where these number it from some number on; null: they do not, or in order. */
function inOrderOf(keys: readonly number[], { values, places }: Stream): Stream | null {
  const count = Math.min(keys.length, values.length);
  const seen = new Map<number, number>();
  for (let at = 0; at < count; at++) {
    const key = keys[at] ?? -1;
    if (key >= 0 && key <= UNIT * count && !seen.has(key)) seen.set(key, at);
  }
  if (seen.size < NUMBERS_MIN || seen.size < 0.8 * count) return null;
  const order = [...seen].toSorted((a, b) => a[0] - b[0]).map(([, at]) => at);
  if (order.every((at, place) => place === 0 || at > (order[place - 1] ?? 0))) return null;
  return { values: order.map((at) => values[at] ?? 0), places: order.map((at) => places[at] ?? 0) };
}

/** What one is counted as: fractions are whole numbers then. */
const UNIT = 10 ** DECIMALS_MAX;

/** All numbers, in ten-thousandths; or, without their points, what stands on either side of each. */
function read(bytes: Uint8Array, withFractions: boolean): Stream & { readonly fractions: number } {
  let fractions = 0;
  const values: number[] = [];
  const places: number[] = [];
  for (let at = 0; at < bytes.length && values.length < NUMBERS_MAX; at++) {
    if (!isDigit(bytes[at])) continue;
    const start = at;
    let value = 0;
    while (at - start < DIGITS_MAX && isDigit(bytes[at])) value = 10 * value + (bytes[at++] ?? 0) - 0x30;
    const end = withFractions ? fractionEnd(bytes, start, at) : at;
    if (end > at) fractions++;
    let unit = UNIT;
    for (; at < end; at++) {
      if (bytes[at] === POINT) continue;
      value = 10 * value + (bytes[at] ?? 0) - 0x30;
      unit /= 10;
    }
    const isNegative = bytes[start - 1] === MINUS && !isWord(bytes[start - 2]);
    values.push(isNegative ? -value * unit : value * unit);
    places.push(start);
    at--;
  }
  return { values, places, fractions };
}

/** Where the fraction of the number at [start, end) ends, of at most four digits; `end`: it has none. Versions and addresses have several points. */
function fractionEnd(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[end] !== POINT || !isDigit(bytes[end + 1]) || bytes[start - 1] === POINT) return end;
  let at = end + 1;
  while (at - end <= DECIMALS_MAX && isDigit(bytes[at])) at++;
  return bytes[at] === POINT ? end : at;
}

const POINT = 0x2e;
const MINUS = 0x2d;

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte < 0x3a;
}

function isWord(byte = 0): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower < 0x7b);
}
