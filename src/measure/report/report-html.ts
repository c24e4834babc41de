// What was measured of a node as one page: no script, no request, readable in the dark and on paper. Not the figures themselves.
import { METRICS } from "../metric.ts";
import type { MeasuredMetric, ShownAlarm, Snapshot } from "../snapshot.ts";
import { chart, percent } from "./chart.ts";
import { escapeHtml } from "./escape-html.ts";
import { coverageSection, negotiationSection } from "./negotiation-section.ts";
import { probesSection } from "./probes-section.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { code, count, date, section } from "./section.ts";

/** The page about `node`. Every figure names the records that it rests on. */
export function reportHtml(node: string, shown: Snapshot): string {
  const { first, last, records, executions, unmeasured, specs } = shown;
  const range =
    first === null || last === null ? "no record" : `records #${first.sequence} to #${last.sequence}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Writ: what node ${escapeHtml(node.slice(0, 8))} did</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>What this node did</h1>
<p>Node ${escapeHtml(node)}, ${range}, ${date(first?.wall)} to ${date(last?.wall)}. ${count(executions, "execution")} in ${count(records, "record")}${unmeasured > 0 ? `, ${unmeasured} of them from records that say too little` : ""}. Spec ${specs.at(-1)?.number ?? "none"} in force.</p>
${alarmBanner(shown.alarms)}
</header>
<main>
${question("sovereignty", "Are we trading sovereignty for speed?", shown)}
${question("privacy", "Have privacy checks become rubber stamps?", shown)}
${probesSection(shown.probes)}
${question("limits", "Are limits being negotiated away?", shown)}
${negotiationSection(shown.negotiation)}
${cage(shown)}
${alarms(shown)}
${destinations(shown)}
${coverageSection(shown.coverage)}
${classes(shown)}
${changes(shown)}
${adoptions(shown)}
</main>
<footer><p>Made from the ledger's cores alone; <code>writ explain N</code> tells record #N. Drawn: <span class="key mean">means</span>, <span class="key bound">frozen bound</span>, <span class="key declared">declared bound</span>, <span class="key spec">another spec</span>, <span class="key began">a move began that alarmed</span>, <span class="key changed">a class's mean changed</span>. A learned bound carries no guarantee.</p></footer>
</body>
</html>
`;
}

function alarmBanner({ length }: readonly ShownAlarm[]): string {
  return length === 0
    ? `<p class="quiet">No alarm.</p>`
    : `<p class="alarm">${count(length, "alarm")}, listed below.</p>`;
}

function question(about: MeasuredMetric["about"], title: string, shown: Snapshot): string {
  const figures = shown.metrics
    .filter((metric) => metric.about === about)
    .map((metric) => figure(metric, shown));
  return `<section><h2>${title}</h2><div class="figures">${figures.join("")}</div></section>`;
}

function figure(metric: MeasuredMetric, shown: Snapshot): string {
  const { title, mean, short, count: of, level, series } = metric;
  if (mean === null || short === null)
    return `<figure><figcaption><b>${title}</b>not enough data (${count(of, "execution")})</figcaption></figure>`;
  const from = series[0]?.from ?? 0;
  return `<figure><figcaption><b>${title}</b>${percent(mean)} of ${count(of, "execution")}, lately ${percent(short)}; from #${from} to #${shown.last?.sequence ?? 0}${level >= 0.1 ? `; ${percent(level)} of an alarm` : ""}</figcaption>${chart(metric, shown)}</figure>`;
}

function cage({ decisions, first, last }: Snapshot): string {
  const { total, refused, deferred, without_remedy, appeals, resubmitted, causes } = decisions;
  const range = `from #${first?.sequence ?? 0} to #${last?.sequence ?? 0}`;
  const words =
    total === 0
      ? "No decision yet."
      : `${count(total, "decision")} ${range}: ${refused} refused (${percent(refused / total)}), of these ${without_remedy} without a form that passes, ${appeals} appealed; ${resubmitted} passed soon after one; ${deferred} deferred. Nothing is narrowed for refusing much.`;
  const rows = causes.map(({ cause, count: times }) => [code(cause), String(times)]);
  return section("Has it become a cage?", words, ["refused for", "times"], rows);
}

function alarms({ alarms: all }: Snapshot): string {
  const titles = new Map<string, string>(METRICS.map(({ id, title }) => [id, title]));
  const rows = all.map(({ metric, level, class: of, bound, at, since, spec, named, times, latest }) => [
    titles.get(metric) ?? metric,
    level === "node" ? "the node" : of === null ? "several classes" : code(of.slice(0, 8)),
    named,
    bound,
    `${date(since.wall)} (#${since.sequence})`,
    spec === null ? "none" : String(spec.number),
    `#${at.sequence}${times === 1 ? "" : `, ${times} times up to #${latest.sequence}`}`,
  ]);
  return section(
    "Alarms",
    all.length === 0 ? "None." : "",
    ["metric", "of", "named", "bound", "since about", "after spec", "alarm"],
    rows,
  );
}

function changes({ changes: all }: Snapshot): string {
  const titles = new Map<string, string>(METRICS.map(({ id, title }) => [id, title]));
  const rows = all
    .slice(-ROWS_MAX)
    .map(({ metric, class: of, at, since, before, after }) => [
      titles.get(metric) ?? metric,
      code(of.slice(0, 8)),
      percent(before),
      percent(after),
      `${date(since.wall)} (#${since.sequence})`,
      `#${at.sequence}`,
    ]);
  const words = `${all.length === 0 ? "None." : "Means of a class that moved, up or down."} Shown beside the alarms; none of these is one.`;
  const headings = ["metric", "class", "before", "since", "since about", "seen at"];
  return section("Changes that nobody declared", words, headings, rows);
}

function destinations({ destinations: all }: Snapshot): string {
  const rows = all
    .slice(0, ROWS_MAX)
    .map(({ host, executions, avoidable, first, last }) => [
      code(host.slice(0, 12)),
      String(executions),
      String(avoidable),
      `#${first} to #${last}`,
    ]);
  const words =
    all.length === 0
      ? "Nothing left this node."
      : `${count(all.length, "destination")}, by keyed hash; what could be served here costs nothing to bring back.`;
  return section(
    "Sovereignty debt",
    words,
    ["destination", "executions", "could be served here", "records"],
    rows,
  );
}

function classes({ classes: all }: Snapshot): string {
  const rows = all
    .slice(0, ROWS_MAX)
    .map(({ id, executions, decisions, refused, wall_p50, wall_p95, memory_p95, first, last }) => [
      code(id.slice(0, 8)),
      String(executions),
      `${refused} of ${decisions}`,
      wall_p50 === null ? "not enough data" : `${wall_p50} ms, ${wall_p95 ?? "-"} ms`,
      memory_p95 === null ? "not enough data" : `${(memory_p95 / 2 ** 20).toFixed(1)} MiB`,
      `#${first} to #${last}`,
    ]);
  const headings = ["class", "executions", "refused", "half, 95 % within", "memory, 95 %", "records"];
  return section("Task classes", all.length === 0 ? "None yet." : "", headings, rows);
}

function adoptions({ specs }: Snapshot): string {
  const rows = specs.map(({ number, hash, sequence, wall, looseness }) => [
    String(number),
    code(hash.slice(0, 16)),
    date(wall),
    looseness === null ? "not recorded" : String(looseness),
    `#${sequence}`,
  ]);
  return section(
    "Specs in force",
    specs.length === 0 ? "None recorded." : "",
    ["spec", "sha256", "since", "looseness since the first", "record"],
    rows,
  );
}

/** Rows of a table on the page; `writ measure --format json` has all. */
const ROWS_MAX = 40;
