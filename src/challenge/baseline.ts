// What an earlier run came to, and what is worse than it now. A baseline excuses by name the cases it lists as failing, and
// nothing else; it never makes a failing run of new cases pass.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { CaseResult, Outcome } from "./case.ts";

export interface Baseline {
  readonly schema: "writ.challenge-baseline/1";
  /** By the ids of base cases: the worst outcome of their variants. */
  readonly cases: Readonly<Record<string, Outcome>>;
}

const HELD: ReadonlySet<Outcome> = new Set(["stopped", "passed"]);

/** The baseline in `file`. Throws WRIT_FILE_UNREADABLE for a missing one and for anything else. */
export function readBaseline(file: string): Baseline {
  const hint = `writ challenge --write-baseline ${escapeUntrusted(file)}`;
  if (!existsSync(file))
    throw new WritError("WRIT_FILE_UNREADABLE", `there is no baseline \`${escapeUntrusted(file)}\``, {
      hint,
    });
  try {
    const value = JSON.parse(readFileSync(file, "utf8")) as Partial<Baseline>;
    const { schema, cases } = value;
    if (schema === "writ.challenge-baseline/1" && typeof cases === "object" && cases !== null)
      return { schema, cases };
  } catch (cause) {
    throw new WritError("WRIT_FILE_UNREADABLE", `the baseline \`${escapeUntrusted(file)}\` cannot be read`, {
      hint,
      cause,
    });
  }
  throw new WritError("WRIT_FILE_UNREADABLE", `\`${escapeUntrusted(file)}\` is no baseline`, { hint });
}

/** Writes what `results` came to. */
export function writeBaseline(file: string, results: readonly CaseResult[]): void {
  const baseline: Baseline = { schema: "writ.challenge-baseline/1", cases: worst(results) };
  writeFileSync(file, `${JSON.stringify(baseline, null, 1)}\n`);
}

/** The worst outcome by base case, sorted by id. */
function worst(results: readonly CaseResult[]): Readonly<Record<string, Outcome>> {
  const cases = new Map<string, Outcome>();
  for (const { parent, outcome } of results) {
    const before = cases.get(parent);
    if (before === undefined || HELD.has(before)) cases.set(parent, outcome);
  }
  return Object.fromEntries([...cases].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * What counts against the run, one line each: without a baseline every case that did not hold; with one, those of them that
 * it does not list as failing, and each case that it lists and that was not fired.
 */
export function regressions(
  results: readonly CaseResult[],
  baseline: Baseline | null,
  whole: boolean,
): readonly string[] {
  const now = worst(results);
  const worse = Object.entries(now).flatMap(([id, outcome]) => {
    if (HELD.has(outcome)) return [];
    const before = baseline !== null && Object.hasOwn(baseline.cases, id) ? baseline.cases[id] : undefined;
    if (outcome === "left_out")
      return before !== undefined && HELD.has(before) ? [`${id}: it was ${before}, and was left out`] : [];
    return before === undefined || HELD.has(before) ? [`${id}: ${outcome}`] : [];
  });
  if (baseline === null || !whole) return worse;
  const missing = Object.keys(baseline.cases).filter((id) => !Object.hasOwn(now, id));
  return [...worse, ...missing.map((id) => `${id}: it stands in the baseline and is not in the suites`)];
}
