// What may not meet: a deny-set. Each older rule must be contained in a newer one, or the newer spec is looser. A rule and
// a clearance can mask each other, so a dropped rule may show no witness.
import { patternBase } from "../names/path.ts";
import { CONTROL_ORDER } from "./effective-endpoint.ts";
import type { RefuseWhen, Spec } from "./spec.ts";
import type { Looser, WitnessRequest } from "./witness.ts";
import { labelOfReads } from "./witness-labels.ts";
import { type Comparison, changeCall } from "./witness-search.ts";

/** The rules of `privacy.refuse_when` that the newer spec no longer holds to. */
export function looserRules(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const ladder = a.privacy.ladder;
  return a.privacy.refuse_when.flatMap((older, at) =>
    b.privacy.refuse_when.some((newer) => containsRule(newer, older, ladder))
      ? []
      : [comparison.looser(`privacy.refuse_when[${at}]`, meeting(comparison))],
  );
}

/** Whether `wide` refuses whatever `narrow` refuses: each condition that it names follows from one of `narrow`'s. */
function containsRule(wide: RefuseWhen, narrow: RefuseWhen, ladder: readonly string[]): boolean {
  return (
    (wide.untrusted === null || wide.untrusted === narrow.untrusted) &&
    (wide.control_not === null ||
      (narrow.control_not !== null &&
        CONTROL_ORDER.indexOf(wide.control_not) <= CONTROL_ORDER.indexOf(narrow.control_not))) &&
    (wide.label_min === null ||
      (narrow.label_min !== null && ladder.indexOf(wide.label_min) <= ladder.indexOf(narrow.label_min)))
  );
}

/** Reads of every trust and label, with and without a call that says its own label. */
function* meeting(comparison: Comparison): Iterable<WitnessRequest> {
  const reads = tellingReads(comparison.b);
  for (const paths of reads) {
    for (const task of comparison.tasks()) yield { ...task, reads: paths };
    for (const request of comparison.callers()) {
      for (const label of [null, ...comparison.b.privacy.ladder]) {
        yield changeCall({ ...request, reads: paths }, { label });
      }
    }
  }
}

/** Nothing; one path of each kind that the newer spec's sources make; and each with an untrusted one. */
function tellingReads(spec: Spec): readonly (readonly string[])[] {
  const bases = spec.privacy.sources.map(({ path }) => patternBase(path));
  const kinds = new Map<string, string>();
  for (const path of [...bases, UNNAMED]) {
    const { label, untrusted } = labelOfReads(spec.privacy, [path]);
    const kind = `${untrusted} ${label}`;
    if (!kinds.has(kind)) kinds.set(kind, path);
  }
  const single = [...kinds.values()];
  const untrusted = single.filter((path) => labelOfReads(spec.privacy, [path]).untrusted);
  const pairs = untrusted.flatMap((path) =>
    single.filter((other) => other !== path).map((other) => [path, other]),
  );
  return [[], ...single.map((path) => [path]), ...pairs];
}

/** A path that few sources name. */
const UNNAMED = "/w0";
