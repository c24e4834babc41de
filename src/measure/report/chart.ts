// One metric over the life of a ledger as a drawing: its means, the bound that it is watched against, changes of the spec and
// the places where a move began. Inline SVG, no script.
import type { MeasuredMetric, ShownAlarm, ShownChange, Snapshot } from "../snapshot.ts";
import { escapeHtml } from "./escape-html.ts";

const WIDTH = 320;
const HEIGHT = 120;
const LEFT = 38;
const BOTTOM = 18;
const TOP = 8;

/** The drawing of `metric`; the empty text where there are too few executions. */
export function chart(metric: MeasuredMetric, { first, last, specs, alarms, changes }: Snapshot): string {
  const { series, mean, title, id } = metric;
  // A metric of the node alone has no classes to take a bound from.
  const [bound, declared] = [metric.bound ?? metric.node_bound, metric.declared ?? metric.node_declared];
  if (mean === null || first === null || last === null) return "";
  const most = niceTop(Math.max(bound ?? 0, declared ?? 0, ...series.map((point) => point.mean)));
  const span = Math.max(1, last.sequence - first.sequence);
  const x = (sequence: number): number => LEFT + ((sequence - first.sequence) / span) * (WIDTH - LEFT - 4);
  const y = (value: number): number => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  const own = alarms.filter((alarm) => alarm.metric === id);
  const parts = [
    axis(most, y),
    ...specs
      .slice(1)
      .map(({ sequence, number }) => mark("spec", x(sequence), `spec ${number}, record ${sequence}`)),
    ...changes
      .filter((change) => change.metric === id)
      .map((change) => mark("changed", x(change.since.sequence), changed(change))),
    ...own.map((alarm) => mark("began", x(alarm.since.sequence), began(alarm))),
    level("bound", bound, y),
    level("declared", declared, y),
    `<polyline class="mean" points="${series.map((point) => `${fixed(x(point.from))},${fixed(y(point.mean))}`).join(" ")}"/>`,
    `<text x="${LEFT}" y="${HEIGHT - 4}">#${first.sequence}</text>`,
    `<text x="${WIDTH - 4}" y="${HEIGHT - 4}" text-anchor="end">#${last.sequence}</text>`,
  ];
  const told = `${title}: mean ${percent(mean)}${bound === null ? "" : `, frozen bound ${percent(bound)}`}${declared === null ? "" : `, declared bound ${percent(declared)}`}, ${own.length} alarms`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(told)}">${parts.join("")}</svg>`;
}

/** A share as people read it. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function axis(most: number, y: (value: number) => number): string {
  return [0, most / 2, most]
    .map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - 4}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"/><text x="${LEFT - 4}" y="${fixed(y(value) + 3)}" text-anchor="end">${Number((value * 100).toFixed(1))} %</text>`,
    )
    .join("");
}

/** A bound over the whole width. */
function level(kind: "bound" | "declared", value: number | null, y: (value: number) => number): string {
  if (value === null) return "";
  return `<line class="${kind}" x1="${LEFT}" x2="${WIDTH - 4}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"><title>${kind === "bound" ? "frozen" : "declared"} bound ${percent(value)}</title></line>`;
}

function mark(kind: "spec" | "began" | "changed", at: number, title: string): string {
  return `<line class="${kind}" x1="${fixed(at)}" x2="${fixed(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${escapeHtml(title)}</title></line>`;
}

function changed({ class: of, before, after, since }: ShownChange): string {
  return `class ${of.slice(0, 8)}: ${percent(before)} before, ${percent(after)} since about record ${since.sequence}`;
}

function began({ since, at, named }: ShownAlarm): string {
  return `${named} since about record ${since.sequence}, alarm at record ${at.sequence}`;
}

/** The next of 1, 2 and 5 times a power of ten, at most 1. */
function niceTop(value: number): number {
  for (const step of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]) if (value <= step) return step;
  return 1;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
