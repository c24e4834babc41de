// Judges keyword assignments: is the value of `password = …` a secret, or a variable, a label, a placeholder? A logistic
// filter over assignment-features.ts, trained by scripts/train-assignment-filter.ts.
import { assignmentAt } from "./assignment.ts";
import { featuresOf } from "./assignment-features.ts";
import { WEIGHTS } from "./assignment-weights.ts";
import { isSecretName, type KeyName, keyNameOf } from "./key-name.ts";
import type { Found } from "./rule.ts";
import { isTrivial } from "./value-shape.ts";

/** Log odds from which an assignment is reported, chosen on the leave-source-out estimate. */
export const THRESHOLD = 2.5;

export interface Judged {
  /** null: the filter says that it is no secret. */
  readonly found: Found | null;
  /** Where the key ends: hits before it are in the same key. */
  readonly keyEnd: number;
}

/** The assignment around the keyword at [start, end), judged; null: there is none. Bounded like assignmentAt. */
export function judgeAssignment(text: string, start: number, end: number): Judged | null {
  const assignment = assignmentAt(text, start, end);
  if (assignment === null) return null;
  const { keyStart, keyEnd, valueStart, valueEnd } = assignment;
  const none = { found: null, keyEnd };
  if (isTrivial(text, valueStart, valueEnd)) return none;
  const name = keyNameOf(text.slice(keyStart, keyEnd));
  if (!isSecretName(name)) return none;
  let odds = 0;
  featuresOf(text, assignment, name, (feature, amount) => {
    odds += (WEIGHTS.get(feature) ?? 0) * amount;
  });
  return odds < THRESHOLD
    ? none
    : { found: { kind: kindOf(name), start: valueStart, end: valueEnd }, keyEnd };
}

function kindOf(name: KeyName): string {
  if (name.password) return "password_assignment";
  if (name.token) return "token_assignment";
  return name.key ? "key_assignment" : "secret_assignment";
}
