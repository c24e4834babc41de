// What came of probes, as `writ measure` tells it: every figure with the records that it rests on. Not the figures themselves.
import type { CheckAlarmMeasure, Sent, ShownProbes } from "../measure/probe-measure.ts";
import { escapeUntrusted } from "../stdx/escape.ts";

/** Alarms of checks that are told, the latest. */
const ALARMS_MAX = 4;

/** Lines below the question whether checks still see. */
export function probeLines({ self_tests, beside_runs, families, alarms }: ShownProbes): readonly string[] {
  if (self_tests.count + beside_runs.count === 0)
    return ["  no probe was ever sent: that a check works is not shown (`probes:` of the spec)"];
  return [
    `  probes: ${sentLine(self_tests, self_tests.count === 1 ? "self-test" : "self-tests")}; ${sentLine(beside_runs, "beside runs")}`,
    ...families.map(familyLine),
    ...alarms.slice(-ALARMS_MAX).map(alarmLine),
  ];
}

function sentLine({ count, last }: Sent, what: string): string {
  const when = last === null ? "" : `, the last #${last.sequence} of ${last.wall.slice(0, 16)}Z`;
  return `${count.toLocaleString("en-GB")} ${what}${escapeUntrusted(when)}`;
}

function familyLine(one: ShownProbes["families"][number]): string {
  const { family, bad, through, good, refused, late, unclear, misses_max, first, last, wrong } = one;
  const most = misses_max === null ? "" : ` (misses ${(misses_max * 100).toFixed(1)} % at most)`;
  const others = [
    good === 0 ? "" : `${refused} of ${good} good refused`,
    late === 0 ? "" : `${late} late`,
    unclear === 0 ? "" : `${unclear} without an answer`,
    wrong === null ? "" : `last wrong #${wrong.sequence}`,
  ].filter((text) => text !== "");
  const told = [`${through} of ${bad} bad through${most}`, ...others].join(", ");
  return `    ${escapeUntrusted(family, 20).padEnd(10)} ${told}; #${first.sequence} to #${last.sequence}`;
}

/** `  the scan is blind: #14, which took the node below its spec (#15) until #90`. */
function alarmLine({ check, found, at, narrowed, lifted }: CheckAlarmMeasure): string {
  const step = narrowed === null ? "" : `, narrowed the node (#${narrowed})`;
  const until = lifted === null ? (narrowed === null ? "" : ", still") : `, lifted (#${lifted})`;
  return `    alarm: ${escapeUntrusted(check, 20)} ${escapeUntrusted(found, 20)}, #${at.sequence}${step}${until}`;
}
