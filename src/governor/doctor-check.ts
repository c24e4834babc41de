// One line of what `writ doctor` found. A type only: doctor.ts and doctor-providers.ts make them.

export interface Check {
  readonly name: string;
  /** `fails`: tasks are refused until it is mended; `weak`: the spec decides whether it is enough. */
  readonly state: "holds" | "weak" | "fails";
  readonly evidence: string;
  /** A command that mends it; null: nothing is to be mended, or nothing can be. */
  readonly repair: string | null;
}
