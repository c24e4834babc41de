// The runner: suites to cases, cases to lanes, each lane one place at a time, results to a report. Whatever single cases do,
// the rest still runs; when the node is unfit, or nothing ran, that is the result.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import { batchesOf } from "./batches.ts";
import { type Case, type CaseResult, type Family, INTENSITIES, type Intensity } from "./case.ts";
import { lanesHere, unfit } from "./health.ts";
import { mutationProblem, variantsOf } from "./mutate.ts";
import { readSuites, type Suite } from "./read-suite.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { runBatch } from "./run-batch.ts";
import { type FamilyScore, scores } from "./score.ts";

export interface ChallengeOptions {
  /** Folders of suites; at least one. */
  readonly suites: readonly string[];
  readonly intensity: Intensity;
  readonly seed: number;
  /** The operator's spec: only cases whose place is `any` meet it, and no others are fired. */
  readonly spec: { readonly bytes: Uint8Array; readonly source: string } | null;
  /** Only these; empty: all. */
  readonly families: readonly Family[];
  /** Only base cases whose id has this part; empty: all. */
  readonly only: string;
  /** Default: what the machine has room for. */
  readonly lanes?: number;
  /** Ends everything and leaves nothing behind. */
  readonly signal: AbortSignal;
  /** Called after each case, in the order they end. */
  readonly fired?: (result: CaseResult, done: number, of: number) => void;
}

export interface ChallengeReport {
  /** Why it was ended early, or why its result means nothing; null: it ran through. */
  readonly stopped: string | null;
  readonly seed: number;
  readonly intensity: Intensity;
  readonly lanes: number;
  /** What of the suites could not be read. */
  readonly problems: readonly string[];
  readonly families: readonly FamilyScore[];
  /** By id. */
  readonly cases: readonly CaseResult[];
  /** ms. */
  readonly took: number;
}

/** The place of cases that any spec meets. */
const ANY = "any";

/** Fires the cases. Rejects only for what is wrong with the runner itself; a case that breaks is a result. */
export async function challenge(options: ChallengeOptions): Promise<ChallengeReport> {
  const start = performance.now();
  removeLeftovers();
  const suite = readSuites(options.suites);
  const problems = [...suite.problems, ...suite.cases.flatMap(mutationProblems)];
  const { fireable, left } = chosen(suite, options);
  const lanes = options.lanes ?? lanesHere();
  const run: Run = { options, results: [...left], left: left.length, stopped: unfit(), of: fireable.length };
  const queue = batchesOf(fireable, lanes);
  const lane = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined && run.stopped === null; batch = queue.shift()) {
      const file = suite.places.get(batch[0]?.place ?? "");
      if (file === undefined) continue;
      const spec = file.name === ANY ? options.spec : null;
      const stopped = await runBatch(batch, {
        place: { file, spec },
        signal: options.signal,
        unfit: () => run.stopped ?? unfit(),
        take: (result) => take(run, result),
      });
      run.stopped ??= stopped;
    }
  };
  if (run.stopped === null) await Promise.all(Array.from({ length: lanes }, lane));
  if (options.signal.aborted) run.stopped = "it was interrupted";
  else if (run.stopped === null && !run.results.some(isVerdict)) run.stopped = "nothing ran";
  const cases = run.results.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return {
    stopped: run.stopped,
    seed: options.seed,
    intensity: options.intensity,
    lanes,
    problems,
    families: scores(cases),
    cases,
    took: Math.round(performance.now() - start),
  };
}

/** Whether the case was fired and told something. */
function isVerdict({ outcome }: CaseResult): boolean {
  return outcome !== "broken" && outcome !== "left_out";
}

interface Run {
  readonly options: ChallengeOptions;
  /** Also what was left out. */
  readonly results: CaseResult[];
  readonly left: number;
  stopped: string | null;
  readonly of: number;
}

function mutationProblems(one: Case): readonly string[] {
  return one.mutate.flatMap((mutation) => {
    const problem = mutationProblem(one, mutation);
    return problem === null ? [] : [`${one.id}: ${problem}`];
  });
}

/** What is fired, multiplied; and what the operator's spec does not meet. */
function chosen(
  { cases }: Suite,
  { intensity, seed, spec, families, only }: ChallengeOptions,
): { readonly fireable: readonly Case[]; readonly left: readonly CaseResult[] } {
  const least = INTENSITIES.indexOf(intensity);
  const wanted = cases.filter(
    (one) =>
      INTENSITIES.indexOf(one.from) <= least &&
      (families.length === 0 || families.includes(one.family)) &&
      one.id.includes(only) &&
      one.mutate.every((mutation) => mutationProblem(one, mutation) === null),
  );
  const unmet = new Map(wanted.map((one) => [one, whyLeftOut(one, spec !== null)]));
  const left = wanted.flatMap((one): readonly CaseResult[] => {
    const why = unmet.get(one) ?? null;
    const { id, parent, family, expected } = one;
    return why === null ? [] : [{ id, parent, family, expected, outcome: "left_out", evidence: [why] }];
  });
  const met = wanted.filter((one) => unmet.get(one) === null);
  return { fireable: met.flatMap((one) => variantsOf(one, intensity, seed)), left };
}

function whyLeftOut({ place, programs, machine }: Case, hasSpec: boolean): string | null {
  if (hasSpec && place !== ANY) return "it needs a spec of its own";
  if (machine.includes("root") && process.geteuid?.() !== 0) return "it needs root";
  const missing = programs.find(
    (name) => !FOLDERS.some((folder) => existsSync(join(folder, basename(name)))),
  );
  return missing === undefined ? null : `there is no \`${basename(missing)}\` on this machine`;
}

/** Where tasks find the system's programs. */
const FOLDERS: readonly string[] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

function take({ results, options, left, of }: Run, result: CaseResult): void {
  results.push(result);
  options.fired?.(result, results.length - left, of);
}
