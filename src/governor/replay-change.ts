// What another spec would change in one recorded decision, how bad that is, and why. Decides nothing (replay.ts).
import type { Verdict } from "../decide/decide.ts";
import type { Decision, Finding } from "../decide/decision.ts";
import { findingSentence } from "../decide/finding-sentence.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import { asJson } from "./records.ts";
import type { Compared } from "./replay.ts";

/**
 * From worst to least. `let_through`: it was refused or deferred and would run. `stopped`: it ran and would not. `other_no`:
 * refused instead of deferred, or the reverse. `other_grants`: it runs either way, and may do other things.
 */
export const CHANGE_KINDS = ["let_through", "stopped", "other_no", "other_grants"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One decision that another spec would have decided otherwise. */
export interface OutcomeChange {
  readonly kind: ChangeKind;
  readonly sequence: number;
  readonly of: Compared["kind"];
  readonly wall: string;
  readonly task_digest: string;
  /** The task's own word for itself: untrusted. */
  readonly task: string;
  readonly recorded: Decision["outcome"];
  readonly other: Decision["outcome"];
  /** Bytes that it might have sent out under the other spec less those it might have under its own. */
  readonly bytes_out: number;
  /** What binds on the side that says no, a sentence each: `rule: what was measured, and the limit`. */
  readonly why: readonly string[];
}

/** The change, or null where the other spec decides alike or it cannot be told. */
export function outcomeChange(compared: Compared): OutcomeChange | null {
  const { task, recorded, other } = compared;
  if (task === null || recorded === null || other === null) return null;
  const kind = kindOf(recorded, other);
  if (kind === null) return null;
  return {
    kind,
    sequence: compared.sequence,
    of: compared.kind,
    wall: compared.wall,
    task_digest: recorded.task_digest,
    task: task.task,
    recorded: recorded.outcome,
    other: other.outcome,
    bytes_out: bytesOut(other) - bytesOut(recorded),
    why: whyOf(kind, recorded, other),
  };
}

/** Worst first: the kind, then what more might have left the node, then the latest. */
export function byWorst(one: OutcomeChange, two: OutcomeChange): number {
  const kinds = CHANGE_KINDS.indexOf(one.kind) - CHANGE_KINDS.indexOf(two.kind);
  if (kinds !== 0) return kinds;
  return one.bytes_out === two.bytes_out ? two.sequence - one.sequence : two.bytes_out - one.bytes_out;
}

function kindOf(recorded: Decision, other: Verdict): ChangeKind | null {
  if (recorded.outcome !== other.outcome) {
    if (other.outcome === "admit") return "let_through";
    return recorded.outcome === "admit" ? "stopped" : "other_no";
  }
  return grantsText(recorded) === grantsText(other) ? null : "other_grants";
}

function grantsText({ grants }: Pick<Decision, "grants">): string {
  return grants === null ? "" : canonicalJson(asJson(grants));
}

function bytesOut({ grants }: Pick<Decision, "grants">): number {
  if (grants === null) return 0;
  const calls = grants.calls.reduce((sum, call) => sum + call.bytes_out_max, 0);
  return grants.opaque.reduce((sum, connection) => sum + connection.bytes_out_max, calls);
}

function whyOf(kind: ChangeKind, recorded: Decision, other: Verdict): readonly string[] {
  switch (kind) {
    case "let_through":
      return failing(recorded);
    case "stopped":
    case "other_no":
      return failing(other);
    case "other_grants":
      return changedGrants(recorded, other);
  }
}

function failing({ findings }: Pick<Decision, "findings">): readonly string[] {
  return findings.filter(({ passes }) => !passes).map(sentenceOf);
}

function sentenceOf(finding: Finding): string {
  return `${finding.rule}: ${findingSentence(finding)}`;
}

/** The members of the grants that differ, by name: their values may be long. */
function changedGrants(recorded: Decision, other: Verdict): readonly string[] {
  const before = Object.entries(recorded.grants ?? {});
  const after = new Map(Object.entries(other.grants ?? {}));
  return before.flatMap(([name, value]) => {
    const changed = canonicalJson(asJson([value])) !== canonicalJson(asJson([after.get(name) ?? null]));
    return changed ? [`grants.${name}`] : [];
  });
}
