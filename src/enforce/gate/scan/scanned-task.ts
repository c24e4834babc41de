// What the scan has to know of a task, out of its policy.
import type { TaskPolicy } from "../policy.ts";
import type { ScannedTask } from "./scan-messages.ts";

/** Values that are not known are none: then nothing may leave at all. */
export function scannedTask({
  protected: values,
  secrets,
  documents,
  enrolled,
  canaries = [],
  detectors,
}: ScannedPolicy): ScannedTask {
  return {
    values: [...(values ?? []), ...secrets].map(({ name, value }) => ({ name, value })),
    placeholders: secrets.map(({ name, placeholder }) => ({ name, value: placeholder })),
    documents,
    enrolled,
    canaries,
    detectors,
  };
}

type ScannedPolicy = Pick<
  TaskPolicy,
  "protected" | "secrets" | "documents" | "enrolled" | "canaries" | "detectors"
>;
