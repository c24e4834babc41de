// What must hold between distant parts of a spec: every label that is used stands on the ladder, every secret that a
// principal may have is bound, a quorum can be reached. The floor is not here (floor.ts).
import { didYouMean } from "../stdx/did-you-mean.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import type { PathProblem } from "../stdx/schema/read-value.ts";
import type { Spec } from "./spec.ts";

/** Every label of `spec` that its ladder does not have, every secret of a principal that nothing binds, and a quorum of more keys than there are. */
export function checkSpec(spec: Spec): readonly PathProblem[] {
  return [...unboundSecrets(spec), ...unknownLabels(spec), ...unreachableQuorum(spec)];
}

/** Without a signer named there is one key: the home's own. */
function unreachableQuorum({ amendment: { signers, quorum } }: Spec): readonly PathProblem[] {
  const keys = Math.max(1, signers.length);
  if (quorum <= keys) return [];
  const message = `quorum is ${quorum} of ${keys} ${keys === 1 ? "key" : "keys"}: no signatures could reach it`;
  return [{ path: ["amendment", "quorum"], message, hint: "name more different keys, or lower it" }];
}

function unboundSecrets({ principals, sovereignty }: Spec): readonly PathProblem[] {
  const bound = sovereignty.secrets.map(({ name }) => name);
  return principals.flatMap(({ secrets }, index) =>
    secrets.flatMap((name, at) => {
      if (bound.includes(name)) return [];
      const near = didYouMean(name, bound);
      const hint =
        near === null ? "bind it in `sovereignty.secrets`, or remove it" : `did you mean \`${near}\`?`;
      const message = `${quoteUntrusted(name)} is no name of \`sovereignty.secrets\``;
      return [{ path: ["principals", index, "secrets", at], message, hint }];
    }),
  );
}

function unknownLabels(spec: Spec): readonly PathProblem[] {
  const { ladder, default_label, sources, refuse_when } = spec.privacy;
  const used: readonly (readonly [readonly (string | number)[], string | null])[] = [
    [["privacy", "default_label"], default_label],
    ...sources.map(({ label }, index) => [["privacy", "sources", index, "label"], label] as const),
    ...refuse_when.map(
      ({ label_min }, index) => [["privacy", "refuse_when", index, "label_min"], label_min] as const,
    ),
    ...spec.sovereignty.endpoints.flatMap(
      ({ clearance, opaque }, index): readonly (readonly [readonly (string | number)[], string | null])[] => [
        [["sovereignty", "endpoints", index, "clearance"], clearance],
        [["sovereignty", "endpoints", index, "opaque", "max_label"], opaque?.max_label ?? null],
      ],
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
