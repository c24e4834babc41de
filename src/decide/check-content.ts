// What the scanner found in the task itself: in its own words, which are recorded and shown, and in the files that its
// command names, which it could send. Not what really leaves: the gate judges that.
import { controlRank } from "./compile-spec.ts";
import type { ContentFact } from "./facts.ts";
import type { Failures } from "./findings.ts";
import type { Situation } from "./situation.ts";

/**
 * Protected values stand in no task's words, and in no file that it could send. Credentials and personal data count as the
 * spec's detectors say; in a file, only where something may leave to a host that is not owned.
 */
export function checkContent(situation: Situation, failures: Failures): void {
  const { facts, compiled, outward } = situation;
  const found = facts.content ?? [];
  if (found.length === 0) return;
  const detectors = compiled.spec.privacy.detectors;
  const sends = outward.length > 0;
  const owned = controlRank("owned");
  const inspected = outward.some(({ control }) => controlRank(control) > owned);
  const told = found.filter((fact) => fact.class === "protected" && (fact.from === "words" || sends));
  if (told.length > 0)
    add(failures, { cause: "protected_in_task", rule: "privacy.protected", limit: 0 }, told);
  const unread = found.filter((fact) => fact.class === "unfinished");
  if (unread.length > 0) add(failures, { cause: "task_not_scanned", rule: "privacy", limit: 0 }, unread);
  if (detectors === null) return;
  const credentials = found.filter(
    (fact) => fact.class === "credential" && (fact.from === "words" || inspected),
  );
  if (detectors.credentials === "refuse" && credentials.length > 0) {
    const rule = "privacy.detectors.credentials";
    add(failures, { cause: "credential_in_task", rule, limit: 0 }, credentials);
  }
  if (!inspected) return;
  for (const [group, limit] of Object.entries(detectors.personal)) {
    const personal = found.filter((fact) => fact.from === "file" && fact.group === group);
    if (limit === null || countOf(personal) <= limit) continue;
    const rule = `privacy.detectors.personal.${group}`;
    add(failures, { cause: "personal_in_task", rule, limit }, personal);
  }
}

interface Judged {
  readonly cause: "protected_in_task" | "credential_in_task" | "personal_in_task" | "task_not_scanned";
  readonly rule: string;
  readonly limit: number;
}

function add(failures: Failures, judged: Judged, found: readonly ContentFact[]): void {
  failures.add({
    ...judged,
    constraint: "privacy",
    measured: countOf(found),
    unit: "count",
    evidence: found.map(({ place, kind, name }) => `${place}: ${name ?? kind}`),
  });
}

function countOf(found: readonly ContentFact[]): number {
  return found.reduce((sum, { count }) => sum + count, 0);
}
