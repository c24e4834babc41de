// The report: one page without a request, escaped, honest about what it does not know, and naming records.
import { expect, test } from "vitest";
import { seed } from "../../../test/depth.ts";
import { RecordWriter } from "../../../test/measured-records.ts";
import { seededRandom } from "../../scan/credentials/fixtures/fill-example.ts";
import { Measurement } from "../measurement.ts";
import { METRICS } from "../metric.ts";
import { snapshot } from "../snapshot.ts";
import { reportHtml } from "./report-html.ts";

function page(writer: RecordWriter): string {
  const measurement = new Measurement();
  for (const record of writer.records) measurement.apply(record);
  return reportHtml("0123456789abcdef", snapshot(measurement));
}

/** A node of which more leaves after its second spec. */
function drifting(): RecordWriter {
  const random = seededRandom(seed);
  const writer = new RecordWriter();
  writer.add("spec_adopted", { spec_hash: "first" });
  for (let at = 0; at < 1000; at += 1) {
    if (at === 600) writer.add("spec_adopted", { spec_hash: "second" });
    writer.live({ classId: "a", hosts: random() < (at < 600 ? 0.1 : 0.6) ? ["h"] : [] });
  }
  return writer;
}

test("reportHtml asks nobody for anything: no script, no address, no source", () => {
  const html = page(drifting());
  expect(html).toContain("default-src 'none'");
  for (const asking of [
    /<script/i,
    /https?:/i,
    /\bsrc=/i,
    /\bhref=/i,
    /@import/i,
    /url\(/i,
    /<(?:img|link|iframe|object)\b/i,
  ])
    expect(html).not.toMatch(asking);
});

test("reportHtml draws each metric with its bound, the change of the spec and where the move began", () => {
  const html = page(drifting());
  expect(html.match(/<figure>/g)).toHaveLength(METRICS.length);
  const left = html.slice(html.indexOf("left this node"), html.indexOf("left although served here"));
  for (const part of [
    'class="bound"',
    'class="spec"',
    'class="began"',
    'class="mean"',
    "spec 2, record",
    "since about record",
  ])
    expect(left).toContain(part);
  expect(left).toMatch(/from #\d+ to #\d+/);
  expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
});

test("reportHtml of nothing, and of one execution, says that there is too little", () => {
  for (const lives of [0, 1]) {
    const writer = new RecordWriter();
    for (let at = 0; at < lives; at += 1) writer.live({ classId: "a" });
    const html = page(writer);
    expect(html.match(/not enough data/g)?.length).toBeGreaterThanOrEqual(METRICS.length);
    expect(html).not.toContain("<svg");
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
  }
});

test("reportHtml makes no markup of what stands in records", () => {
  const hostile = `"><script>alert(1)</script>'&\u202e`;
  const writer = new RecordWriter();
  writer.add("spec_adopted", { spec_hash: hostile });
  for (let at = 0; at < 60; at += 1) {
    writer.live({ classId: hostile, hosts: [hostile], outcome: "admit" });
    writer.live({ classId: hostile, outcome: "refuse", causes: [hostile] });
  }
  for (const record of writer.records) Object.assign(record, { wall: hostile });
  const html = page(writer);
  expect(html).not.toContain("<script");
  expect(html).not.toContain("\u202e");
  expect(html).toContain("&lt;script&gt;");
});
