// The metrics that are watched for drift: each a number in [0, 1] of one execution, larger is worse. Not their values.

/** One metric, in the order in which they are numbered: the first ones are seen soonest. */
export interface Metric {
  readonly id: MetricId;
  /** What its mean is, as a person reads it. */
  readonly title: string;
  /** Which question it answers. */
  readonly about: "sovereignty" | "privacy" | "limits";
  /** Whether each class is watched, the node as a whole, or both: work that moves between classes shows at the node alone. */
  readonly watched: "class" | "node" | "both";
}

export const METRICS = [
  { id: "external", title: "left this node", about: "sovereignty", watched: "both" },
  { id: "avoidable", title: "left although served here", about: "sovereignty", watched: "both" },
  { id: "destination", title: "went to a new destination", about: "sovereignty", watched: "both" },
  { id: "flagged", title: "found or refused at the gate", about: "privacy", watched: "class" },
  { id: "silent", title: "left, and nothing was found", about: "privacy", watched: "class" },
  { id: "near_limit", title: "within 5 % of a limit", about: "limits", watched: "class" },
  { id: "bytes_out", title: "bytes out, of those granted", about: "sovereignty", watched: "class" },
  { id: "memory", title: "memory, of that granted", about: "limits", watched: "class" },
  { id: "time", title: "time, of that granted", about: "limits", watched: "class" },
  { id: "ended_by_limit", title: "ended by a limit", about: "limits", watched: "class" },
  { id: "new_class", title: "of a class never seen before", about: "limits", watched: "node" },
  { id: "resubmitted", title: "refused more than once first", about: "limits", watched: "class" },
] as const satisfies readonly (Omit<Metric, "id"> & { readonly id: string })[];

export type MetricId = (typeof METRICS)[number]["id"];

/** The values of one execution; null: it was not measured, and counts nowhere. */
export type MetricValues = Readonly<Record<MetricId, number | null>>;
