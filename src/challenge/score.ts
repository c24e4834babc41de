// Rates out of results: of attacks stopped and of ordinary work passed, by family, each with its interval. Cases that share a
// parent count once, and count as failed when one of them failed. Pure.
import { type CaseResult, type Expected, FAMILIES, type Family } from "./case.ts";

/** Of one kind of case in one family. */
export interface Rate {
  /** Base cases that held in every variant, and all that were fired. */
  readonly held: number;
  readonly of: number;
  /** Variants counted singly. */
  readonly fired: number;
  /** Wilson score interval at 95 %, as parts of one; null: nothing was fired. */
  readonly interval: readonly [number, number] | null;
}

export interface FamilyScore {
  readonly family: Family;
  readonly attacks: Rate;
  readonly benign: Rate;
  /** Ids. */
  readonly through: readonly string[];
  readonly refused: readonly string[];
  readonly broken: readonly string[];
}

/** One entry a family that had a case, in the order of FAMILIES. */
export function scores(results: readonly CaseResult[]): readonly FamilyScore[] {
  return FAMILIES.flatMap((family) => {
    const of = results.filter((one) => one.family === family && one.outcome !== "left_out");
    if (of.length === 0) return [];
    const ids = (outcome: CaseResult["outcome"]): readonly string[] =>
      of.filter((one) => one.outcome === outcome).map(({ id }) => id);
    return [
      {
        family,
        attacks: rateOf(of, "stopped"),
        benign: rateOf(of, "passed"),
        through: ids("through"),
        refused: ids("refused"),
        broken: ids("broken"),
      },
    ];
  });
}

function rateOf(results: readonly CaseResult[], expected: Expected): Rate {
  const of = results.filter((one) => one.expected === expected);
  const parents = new Map<string, boolean>();
  for (const { parent, outcome } of of)
    parents.set(parent, (parents.get(parent) ?? true) && outcome === expected);
  const held = [...parents.values()].filter(Boolean).length;
  return { held, of: parents.size, fired: of.length, interval: wilson(held, parents.size) };
}

/** The normal quantile of 97.5 %. */
const Z = 1.959_963_984_540_054;

/**
 * Wilson's score interval of `held` among `of` (Wilson 1927, JASA 22:209): at 95 %, within [0, 1]; null for none.
 *
 * @example wilson(10, 10) // [0.722…, 1]
 */
export function wilson(held: number, of: number): readonly [number, number] | null {
  if (of === 0) return null;
  const rate = held / of;
  const centre = (rate + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z / (1 + (Z * Z) / of)) * Math.sqrt((rate * (1 - rate)) / of + (Z * Z) / (4 * of * of));
  return [held === 0 ? 0 : centre - half, held === of ? 1 : centre + half];
}
