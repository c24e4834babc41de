// Negotiation: who resubmits until it passes and who bunches just below limits raises an alarm; loosenings are shown beside what was
// refused before them. By number of executions.
import { describe, expect, it } from "vitest";
import { seed } from "../../test/depth.ts";
import { RecordWriter } from "../../test/measured-records.ts";
import { negotiationLines } from "../cli/negotiation-lines.ts";
import { seededRandom } from "../scan/credentials/fixtures/fill-example.ts";
import { Measurement } from "./measurement.ts";
import { reportHtml } from "./report/report-html.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

function shownOf({ records }: RecordWriter): Snapshot {
  const measurement = new Measurement();
  for (const record of records) measurement.apply(record);
  return snapshot(measurement);
}

/** Runs of which every second one was refused before it passed, once, and `insists` of those three times from the 1,000th on. */
function negotiating(
  insists: number,
  margin: number,
): { readonly shown: Snapshot; readonly changed: number } {
  const random = seededRandom(seed);
  const writer = new RecordWriter();
  writer.add("spec_adopted", { spec_hash: "first", by: "genesis" });
  const live = (at: number, share: number, room: number): void => {
    const tries = at % 2 === 0 ? 0 : random() < share ? 3 : 1;
    for (let one = 0; one < tries; one += 1)
      writer.live({ classId: "a", outcome: "refuse", causes: ["memory_over_limit"] });
    writer.live({ classId: "a", margin: room });
  };
  for (let at = 0; at < 1_000; at += 1) live(at, 0.05, at % 20 === 0 ? 300 : 6_000);
  const changed = writer.records.length;
  for (let at = 0; at < 400; at += 1) live(at, insists, margin);
  return { shown: shownOf(writer), changed };
}

describe("negotiation", () => {
  it("is quiet while as much is resubmitted and as near to limits as ever", () => {
    expect(negotiating(0.05, 6_000).shown.alarms).toEqual([]);
  });

  it("alarms where work is resubmitted until it passes, within 100 executions of the move", () => {
    const { shown, changed } = negotiating(0.6, 6_000);
    const [alarm, ...others] = shown.alarms;
    expect([alarm?.metric, alarm?.level, others]).toEqual(["resubmitted", "class", []]);
    // Of a run that was refused three times first there are five records.
    expect(alarm?.at.sequence).toBeGreaterThan(changed);
    expect(alarm?.at.sequence).toBeLessThan(changed + 100 * 5);
    expect(shown.decisions.resubmitted).toBe(700);
  });

  it("alarms where runs bunch just below their limits, and tells them from those a little farther off", () => {
    const { shown } = negotiating(0.05, 100);
    expect(shown.alarms.map(({ metric }) => metric)).toEqual(["near_limit"]);
    expect(shown.negotiation.headroom).toMatchObject({ runs: 1_400, at_limit: 450, near: 0 });
    const { headroom } = negotiating(0.05, 700).shown.negotiation;
    expect(headroom).toMatchObject({ at_limit: 50, near: 400 });
  });

  it("shows a loosening beside what was refused in the fifty decisions before it, and whether it came into force", () => {
    const writer = new RecordWriter();
    writer.add("spec_adopted", { spec_hash: "first", by: "genesis" });
    const quiet = writer.add("amendment_proposed", { spec_hash: "second" });
    for (let at = 0; at < 60; at += 1)
      writer.live({
        classId: "a",
        outcome: at % 2 === 0 ? "refuse" : "admit",
        causes: ["memory_over_limit"],
      });
    const proposed = writer.add("amendment_proposed", { spec_hash: "third" });
    const adopted = writer.add("spec_adopted", { spec_hash: "third", by: "amendment", amendment: proposed });
    for (let at = 0; at < 50; at += 1) writer.live({ classId: "a" });
    const late = writer.add("amendment_proposed", { spec_hash: "fourth" });
    const shown = shownOf(writer);
    expect(shown.negotiation.loosenings).toMatchObject([
      { proposed: { sequence: quiet }, refused: 0, last_refusal: null, adopted: null },
      { proposed: { sequence: proposed }, refused: 25, adopted },
      { proposed: { sequence: late }, refused: 0, last_refusal: null, adopted: null },
    ]);
    const last = shown.negotiation.loosenings[1]?.last_refusal ?? -1;
    expect(writer.records[last]?.core["outcome"]).toBe("refuse");
    expect(last).toBe(
      writer.records.findLast(({ sequence, core }) => sequence < proposed && core["outcome"] === "refuse")
        ?.sequence,
    );
    const lines = negotiationLines(shown.negotiation).join("\n");
    expect(lines).toContain("3 loosenings proposed, 1 of them after refusals");
    expect(lines).toContain(`#${proposed}: 25 refused before it, the last #${last}; in force by #${adopted}`);
    expect(reportHtml("0123456789abcdef", shown)).toContain(`(#${proposed})`);
  });

  it("of nothing, and of records that are anything, makes nothing up", () => {
    const writer = new RecordWriter();
    const page = reportHtml("0123456789abcdef", shownOf(writer));
    expect(page).toContain("Room below the nearest limit: not enough data.");
    expect(negotiationLines(shownOf(writer).negotiation)).toHaveLength(1);
    for (let at = 0; at < 300; at += 1) writer.add("amendment_proposed", {});
    writer.add("spec_adopted", { by: "amendment", amendment: "x" });
    writer.add("coverage", { scheduled: "many" });
    const shown = shownOf(writer);
    expect(shown.negotiation.loosenings).toHaveLength(256);
    expect(shown.coverage).toBeNull();
    writer.add("coverage", { scheduled: 5, through: 4, outside: null });
    expect(shownOf(writer).coverage).toMatchObject({ scheduled: 5, through: 4, outside: null });
    expect(reportHtml("0123456789abcdef", shownOf(writer))).toContain(
      "4 of 5 scheduled commands go through Writ",
    );
  });
});
