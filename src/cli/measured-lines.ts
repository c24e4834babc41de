// A measured node as a person reads it on one screen of a terminal. Not the figures themselves.
import type { MeasuredHome } from "../governor/measure-home.ts";
import type { BaselineBound } from "../measure/baseline.ts";
import type { MeasuredClass, MeasuredMetric, ShownAlarm } from "../measure/snapshot.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import { formatQuantity } from "../stdx/units.ts";
import { coverageLines, negotiationLines } from "./negotiation-lines.ts";
import { probeLines } from "./probe-lines.ts";

/** What `writ measure` prints. */
export function measuredLines(home: MeasuredHome): readonly string[] {
  const { executions, records, first, last, classes, specs, unmeasured, decisions, destinations } = home;
  const lines = [
    `${told(executions, "execution")} in ${told(records, "record")}, ${day(first?.wall)} to ${day(last?.wall)}; ${told(classes.length, "task class", "task classes")}; ${specLine(specs)}`,
  ];
  if (unmeasured > 0)
    lines.push(`${told(unmeasured, "execution")} of records that say too little to be measured`);
  for (const [about, title] of QUESTIONS) {
    lines.push("", title);
    for (const metric of home.metrics) if (metric.about === about) lines.push(metricLine(metric));
    if (about === "sovereignty") lines.push(...coverageLines(home.coverage));
    if (about === "privacy") lines.push(...probeLines(home.probes));
    if (about === "limits") lines.push(...negotiationLines(home.negotiation));
  }
  const { total, refused, deferred, without_remedy, appeals, resubmitted, causes } = decisions;
  lines.push("", "Has it become a cage?");
  lines.push(
    total === 0
      ? "  no decision yet"
      : `  ${told(total, "decision")}: ${refused} refused (${percent(refused / total)}), of these ${without_remedy} without a form that passes, ${appeals} appealed; ${resubmitted} passed soon after one; ${deferred} deferred`,
  );
  const most = causes.slice(0, 4).map(({ cause, count }) => `${cause} ${count}`);
  if (most.length > 0) lines.push(`  refused for ${most.join(", ")}`);
  if (classes.length > 0) lines.push("", "Task classes", ...classes.slice(0, CLASSES_MAX).map(classLine));
  lines.push(
    "",
    `Depends on ${told(destinations.length, "destination")} outside this node${coming(destinations)}`,
  );
  lines.push(...alarmLines(home));
  return lines;
}

/** How far the spec in force has come, beside which one it is: small steps give one large number. */
function specLine(specs: MeasuredHome["specs"]): string {
  const last = specs.at(-1);
  if (last === undefined) return "no spec";
  if (last.looseness === null) return `spec ${last.number}`;
  return `spec ${last.number}, ${last.looseness === 0 ? "no looser than" : `looseness ${last.looseness} since`} the first`;
}

/** What `writ drift` prints. */
export function driftLines(home: MeasuredHome): readonly string[] {
  const rows = home.metrics.map(({ title, level, count }) =>
    `  ${title.padEnd(32)}${gauge(level)} ${count === 0 ? NOT_ENOUGH : ""}`.trimEnd(),
  );
  const baselines = home.classes.filter(({ metrics }) => metrics.some(({ bound }) => bound !== null));
  return [
    `How much of an alarm stands; ${baselines.length} of ${told(home.classes.length, "task class", "task classes")} with a frozen baseline`,
    ...rows,
    ...alarmLines(home),
    ...changeLines(home),
  ];
}

/** What `writ drift baseline` prints: YAML, with what it rests on as comments. */
export function baselineLines(
  { executions, classes, metrics }: MeasuredHome,
  bounds: readonly BaselineBound[],
): readonly string[] {
  const waiting = classes.filter((one) => one.metrics.every(({ bound }) => bound === null)).length;
  const head = `# of ${told(executions, "execution")}; ${told(waiting, "task class", "task classes")} without a frozen baseline`;
  if (bounds.length === 0) return [head, `# ${NOT_ENOUGH}`];
  const titles = new Map(metrics.map(({ id, title }) => [id, title]));
  return [
    head,
    "measurement:",
    "  bounds:",
    ...bounds.map(
      ({ metric, of, max, first, last }) =>
        `    - { metric: ${metric}, of: ${of === "node" ? of : `"${of}"`}, max: ${formatQuantity("percent", max)} }  # ${titles.get(metric) ?? metric}, #${first} to #${last}`,
    ),
  ];
}

const QUESTIONS = [
  ["sovereignty", "Are we trading sovereignty for speed?"],
  ["privacy", "Have privacy checks become rubber stamps?"],
  ["limits", "Are limits being negotiated away?"],
] as const;

const NOT_ENOUGH = "not enough data";

function metricLine({ title, mean, short, level, series }: MeasuredMetric): string {
  const name = `  ${title.padEnd(32)}`;
  if (mean === null || short === null) return `${name}${NOT_ENOUGH}`;
  const line = sparkline(series.map((point) => point.mean)).padEnd(SPARKS);
  return `${name}${percent(mean).padStart(7)}  ${line}  lately ${percent(short).padStart(7)}${level >= 0.1 ? `  ${gauge(level)}` : ""}`;
}

/** `writ explain` of the decision before the record that it names tells what kind of task it is. */
function classLine({ id, executions, last, wall_p50, wall_p95, refused }: MeasuredClass): string {
  const took =
    wall_p50 === null || wall_p95 === null
      ? NOT_ENOUGH
      : `half within ${formatReadable("duration", wall_p50)}, 95 % within ${formatReadable("duration", wall_p95)}`;
  return `  ${id.slice(0, 8)}  ${told(executions, "execution")}, ${refused} refused; ${took}; last #${last}`;
}

const CLASSES_MAX = 5;

function alarmLines({ alarms, metrics }: MeasuredHome): readonly string[] {
  if (alarms.length === 0) return ["", "No alarm."];
  const titles = new Map(metrics.map(({ id, title }) => [id, title]));
  const latest = alarms.slice(-ALARMS_MAX);
  const more = alarms.length > latest.length ? [`  and ${alarms.length - latest.length} before`] : [];
  return [
    "",
    "Alarms",
    ...latest.map((alarm) => `  ${alarmLine(alarm, titles.get(alarm.metric) ?? "")}`),
    ...more,
  ];
}

const ALARMS_MAX = 6;

/** `#812 left this node: drift of class 3fa91c02, since about 14 March (#640), after spec 7`. */
export function alarmLine(
  { at, since, spec, level, bound, class: of, named, times, latest }: ShownAlarm,
  title: string,
): string {
  const who =
    level === "node" ? "of the node" : of === null ? "of several classes" : `of class ${of.slice(0, 8)}`;
  const after = spec === null ? "" : `, after spec ${spec.number}`;
  const again = times === 1 ? "" : `; raised ${times} times, last at #${latest.sequence}`;
  const crossed = bound === "declared" ? ", above its declared bound" : "";
  return `#${at.sequence} ${title}: ${named} ${who}${crossed}, since about ${day(since.wall)} (#${since.sequence})${after}${again}`;
}

/** Changes that nobody declared: shown, never an alarm. */
function changeLines({ changes, metrics }: MeasuredHome): readonly string[] {
  if (changes.length === 0) return [];
  const titles = new Map(metrics.map(({ id, title }) => [id, title]));
  return [
    "",
    "Changes seen beside them (no alarms)",
    ...changes
      .slice(-ALARMS_MAX)
      .map(
        ({ metric, class: of, since, before, after }) =>
          `  ${titles.get(metric) ?? metric} of class ${of.slice(0, 8)}: ${percent(before)} before, ${percent(after)} since about ${day(since.wall)} (#${since.sequence})`,
      ),
  ];
}

function coming(destinations: MeasuredHome["destinations"]): string {
  const back = destinations.filter(({ executions, avoidable }) => avoidable === executions).length;
  return back === 0 ? "" : `; ${back} of them could be served here`;
}

/** Columns of a sparkline. */
const SPARKS = 24;
const BARS = "▁▂▃▄▅▆▇█";

/** `means` in at most 24 columns, the largest as a full bar. */
export function sparkline(means: readonly number[]): string {
  if (means.length === 0) return "";
  const columns = Math.min(SPARKS, means.length);
  const most = Math.max(...means);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * means.length) / columns);
    const part = means.slice(from, Math.max(from + 1, Math.floor(((column + 1) * means.length) / columns)));
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    return BARS[most === 0 ? 0 : Math.min(7, Math.floor((mean / most) * 8))] ?? "";
  }).join("");
}

function gauge(level: number): string {
  const full = Math.floor(level * 10);
  return `[${"#".repeat(full)}${"-".repeat(10 - full)}]`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** The day of a wall clock, as `14 March 2026`. */
function day(wall: string | undefined): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})/.exec(wall ?? "") ?? [];
  if (year === undefined || month === undefined || date === undefined) return "-";
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? "?"} ${year}`;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

function told(count: number, one: string, many: string = `${one}s`): string {
  return `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;
}
