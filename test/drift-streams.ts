// Streams with a known change, drawn from a seed: three families of metrics over three task classes, one stream of each
// kind. Parameters are chosen on these; the development streams only score.
import { seededRandom } from "../src/scan/credentials/fixtures/fill-example.ts";

/** Numbers in [0, 1). */
type Random = () => number;

/** What becomes of a stream: nothing, a change of its mix alone, or a lasting change of its classes. */
export const DRIFT_KINDS = [
  "none",
  "seasonal",
  "mixshift",
  "abrupt",
  "gradual",
  "slow",
  "staircase",
  "short_abrupt",
  "seasonal_abrupt",
] as const;

export type DriftKind = (typeof DRIFT_KINDS)[number];

/** A stream with its answer. */
export interface LabelledStream {
  readonly id: string;
  readonly family: string;
  readonly kind: string;
  readonly n: number;
  readonly stratum: string;
  readonly x: string | readonly number[];
  readonly class_pre_means: readonly number[];
  readonly spec_bound: number;
  readonly drift: boolean;
  readonly change_points: readonly number[];
  readonly change_end: number | null;
}

/** Ranges of each class's mean and of the change, in logits. */
const FAMILIES = {
  sovereignty: {
    means: [
      [0.025, 0.05],
      [0.08, 0.14],
      [0.25, 0.4],
    ],
    change: [0.6, 1.4],
    binary: true,
  },
  privacy: {
    means: [
      [0.006, 0.018],
      [0.006, 0.02],
      [0.01, 0.024],
    ],
    change: [1.85, 4.45],
    binary: true,
  },
  resources: {
    means: [
      [0.2, 0.3],
      [0.35, 0.49],
      [0.48, 0.6],
    ],
    change: [0.36, 0.89],
    binary: false,
  },
} as const;

/** `count` streams of each kind and family. */
export function drawStreams(seed: number, count: number): readonly LabelledStream[] {
  const random = seededRandom(seed);
  return DRIFT_KINDS.flatMap((kind) =>
    (Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]).flatMap((family) =>
      Array.from({ length: count }, (_, index) => draw(random, { kind, family, index })),
    ),
  );
}

interface Wanted {
  readonly kind: DriftKind;
  readonly family: keyof typeof FAMILIES;
  readonly index: number;
}

function draw(random: Random, { kind, family, index }: Wanted): LabelledStream {
  const { means: ranges, change, binary } = FAMILIES[family];
  const n = kind === "short_abrupt" ? 600 : 2000;
  const means = ranges.map(([from, to]) => uniform(random, from, to));
  const effect = uniform(random, change[0], change[1]);
  const drift = !["none", "seasonal", "mixshift"].includes(kind);
  const start = Math.floor(
    kind === "short_abrupt"
      ? uniform(random, 250, 330)
      : kind === "slow"
        ? uniform(random, 500, 600)
        : uniform(random, 600, 1100),
  );
  const takes = kind === "gradual" ? 250 : kind === "staircase" ? 480 : kind === "slow" ? n - 1 - start : 0;
  const season = {
    period: [100, 150, 200][Math.floor(random() * 3)] ?? 100,
    phase: uniform(random, 0, 2 * Math.PI),
  };
  const stratum: number[] = [];
  const x: number[] = [];
  for (let at = 0; at < n; at += 1) {
    const classId = drawClass(random, kind, { at, start, ...season });
    const share = drift && at >= start ? grown(kind, (at - start) / Math.max(1, takes)) : 0;
    const mean = shifted(means[classId] ?? 0, effect * share);
    stratum.push(classId);
    x.push(binary ? Number(random() < mean) : ratio(random, mean));
  }
  return {
    id: `own-${family}-${kind}-${index}`,
    family,
    kind,
    n,
    stratum: stratum.join(""),
    x: binary ? x.join("") : x,
    class_pre_means: means,
    spec_bound: 1.15 * (0.5 * (means[0] ?? 0) + 0.3 * (means[1] ?? 0) + 0.2 * (means[2] ?? 0)),
    drift,
    change_points: drift ? [start] : [],
    change_end: drift ? start + takes : null,
  };
}

interface Moment {
  readonly at: number;
  readonly start: number;
  readonly period: number;
  readonly phase: number;
}

function drawClass(random: Random, kind: DriftKind, { at, start, period, phase }: Moment): number {
  let [first, second] = [0.5, 0.3];
  if (kind === "mixshift" && at >= start) [first, second] = [0.17, 0.28];
  if (kind === "seasonal" || kind === "seasonal_abrupt")
    first = 0.35 + 0.15 * Math.sin((2 * Math.PI * at) / period + phase);
  const drawn = random();
  return drawn < first ? 0 : drawn < first + second ? 1 : 2;
}

function grown(kind: DriftKind, share: number): number {
  if (kind === "staircase") return Math.min(1, (1 + Math.floor(share * 3)) / 4);
  return kind === "gradual" || kind === "slow" ? Math.min(1, share) : 1;
}

function shifted(mean: number, logits: number): number {
  const odds = (mean / (1 - mean)) * Math.exp(logits);
  return odds / (1 + odds);
}

/** A ratio in [0, 1] of mean `mean` and a standard deviation of about 0.11: a mean of four uniform values. */
function ratio(random: Random, mean: number): number {
  const noise = (random() + random() + random() + random()) / 4 - 0.5;
  return Math.max(0, Math.min(1, mean + noise * 0.76));
}

function uniform(random: Random, from: number, to: number): number {
  return from + (to - from) * random();
}
