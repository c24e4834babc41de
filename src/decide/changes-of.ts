// The changes of a request that may mend what failed, cheapest first. Judges none of them (remedies.ts).
import type { Task } from "../task/task.ts";
import type { Change, Judgement } from "./change.ts";
import { callChanges, localChange } from "./change-calls.ts";
import { pathChanges } from "./change-paths.ts";
import { declareChange, lowerChanges } from "./change-resources.ts";
import { secretChanges, withoutIdleSecrets } from "./change-secrets.ts";
import { wishChanges } from "./change-wishes.ts";
import type { RemedyChange } from "./decision.ts";

/** From what costs the caller least to what costs most: the same work here, less of it, then parts of it dropped. */
const COST: Readonly<Record<RemedyChange, number>> = {
  place_locally: 0,
  narrow_call: 1,
  declare: 2,
  lower_memory: 3,
  lower_cpu: 3,
  lower_time: 3,
  lower_processes: 3,
  drop_requirement: 4,
  drop_secret: 4,
  drop_path: 5,
  drop_call: 6,
  drop_model: 7,
};

/** Every change worth trying, cheapest first, otherwise in a fixed order. */
export function changesOf(judgement: Judgement): readonly Change[] {
  const changes = [
    ...localChange(judgement),
    ...secretChanges(judgement),
    ...callChanges(judgement),
    ...declareChange(judgement),
    ...lowerChanges(judgement),
    ...wishChanges(judgement),
    ...pathChanges(judgement),
  ];
  return changes
    .map((change) => withoutIdleSecrets(judgement.situation, change))
    .filter(({ task }) => isWellFormed(task))
    .sort((one, other) => COST[one.change] - COST[other.change]);
}

/** The language has one entry for each call and each model need: what a change made equal cannot be written down. */
function isWellFormed({ needs }: Task): boolean {
  const calls = needs.calls.map((call) =>
    [call.method.join(","), call.to, call.for.join(","), call.data].join(" "),
  );
  const models = needs.models.map((need) => [need.capability, need.model, need.data].join(" "));
  const requests = [...needs.calls, ...needs.models].every((need) => need.calls_max <= CALLS_MAX);
  return requests && new Set(calls).size === calls.length && new Set(models).size === models.length;
}

/** What one need may declare at most: task/task-schema.ts. */
const CALLS_MAX = 1_000_000;
