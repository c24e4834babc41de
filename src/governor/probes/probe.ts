// What a probe is: a task whose right answer is known, sent the way that all work goes. Types and names; the probes are in
// decision-probes.ts and gate-probes.ts.

/** What a probe tries, as the families of challenges do (docs/CHALLENGE.md). */
export const PROBE_FAMILIES = ["words", "sums", "names", "ways-out", "leaks"] as const;
export type ProbeFamily = (typeof PROBE_FAMILIES)[number];

/** Which check has to tell. */
export type ProbeCheck = "decision" | "gate" | "scan";

/** The check that stands behind each family. */
export const CHECK_OF: Readonly<Record<ProbeFamily, ProbeCheck>> = {
  words: "decision",
  sums: "decision",
  names: "gate",
  "ways-out": "gate",
  leaks: "scan",
};

/**
 * What came of a probe. Known bad: `stopped`, or `through`. Known good: `passed`, `refused`, or `late`. `unclear`: it could not be
 * told, as the node was busy or narrowed by hand.
 */
export type ProbeOutcome = "stopped" | "through" | "passed" | "refused" | "late" | "unclear";

export interface ProbeVerdict {
  readonly family: ProbeFamily;
  readonly check: ProbeCheck;
  /** Whether it is known to be bad. */
  readonly bad: boolean;
  /** Which of the family's forms: an encoding, a size, a spelling. */
  readonly form: string;
  readonly outcome: ProbeOutcome;
  /** What the check said; null: nothing. */
  readonly cause: string | null;
}

/** Whether a check failed: a bad one went through, or a good one did not pass. */
export function isMiss({ outcome }: Pick<ProbeVerdict, "outcome">): boolean {
  return outcome === "through" || outcome === "refused" || outcome === "late";
}
