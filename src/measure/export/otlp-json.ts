// Families of numbers as an OTLP request in JSON (ExportMetricsServiceRequest of opentelemetry-proto 1, its JSON mapping). Sends
// it nowhere: what leaves a node leaves under a writ, as a task that reads this.
import type { Snapshot } from "../snapshot.ts";
import { type MetricSample, metricFamilies } from "./metric-families.ts";

/** The body of `POST /v1/metrics`, of what `shown` holds at its latest record; without a record no data point. */
export function otlpJson(shown: Snapshot): string {
  const [start, time] = [nanos(shown.first?.wall), nanos(shown.last?.wall)];
  const points = (samples: readonly MetricSample[]): readonly object[] =>
    start === null || time === null
      ? []
      : samples.map(({ labels, value }) => ({
          attributes: Object.entries(labels).map(([key, text]) => ({ key, value: { stringValue: text } })),
          startTimeUnixNano: start,
          timeUnixNano: time,
          asDouble: value,
        }));
  const metrics = metricFamilies(shown).map(({ name, help, kind, samples }) => ({
    name,
    description: help,
    unit: "1",
    // Cumulative (AGGREGATION_TEMPORALITY_CUMULATIVE = 2): the ledger starts once.
    ...(kind === "counter"
      ? { sum: { dataPoints: points(samples), aggregationTemporality: 2, isMonotonic: true } }
      : { gauge: { dataPoints: points(samples) } }),
  }));
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "writ" } }] };
  return JSON.stringify({
    resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "writ" }, metrics }] }],
  });
}

/** ns since 1970 as a decimal text, as JSON has no 64 bits; null: no time that can be read. */
function nanos(wall: string | undefined): string | null {
  const ms = Date.parse(wall ?? "");
  return Number.isFinite(ms) && ms >= 0 ? `${ms}000000` : null;
}
