// P10 as a measurement: a refused task's remedies are each decided again, and the first one is run. A refusal without any is
// a problem here: a case that expects none says so by `check`.
import { formatTask } from "../task/format-task.ts";
import { type Came, NOTHING } from "./came.ts";
import type { Place, taskInput } from "./place.ts";

/** Refused, then passed: else problems. */
export async function tryRemedies(
  place: Pick<Place, "governor" | "work">,
  input: ReturnType<typeof taskInput>,
  signal: AbortSignal,
): Promise<Came> {
  const { decision } = await place.governor.check(input);
  const causes = decision.findings.flatMap(({ cause, passes }) => (passes || cause === null ? [] : [cause]));
  const came = { ...NOTHING, outcome: decision.outcome, causes };
  if (decision.outcome !== "refuse")
    return { ...came, problems: [`it was not refused: ${decision.outcome}`] };
  if (decision.remedies.length === 0) return { ...came, problems: ["it was refused without a remedy"] };
  const problems: string[] = [];
  for (const [at, remedy] of decision.remedies.entries()) {
    const again = { ...input, text: formatTask(remedy.task), format: "yaml" as const };
    const outcome =
      at === 0 ? await ranTo(place, again, signal) : (await place.governor.check(again)).decision.outcome;
    if (outcome !== remedy.outcome)
      problems.push(`the remedy \`${remedy.summary}\` was promised ${remedy.outcome}: ${outcome}`);
  }
  return { ...came, text: decision.remedies.map(({ summary }) => summary).join("\n"), problems };
}

async function ranTo(
  place: Pick<Place, "governor">,
  input: ReturnType<typeof taskInput>,
  signal: AbortSignal,
): Promise<string> {
  const drop = (): void => undefined;
  const { decision, observation } = await place.governor.run(input, {
    wait: false,
    stdout: drop,
    stderr: drop,
    signal,
  });
  if (decision.outcome !== "admit" || observation?.exit_code === 0) return decision.outcome;
  return `admit, and it ended with ${observation?.exit_code ?? observation?.cause ?? "nothing"}`;
}
