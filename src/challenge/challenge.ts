// The runner: suites to cases, cases to lanes, each lane one place at a time, results to a report. Whatever single cases do,
// the rest still runs; when the node is unfit, or nothing ran, that is the result.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import { type Case, type CaseResult, FAMILIES, type Family, INTENSITIES, type Intensity } from "./case.ts";
import { lanesHere, unfit } from "./health.ts";
import { mutationProblem, variantsOf } from "./mutate.ts";
import { openPlace, type Place } from "./place.ts";
import { readSuites, type Suite, type SuitePlace } from "./read-suite.ts";
import { removeLeftovers } from "./remove-leftovers.ts";
import { runCase } from "./run-case.ts";
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
/** The least cases that share one opened place: opening one takes as long as firing a hundred. */
const BATCH_MIN = 40;
/** How far one batch may be over a lane's fair share before a place is opened twice for it. */
const BATCH_OVER = 1.25;

/** Fires the cases. Rejects only for what is wrong with the runner itself; a case that breaks is a result. */
export async function challenge(options: ChallengeOptions): Promise<ChallengeReport> {
  const start = performance.now();
  removeLeftovers();
  const suite = readSuites(options.suites);
  const problems = [...suite.problems, ...suite.cases.flatMap(mutationProblems)];
  const { fireable, left } = chosen(suite, options);
  const lanes = options.lanes ?? lanesHere();
  const run: Run = { options, suite, results: [...left], stopped: unfit(), of: fireable.length, done: 0 };
  const queue = batches(fireable, lanes);
  const lane = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined && run.stopped === null; batch = queue.shift())
      await runBatch(batch, run);
  };
  if (run.stopped === null) await Promise.all(Array.from({ length: lanes }, lane));
  if (options.signal.aborted) run.stopped = "it was interrupted";
  else if (run.stopped === null && !run.results.some(isVerdict)) run.stopped = "nothing ran";
  return {
    stopped: run.stopped,
    seed: options.seed,
    intensity: options.intensity,
    lanes,
    problems,
    families: scores(run.results),
    cases: run.results.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
    took: Math.round(performance.now() - start),
  };
}

/** Whether the case was fired and told something. */
function isVerdict({ outcome }: CaseResult): boolean {
  return outcome !== "broken" && outcome !== "left_out";
}

interface Run {
  readonly options: ChallengeOptions;
  readonly suite: Suite;
  readonly results: CaseResult[];
  stopped: string | null;
  readonly of: number;
  done: number;
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

function whyLeftOut({ place, programs }: Case, hasSpec: boolean): string | null {
  if (hasSpec && place !== ANY) return "it needs a spec of its own";
  const missing = programs.find(
    (name) => !FOLDERS.some((folder) => existsSync(join(folder, basename(name)))),
  );
  return missing === undefined ? null : `there is no \`${basename(missing)}\` on this machine`;
}

/** Where tasks find the system's programs. */
const FOLDERS: readonly string[] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/**
 * Cases by place, a fresh one alone; a place that is far over a lane's share is opened again, and no other. Long batches first,
 * so that no lane ends far behind the others; in each, what verifies the ledger first, while there is little of it.
 */
function batches(cases: readonly Case[], lanes: number): (readonly Case[])[] {
  const most = Math.max(BATCH_MIN, Math.ceil((BATCH_OVER * cases.length) / lanes));
  const made: Case[][] = [];
  const open = new Map<string, Case[]>();
  for (const one of cases.toSorted((left, right) => turnOf(left) - turnOf(right))) {
    const held = one.fresh ? undefined : open.get(one.place);
    if (held !== undefined && held.length < most) held.push(one);
    else {
      const batch = [one];
      made.push(batch);
      if (!one.fresh) open.set(one.place, batch);
    }
  }
  return made.toSorted((left, right) => right.length - left.length);
}

function turnOf({ family, effects }: Case): number {
  return FAMILIES.indexOf(family) + (effects.ledger === null ? FAMILIES.length : 0);
}

async function runBatch(batch: readonly Case[], run: Run): Promise<void> {
  const { suite, options } = run;
  const file = suite.places.get(batch[0]?.place ?? "");
  if (file === undefined) return;
  let place: Place | string | null = null;
  try {
    for (const one of batch) {
      run.stopped ??= unfit();
      if (options.signal.aborted || run.stopped !== null) return;
      place ??= await opened(file, run);
      if (typeof place === "string") {
        const { id, parent, family, expected } = one;
        take(run, { id, parent, family, expected, outcome: "broken", evidence: [place] });
        continue;
      }
      const result = await runCase(one, place, options.signal);
      take(run, result);
      // What hung or broke may have left anything: the next case gets another place.
      if (result.outcome === "broken") {
        await place.close();
        place = null;
      }
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    if (typeof place === "object") await place?.close();
  }
}

/** The place, or why there is none: then its cases are broken, and the others go on. */
async function opened(file: SuitePlace, { options }: Run): Promise<Place | string> {
  try {
    return await openPlace({ file, spec: file.name === ANY ? options.spec : null });
  } catch (error) {
    return `the place \`${file.name}\` cannot be opened: ${messageOf(error).slice(0, WHY_MAX)}`;
  }
}

/** UTF-16 units. */
const WHY_MAX = 600;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function take(run: Run, result: CaseResult): void {
  run.results.push(result);
  run.done += 1;
  run.options.fired?.(result, run.done, run.of);
}
