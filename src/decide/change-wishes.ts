// Changes of what the caller wishes: each hard wish dropped, a model's name, a principal's name.
import type { ModelNeed } from "../task/task.ts";
import { type Change, failsBy, type Judgement, withNeeds } from "./change.ts";
import { localServices } from "./local-service.ts";

/** Each wish that stands in the way, left out. */
export function wishChanges(judgement: Judgement): readonly Change[] {
  return [...requirementChanges(judgement), ...modelChanges(judgement), ...principalChange(judgement)];
}

function requirementChanges(judgement: Judgement): readonly Change[] {
  const { task } = judgement.situation;
  if (!failsBy(judgement, "requires_conflict")) return [];
  const changes: Change[] = [];
  for (const wish of ["residency", "latency", "bytes_out"] as const) {
    if (task.requires[wish] === null) continue;
    const summary = `requires.${wish}: required → not required`;
    changes.push({
      change: "drop_requirement",
      summary,
      task: { ...task, requires: { ...task.requires, [wish]: null } },
    });
  }
  return changes;
}

function modelChanges(judgement: Judgement): readonly Change[] {
  const { task } = judgement.situation;
  const labelled = failsBy(judgement, "label_unknown", "label_under_reads");
  const changes: Change[] = [];
  const push = (index: number, change: Partial<ModelNeed>, summary: string): void => {
    const models = task.needs.models.map((other, at) => (at === index ? { ...other, ...change } : other));
    const field = `needs.models[${index}]`;
    changes.push({
      change: "drop_requirement",
      summary: `${field}.${summary}`,
      task: withNeeds(task, { models }),
    });
  };
  task.needs.models.forEach((need, index) => {
    if (need.model !== null) push(index, { model: null }, "model: named → any that serves it");
    const context = largestContext(judgement, need);
    if (context !== null) push(index, { context }, `context: ${need.context} → ${context}`);
    if (need.data !== null && labelled)
      push(index, { data: null }, "data: declared → the label of what is read");
  });
  return changes;
}

/** The largest context that a model here offers for the need, if it asks for more; null: no model here offers less. */
function largestContext({ situation }: Judgement, { capability, context, model }: ModelNeed): number | null {
  const { compiled, facts, room } = situation;
  const services = localServices(compiled, facts, room, { capability, context: 0, model });
  const largest = Math.max(0, ...services.map((service) => service.model.context_max ?? 0));
  return largest > 0 && largest < context ? largest : null;
}

function principalChange(judgement: Judgement): readonly Change[] {
  if (!failsBy(judgement, "principal_not_yours")) return [];
  const summary = "principal: named → whoever submits";
  return [{ change: "drop_requirement", summary, task: { ...judgement.situation.task, principal: null } }];
}
