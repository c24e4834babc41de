// What must hold between distant parts of a spec: every label that is used stands on the ladder. The floor is not here
// (floor.ts).
import { didYouMean } from "../stdx/did-you-mean.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import type { PathProblem } from "../stdx/schema/read-value.ts";
import type { Spec } from "./spec.ts";

/** Every label of `spec` that its ladder does not have. */
export function checkSpec(spec: Spec): readonly PathProblem[] {
  const { ladder, default_label, sources, refuse_when } = spec.privacy;
  const used: readonly (readonly [readonly (string | number)[], string | null])[] = [
    [["privacy", "default_label"], default_label],
    ...sources.map(({ label }, index) => [["privacy", "sources", index, "label"], label] as const),
    ...refuse_when.map(
      ({ label_min }, index) => [["privacy", "refuse_when", index, "label_min"], label_min] as const,
    ),
    ...spec.sovereignty.endpoints.map(
      ({ clearance }, index) => [["sovereignty", "endpoints", index, "clearance"], clearance] as const,
    ),
  ];
  return used.flatMap(([path, label]) => {
    if (label === null || ladder.includes(label)) return [];
    const near = didYouMean(label, ladder);
    const message = `${quoteUntrusted(label)} is not a label of \`privacy.ladder\``;
    const known = `known labels: ${ladder.map((name) => `\`${name}\``).join(", ")}`;
    return [{ path, message, hint: near === null ? known : `did you mean \`${near}\`?` }];
  });
}
