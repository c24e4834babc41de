// `measurement:` of a spec: what is declared of how work usually goes, which drift is measured against. Types and schema; the
// measuring itself is src/measure/.
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { boolean, enumeration, pattern, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

/** Metrics that a bound can be declared for (src/measure/metric.ts says what each is), and whether for the node as a whole. */
export const BOUNDED_METRICS = {
  external: { node: true },
  avoidable: { node: true },
  destination: { node: true },
  flagged: { node: false },
  silent: { node: false },
  near_limit: { node: false },
  bytes_out: { node: false },
  memory: { node: false },
  time: { node: false },
  ended_by_limit: { node: false },
  resubmitted: { node: false },
} as const;

export type BoundedMetric = keyof typeof BOUNDED_METRICS;

export interface SpecMeasurement {
  /** Sorted by metric and `of`. */
  readonly bounds: readonly DeclaredBound[];
  /** Whether a class with a declared bound is watched against what it learned as well. */
  readonly learned: boolean;
}

/** The mean of a metric that is at most usual. Of several that meet one class the lowest holds. */
export interface DeclaredBound {
  readonly metric: BoundedMetric;
  /** `node`: all executions together; `class`: each task class; else the beginning of a class's id, 16 to 64 digits. */
  readonly of: string;
  /** Basis points. */
  readonly max: number;
}

/** What a spec without `measurement` says. */
export const MEASUREMENT_DEFAULT: SpecMeasurement = { bounds: [], learned: true };

const bound: Schema<DeclaredBound> = object<DeclaredBound>(
  {
    metric: required(
      enumeration(Object.keys(BOUNDED_METRICS) as BoundedMetric[]),
      enforcedBy("measure", "rules"),
      "what is measured of each execution",
    ),
    of: required(
      pattern(
        "of whom",
        "^(node|class|[0-9a-f]{16,64})$",
        "is `node`, `class`, or 16 to 64 hexadecimal digits that a class's id begins with",
      ),
      enforcedBy("measure", "rules"),
      "`node`: all executions together; `class`: each task class; else the beginning of one class's id",
    ),
    max: required(
      quantity("percent", { max: 10_000 }),
      enforcedBy("measure", "max"),
      "the mean that is usual at most; of several that meet one class the lowest holds",
    ),
  },
  { check: checkBound },
);

function checkBound({ metric, of }: DeclaredBound): readonly MemberProblem[] {
  if (of !== "node" || BOUNDED_METRICS[metric].node) return [];
  return [
    {
      member: "of",
      message: `is \`node\`: \`${metric}\` is watched by class alone`,
      hint: "write `class`, or a class's id of writ drift baseline",
    },
  ];
}

/** `measurement:` of a spec. */
export const measurementSchema: Schema<SpecMeasurement> = object<SpecMeasurement>({
  bounds: optional(
    entries(bound, { key: boundKey, order: "key" }),
    MEASUREMENT_DEFAULT.bounds,
    null,
    "means that are usual at most, which drift is measured against; `writ drift baseline` writes them",
  ),
  learned: optional(
    boolean(),
    MEASUREMENT_DEFAULT.learned,
    enforcedBy("measure", "guard"),
    "whether what has a declared bound is watched against its learned one as well",
  ),
});

/** What no two bounds share. */
export function boundKey({ metric, of }: DeclaredBound): string {
  return `${metric} ${of}`;
}
