// The report's section on probes: what was sent to see whether checks still work, what came of it, and the alarms of checks.
import type { ShownProbes } from "../probe-measure.ts";
import { percent } from "./chart.ts";
import { code, count, date, table } from "./section.ts";

/** The section; says so where no check was ever tested. */
export function probesSection({ self_tests, beside_runs, families, alarms }: ShownProbes): string {
  const title = "Do the checks still see?";
  if (self_tests.count + beside_runs.count === 0)
    return `<section><h2>${title}</h2><p>No probe was ever sent: that a check works is not shown here.</p></section>`;
  const wrong = families.reduce((sum, one) => sum + one.through + one.refused + one.late, 0);
  const words = `${sent(self_tests, "self-test")}, ${sent(beside_runs, "probe")} beside runs. ${wrong === 0 ? "Every answer was right." : `${count(wrong, "wrong answer")}.`}`;
  const rows = families.map((one) => [
    code(one.family),
    code(one.check),
    `${one.through} of ${one.bad}`,
    one.misses_max === null ? "not enough data" : percent(one.misses_max),
    `${one.refused} of ${one.good}`,
    String(one.late),
    String(one.unclear),
    one.wrong === null ? "none" : `${date(one.wrong.wall)} (#${one.wrong.sequence})`,
    `#${one.first.sequence} to #${one.last.sequence}`,
  ]);
  const headings = [
    "family",
    "check",
    "bad ones through",
    "misses at most, 95 %",
    "good ones refused",
    "late",
    "without answer",
    "last wrong",
    "records",
  ];
  return `<section><h2>${title}</h2><p>${words}</p>${table("Probes by family", headings, rows)}${alarmTable(alarms)}</section>`;
}

function sent({ count: times, first, last }: ShownProbes["self_tests"], one: string): string {
  if (first === null || last === null) return `no ${one}`;
  return `${count(times, one)} (#${first.sequence} to #${last.sequence}, the last on ${date(last.wall)})`;
}

function alarmTable(alarms: ShownProbes["alarms"]): string {
  const rows = alarms.map(({ check, found, at, narrowed, lifted }) => [
    code(check),
    code(found),
    `${date(at.wall)} (#${at.sequence})`,
    narrowed === null ? "nothing" : `#${narrowed}`,
    lifted === null ? (narrowed === null ? "-" : "not lifted") : `#${lifted}`,
  ]);
  return table("Alarms of checks", ["check", "found", "alarm", "narrowed", "lifted"], rows);
}
