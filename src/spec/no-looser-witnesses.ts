// Who holds the ledger's heads: a witness fewer, another in its place, or a smaller quorum is looser, as a rewritten ledger
// would then go unnoticed. No task's request shows it.
import type { Looser } from "./witness.ts";
import type { Comparison } from "./witness-search.ts";

/** The older witnesses that the newer spec no longer asks, or asks elsewhere. */
export function looserWitnesses(comparison: Comparison): readonly Looser[] {
  const { b, a } = comparison;
  const kept = new Map(b.witnesses.members.map((member) => [member.name, member] as const));
  return a.witnesses.members.flatMap((older) => {
    const newer = kept.get(older.name);
    const field = `witnesses.members[${older.name}]`;
    if (newer === undefined) return [comparison.looser(field, [])];
    return (["key", "url", "folder"] as const).flatMap((part) =>
      newer[part] === older[part] ? [] : [comparison.looser(`${field}.${part}`, [])],
    );
  });
}
