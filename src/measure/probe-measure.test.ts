// What is shown of probes: counts by family and check, when last, how much may be missed, alarms and their ends, and nothing made up.
import { describe, expect, it } from "vitest";
import { RecordWriter } from "../../test/measured-records.ts";
import { probeLines } from "../cli/probe-lines.ts";
import { metricFamilies } from "./export/metric-families.ts";
import { prometheusText } from "./export/prometheus-text.ts";
import { Measurement } from "./measurement.ts";
import type { MeasuredRecord } from "./read-core.ts";
import { reportHtml } from "./report/report-html.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

const CHECKS: Readonly<Record<string, string>> = { words: "decision", names: "gate", leaks: "scan" };

function verdict(family: string, outcome: string): MeasuredRecord["core"] {
  return { family, check: CHECKS[family] ?? "gate", bad: true, form: "f", outcome, cause: null };
}

/** A record of verdicts, as a governor writes it. */
function told(
  writer: RecordWriter,
  origin: string,
  outcomes: readonly (readonly [string, string])[],
): number {
  const verdicts = outcomes.map(([family, outcome]) => verdict(family, outcome));
  return writer.add("probe", { step: "verdicts", origin, epoch: 1, run: 1, verdicts });
}

function shownOf({ records }: RecordWriter): Snapshot {
  const measurement = new Measurement();
  for (const record of records) measurement.apply(record);
  return snapshot(measurement);
}

/** A node whose scan went blind between two self-tests and was found out beside a run. */
function wentBlind(): RecordWriter {
  const writer = new RecordWriter();
  writer.add("probe", { step: "epoch", epoch: 1, share: 200, commitment: "x", shown: null });
  for (let at = 0; at < 30; at += 1)
    told(writer, "self_test", [
      ["words", "stopped"],
      ["leaks", "stopped"],
      ["leaks", "passed"],
    ]);
  told(writer, "run", [["leaks", "through"]]);
  const alarm = writer.add("alarm", { check: "scan", found: "blind", at: 31, step: "offline" });
  writer.add("narrowed", { step: "offline", alarm, check: "scan" });
  told(writer, "run", [["leaks", "unclear"]]);
  told(writer, "run", [["leaks", "late"]]);
  return writer;
}

describe("probes of a measured ledger", () => {
  it("are counted by family, each count with its records, and say how much may be missed", () => {
    const { probes } = shownOf(wentBlind());
    expect(probes.self_tests).toMatchObject({ count: 30, first: { sequence: 1 }, last: { sequence: 30 } });
    expect(probes.beside_runs).toMatchObject({ count: 3, first: { sequence: 31 }, last: { sequence: 35 } });
    expect(probes.families).toMatchObject([
      { family: "words", check: "decision", bad: 30, through: 0, good: 0, wrong: null },
      {
        family: "leaks",
        check: "scan",
        bad: 31,
        through: 1,
        good: 31,
        refused: 0,
        late: 1,
        unclear: 1,
        first: { sequence: 1 },
        last: { sequence: 35 },
        wrong: { sequence: 35 },
      },
    ]);
    const [words, leaks] = probes.families;
    expect(words?.misses_max).toBeCloseTo(1 - 0.05 ** (1 / 30), 8);
    expect(leaks?.misses_max).toBeGreaterThan(1 / 31);
  });

  it("show an alarm with what it narrowed, and when that was lifted", () => {
    const writer = wentBlind();
    const alarm = { check: "scan", found: "blind", at: { sequence: 32 }, narrowed: 33, lifted: null };
    expect(shownOf(writer).probes.alarms).toMatchObject([alarm]);
    const text = prometheusText(metricFamilies(shownOf(writer)));
    expect(text).toContain('writ_check_blind{check="scan"} 1\n');
    expect(text).toContain('writ_probes_total{family="leaks",outcome="through"} 1\n');
    writer.add("lifted", { step: "offline", narrowed: 33, alarm: 32 });
    expect(shownOf(writer).probes.alarms).toMatchObject([{ ...alarm, lifted: 36 }]);
    expect(prometheusText(metricFamilies(shownOf(writer)))).toContain('writ_check_blind{check="scan"} 0\n');
  });

  it("move no metric, no execution and no alarm of drift", () => {
    const { executions, decisions, metrics, alarms } = shownOf(wentBlind());
    expect([executions, decisions.total, alarms]).toEqual([0, 0, []]);
    expect(metrics.every(({ count }) => count === 0)).toBe(true);
  });

  it("are told on the screen and on the page with the records that they rest on", () => {
    const shown = shownOf(wentBlind());
    const lines = probeLines(shown.probes).join("\n");
    for (const part of [
      "30 self-tests, the last #30",
      "3 beside runs",
      "1 of 31 bad through",
      "last wrong #35",
      "#1 to #35",
    ])
      expect(lines).toContain(part);
    expect(lines).toMatch(/alarm: scan blind, #32, narrowed the node \(#33\), still/);
    const page = reportHtml("0123456789abcdef", shown);
    for (const part of ["Do the checks still see?", "#1 to #30", "1 of 31", "(#35)", "#33", "not lifted"])
      expect(page).toContain(part);
  });

  it("say so where none was sent, and where none had an answer", () => {
    const nothing = shownOf(new RecordWriter());
    expect(probeLines(nothing.probes).join()).toContain("is not shown");
    expect(reportHtml("0123456789abcdef", nothing)).toContain("No probe was ever sent");
    const silent = new RecordWriter();
    told(silent, "self_test", [["leaks", "unclear"]]);
    expect(shownOf(silent).probes.families).toMatchObject([{ bad: 0, misses_max: null, unclear: 1 }]);
    expect(reportHtml("0123456789abcdef", shownOf(silent))).toContain("not enough data");
  });

  it("are bounded and escaped, whatever a ledger holds", () => {
    const writer = new RecordWriter();
    const hostile = "<script>\u202e";
    for (let at = 0; at < 300; at += 1) {
      writer.add("probe", {
        step: "verdicts",
        verdicts: [{ family: `${hostile}${at}`, check: "x", outcome: "through" }],
      });
      writer.add("alarm", { check: hostile, found: hostile });
    }
    for (const verdicts of [7, "x", [null, 3, [], {}, { family: 1 }]])
      writer.add("probe", { step: "verdicts", verdicts });
    const shown = shownOf(writer);
    expect(shown.probes.families.length).toBeLessThanOrEqual(32);
    expect(shown.probes.alarms).toHaveLength(256);
    expect(probeLines(shown.probes).join()).not.toContain("\u202e");
    const page = reportHtml("0123456789abcdef", shown);
    expect(page).not.toContain("<script>");
    expect(page).not.toContain("\u202e");
    expect(prometheusText(metricFamilies(shown))).not.toContain("script");
  });
});
