// How the day shows a decision, and what it reads off the spec in force. Shows what the governor told, nothing more.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Decided } from "../../src/governor/governor.ts";
import type { Ran, Stage } from "./stage.ts";

/** Prints the told decision, indented. */
export function tell(stage: Stage, decided: Decided): void {
  for (const { title, lines } of decided.told) {
    stage.say(`  ${title}`);
    for (const line of lines) stage.say(`    ${line}`);
  }
}

/** What one task may ask of memory under the adopted spec, in the spec's own words. */
export async function memoryPerTask(stage: Stage): Promise<string> {
  const spec = readFileSync(join(stage.home, "governance.yaml"), "utf8");
  const found = /memory:\s*(?:\{|\n)[^}]*?per_task_max:\s*([0-9]+ [KMGT]iB)/.exec(spec)?.[1];
  stage.expect(found !== undefined, "the spec says what one task may ask of memory");
  return found ?? "";
}

/** How a run ended, in one line, for an expectation that failed. */
export function ending({ decision, observation, output }: Ran): string {
  if (observation !== null) return `it ended with ${observation.exit_code ?? observation.cause}: ${output.trim()}`;
  const causes = decision.findings.filter(({ passes }) => !passes).map(({ cause, evidence }) => `${cause ?? ""} ${evidence.join(", ")}`);
  return `${decision.outcome}: ${causes.join("; ")}`;
}
