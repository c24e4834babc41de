// The group that a kind of personal data is counted under.
import type { PersonalGroup } from "./detector.ts";
import { EVERY_DETECTOR } from "./detectors/every-detector.ts";

/**
 * What a spec's limits count a finding of this kind as; null: no kind of personal data.
 *
 * @example personalGroupOf("us_ssn") === "national_id"
 */
export function personalGroupOf(kind: string): PersonalGroup | null {
  return GROUPS.get(kind) ?? null;
}

/** Every kind that the finder can report. */
export function personalKinds(): readonly string[] {
  return [...GROUPS.keys()];
}

const GROUPS: ReadonlyMap<string, PersonalGroup> = new Map<string, PersonalGroup>([
  ...EVERY_DETECTOR.map((detector): [string, PersonalGroup] => [detector.kind, detector.group]),
  ["email", "email"],
  ["phone", "phone"],
  ["ip", "ip"],
  ["mac", "mac"],
  ["person", "person"],
  ["address", "address"],
]);
