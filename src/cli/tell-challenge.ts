// A challenge's report as a person reads it: a line a family, and by name what did not hold. Decides nothing.
import type { ChallengeReport } from "../challenge/challenge.ts";
import type { FamilyScore, Rate } from "../challenge/score.ts";
import type { CliContext } from "./context.ts";
import { line, note } from "./output.ts";

export interface Against {
  /** What counts against the run, one line each. */
  readonly against: readonly string[];
  readonly hasBaseline: boolean;
}

/** Prints it: results to standard output, what is wrong with the run to standard error. */
export function tellChallenge(context: CliContext, report: ChallengeReport, of: Against): void {
  for (const problem of report.problems) note(context, "error", problem);
  for (const family of report.families) tellFamily(context, report, family);
  const left = report.cases.filter(({ outcome }) => outcome === "left_out").length;
  const fired = report.cases.length - left;
  const how = `${report.intensity}, ${report.lanes} at once, seed ${report.seed}`;
  const out = left === 0 ? "" : `; ${left} left out, each with its reason in --format json`;
  line(context, `${fired} cases fired in ${Math.round(report.took / 1000)} s (${how})${out}`);
  if (report.stopped === null) tellEnd(context, report, of);
  else note(context, "error", `the challenge says nothing: ${report.stopped}`);
}

/** Lines of evidence of a case that did not hold. */
const EVIDENCE = 3;

function tellFamily(context: CliContext, { cases }: ChallengeReport, score: FamilyScore): void {
  const { family, attacks, benign } = score;
  line(context, `${family.padEnd(15)} ${rate("stopped", attacks)} ${rate("passed", benign)}`.trimEnd());
  for (const { id, outcome, evidence } of cases) {
    const named =
      outcome === "through" || outcome === "refused" || outcome === "broken" ? score[outcome] : [];
    if (!named.includes(id)) continue;
    line(context, `  ${outcome}: ${id}`);
    for (const one of evidence.slice(0, EVIDENCE)) line(context, `    ${one}`);
  }
}

/** Lines of what counts against a run. */
const SHOWN = 20;

function tellEnd(context: CliContext, { seed }: ChallengeReport, { against, hasBaseline }: Against): void {
  const [first] = against;
  if (first === undefined)
    return line(context, hasBaseline ? "nothing is worse than the baseline" : "all held");
  const what = hasBaseline ? "regressions against the baseline" : "did not hold";
  note(context, "error", `${against.length} ${what}`);
  for (const one of against.slice(0, SHOWN)) note(context, "note", one);
  note(context, "hint", `writ challenge --seed ${seed} --only ${first.split(":")[0] ?? ""} --format json`);
}

/** Columns of one rate. */
const WIDTH = 52;

function rate(word: string, { held, of, fired, interval }: Rate): string {
  if (interval === null) return "".padEnd(WIDTH);
  const percent = (part: number): string => (100 * part).toFixed(1);
  const several = fired === of ? "" : ` (${fired} fired)`;
  const range = `[${percent(interval[0])}, ${percent(interval[1])}]`;
  return `${held} of ${of} ${word}${several}, ${percent(held / of)} % ${range}`.padEnd(WIDTH);
}
