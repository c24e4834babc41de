// Findings as a record may say them: how many of which kind. Never a value, a place or a name.
import type { Finding } from "../../../scan/finding.ts";
import { KINDS_MAX } from "./bounds.ts";
import type { FindingCount } from "./scan-messages.ts";

/** The counts by class and kind, in order of both; kinds beyond 64 are left out. */
export function countedByKind(findings: readonly Finding[]): readonly FindingCount[] {
  const counts = new Map<string, FindingCount>();
  for (const { class: of, kind } of findings) {
    const key = `${of} ${kind}`;
    counts.set(key, { class: of, kind, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, KINDS_MAX)
    .map(([, count]) => count);
}
