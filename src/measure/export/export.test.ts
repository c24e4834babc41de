// What collectors get: text of the exposition format, an OTLP request, and nothing in either that a ledger could have slipped in.
import { expect, test } from "vitest";
import { RecordWriter } from "../../../test/measured-records.ts";
import { Measurement } from "../measurement.ts";
import { type Snapshot, snapshot } from "../snapshot.ts";
import { metricFamilies } from "./metric-families.ts";
import { otlpJson } from "./otlp-json.ts";
import { prometheusText } from "./prometheus-text.ts";

const HOSTILE = 'x"} 1\nevil_total{a="b';

function shownOf(lives: number): Snapshot {
  const writer = new RecordWriter();
  if (lives > 0) writer.add("spec_adopted", { spec_hash: HOSTILE, looseness: 4 });
  for (let at = 0; at < lives; at += 1) {
    writer.live({ classId: HOSTILE, hosts: at % 2 === 0 ? [HOSTILE] : [] });
    writer.live({ classId: "b", outcome: "refuse", causes: [HOSTILE, "memory_over_limit"] });
  }
  const measurement = new Measurement();
  for (const record of writer.records) measurement.apply(record);
  return snapshot(measurement);
}

/** A line of the text format 0.0.4 without a timestamp: name, labels, a Go float. */
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?))$/;

test("prometheusText is the exposition format: help and type once before their samples, each sample once", () => {
  for (const lives of [0, 1, 60]) {
    const text = prometheusText(metricFamilies(shownOf(lives)));
    expect(text.endsWith("\n")).toBe(true);
    const typed = new Set<string>();
    const seen = new Set<string>();
    let current = "";
    for (const line of text.trimEnd().split("\n")) {
      const [, word, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
      if (word === "HELP") current = name;
      else if (word === "TYPE") {
        expect([name, typed.has(name), /^(?:counter|gauge)$/.test(rest)]).toEqual([current, false, true]);
        expect(rest === "counter").toBe(name.endsWith("_total"));
        typed.add(name);
      } else {
        const sample = SAMPLE.exec(line);
        expect(sample?.[1], line).toBe(current);
        const series = `${sample?.[1] ?? ""}${sample?.[2] ?? ""}`;
        expect(seen.has(series)).toBe(false);
        seen.add(series);
      }
    }
    expect(seen.size).toBeGreaterThan(5);
  }
});

test("metricFamilies say what was counted, and leave out what there is not enough data for", () => {
  const text = prometheusText(metricFamilies(shownOf(60)));
  for (const line of [
    "writ_executions_total 60",
    'writ_decisions_total{outcome="refuse"} 60',
    'writ_refusals_total{cause="memory_over_limit"} 60',
    'writ_refusals_total{cause="other"} 60',
    'writ_metric_mean{metric="external"} 0.5',
    "writ_spec_looseness 4",
  ])
    expect(text).toContain(`${line}\n`);
  expect(prometheusText(metricFamilies(shownOf(1)))).not.toContain("writ_metric_mean");
  expect(prometheusText(metricFamilies(shownOf(0)))).not.toContain("writ_spec_number");
});

test("metricFamilies hold no class, host or word of a record, whatever stands there", () => {
  const shown = shownOf(60);
  expect(JSON.stringify(shown)).toContain("evil_total");
  expect(prometheusText(metricFamilies(shown))).not.toContain("evil");
  expect(otlpJson(shown)).not.toContain("evil");
  const labels = metricFamilies(shown).flatMap(({ samples }) =>
    samples.flatMap((one) => Object.keys(one.labels)),
  );
  expect([...new Set(labels)].sort()).toEqual(["cause", "metric", "outcome"]);
});

test("otlpJson is an ExportMetricsServiceRequest with cumulative sums and gauges, at the time of the latest record", () => {
  interface Points {
    readonly dataPoints: readonly { readonly timeUnixNano: string; readonly asDouble: number }[];
  }
  interface Metric {
    readonly name: string;
    readonly sum?: Points & { readonly aggregationTemporality: number; readonly isMonotonic: boolean };
    readonly gauge?: Points;
  }
  const metricsOf = (shown: Snapshot): readonly Metric[] =>
    (
      JSON.parse(otlpJson(shown)) as {
        readonly resourceMetrics: readonly {
          readonly scopeMetrics: readonly { readonly metrics: Metric[] }[];
        }[];
      }
    ).resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
  const shown = shownOf(60);
  const metrics = metricsOf(shown);
  expect(metrics.length).toBe(metricFamilies(shown).length);
  for (const { name, sum, gauge } of metrics) {
    expect(sum === undefined).toBe(!name.endsWith("_total"));
    expect((sum === undefined) !== (gauge === undefined)).toBe(true);
    if (sum !== undefined) expect([sum.aggregationTemporality, sum.isMonotonic]).toEqual([2, true]);
  }
  const executions = metrics.find(({ name }) => name === "writ_executions_total")?.sum?.dataPoints[0];
  expect(executions?.asDouble).toBe(60);
  expect(executions?.timeUnixNano).toBe(`${Date.parse(shown.last?.wall ?? "")}000000`);
  for (const { sum, gauge } of metricsOf(shownOf(0))) expect((sum ?? gauge)?.dataPoints).toEqual([]);
});
