// What was found in the task itself, once more and naively: each line of the language's text as one question.
import type { Cause } from "../src/decide/decision.ts";
import type { Facts } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Outward } from "./decide-model-places.ts";

/** The causes that `facts.content` fails by. */
export function contentCauses(spec: Spec, facts: Facts, outward: readonly Outward[]): readonly Cause[] {
  const content = facts.content ?? [];
  const { detectors } = spec.privacy;
  const anyOutward = outward.length > 0;
  const anyNotOwned = outward.some(({ control }) => !["node", "owned"].includes(control));
  const causes: Cause[] = [];
  for (const { class: found, from } of content) {
    if (found === "unfinished") causes.push("task_not_scanned");
    if (found === "protected" && from === "words") causes.push("protected_in_task");
    if (found === "protected" && from === "file" && anyOutward) causes.push("protected_in_task");
    if (found === "credential" && detectors?.credentials === "refuse" && from === "words")
      causes.push("credential_in_task");
    if (found === "credential" && detectors?.credentials === "refuse" && from === "file" && anyNotOwned)
      causes.push("credential_in_task");
  }
  for (const { group } of content) {
    const most =
      detectors === null ? null : Object.entries(detectors.personal).find(([name]) => name === group)?.[1];
    let count = 0;
    for (const one of content) if (one.group === group && one.from === "file") count += one.count;
    if (group !== null && most !== null && most !== undefined && anyNotOwned && count > most)
      causes.push("personal_in_task");
  }
  return causes;
}
