// How alarms are scored against streams with a known change: the rules of the development streams. Not the detectors.
import { type BoundSource, detectDrift, driftRow } from "../src/measure/drift/drift-row.ts";
import type { Json } from "../src/stdx/json.ts";
import type { LabelledStream } from "./drift-streams.ts";

/** What came of the streams of one kind. */
export interface KindScore {
  readonly kind: string;
  readonly streams: number;
  /** Share of changes with an alarm between the change and 600 executions behind its end; null where nothing changes. */
  readonly detected: number | null;
  /** Median executions from the change to its alarm; null where nothing was detected. */
  readonly delay: number | null;
  /** Alarms before a change, or in streams without one, per 10,000 executions. */
  readonly falseAlarms: number;
}

/** Class bounds are declared at this much of the true mean. */
export const HEADROOM = 1.1;

/** The scores of `streams` by kind, class-level alarms alone. */
export function scoreDrift(streams: readonly LabelledStream[], source: BoundSource): readonly KindScore[] {
  const kinds = [...new Set(streams.map(({ kind }) => kind))];
  return kinds.map((kind) =>
    scoreKind(
      kind,
      streams.filter((stream) => stream.kind === kind),
      source,
    ),
  );
}

function scoreKind(kind: string, streams: readonly LabelledStream[], source: BoundSource): KindScore {
  const delays: number[] = [];
  let [changes, falseAlarms, quiet] = [0, 0, 0];
  for (const stream of streams) {
    const alarms = alarmsOf(stream, source);
    const start = stream.change_points[0] ?? stream.n;
    falseAlarms += alarms.filter((at) => at < start).length;
    quiet += start;
    if (!stream.drift) continue;
    changes += 1;
    const found = alarms.find((at) => at >= start && at <= (stream.change_end ?? start) + 600);
    if (found !== undefined) delays.push(found - start);
  }
  delays.sort((left, right) => left - right);
  return {
    kind,
    streams: streams.length,
    detected: changes === 0 ? null : delays.length / changes,
    delay: delays[Math.floor(delays.length / 2)] ?? null,
    falseAlarms: (falseAlarms / quiet) * 10_000,
  };
}

function alarmsOf(stream: LabelledStream, source: BoundSource): readonly number[] {
  const class_bounds = stream.class_pre_means.map((mean) => HEADROOM * mean);
  const { id, stratum, x, spec_bound } = stream;
  const row = driftRow({ id, stratum, x, class_bounds, spec_bound } satisfies Json, source);
  if (!row.ok) throw new Error(`${id}: ${row.error}`);
  return detectDrift(row.value, source).alarms;
}
