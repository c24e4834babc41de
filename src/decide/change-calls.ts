// Changes of what leaves the node: the same work on a local provider, narrower calls, fewer calls, fewer model needs.
import { formatQuantity } from "../stdx/units.ts";
import type { CallNeed, ModelNeed, Task } from "../task/task.ts";
import { CONTEXT_DEFAULT } from "../task/task-schema.ts";
import { type Change, type Judgement, withNeeds } from "./change.ts";
import type { CompiledSpec } from "./compile-spec.ts";
import { type LazyNeed, lazyNeeds } from "./lazy-needs.ts";
import type { Situation } from "./situation.ts";
import { splitUrl } from "./split-url.ts";

/** Calls beyond these are not changed one by one. */
const CALLS_MAX = 12;

/** All calls for what this node serves become model needs: one change, whatever their number. */
export function localChange({ situation }: Judgement): readonly Change[] {
  const { task, compiled } = situation;
  const replaced = new Set<number>();
  let models: readonly ModelNeed[] = task.needs.models;
  const placed = new Set<string>();
  lazyCalls(situation).forEach(({ services }, index) => {
    const call = task.needs.calls[index];
    if (call === undefined) return;
    replaced.add(index);
    for (const { capability, service } of services) {
      placed.add(`${capability} on provider ${service.provider.name}`);
      const context = Math.min(CONTEXT_DEFAULT, service.model.context_max ?? CONTEXT_DEFAULT);
      models = withNeed(compiled, models, { ...amountsOf(call), capability, context, model: null });
    }
  });
  if (replaced.size === 0) return [];
  const calls = task.needs.calls.filter((_, index) => !replaced.has(index));
  const summary = `needs.calls: ${count(task.needs.calls.length, "call")} → ${calls.length}; needs.models: ${[...placed].sort().join(", ")}`;
  return [{ change: "place_locally", summary, task: withNeeds(task, { calls, models }) }];
}

/** Lazy calls by their index. */
function lazyCalls(situation: Situation): ReadonlyMap<number, LazyNeed> {
  const calls = new Map<number, LazyNeed>();
  for (const one of lazyNeeds(situation).lazy) if (one.call !== null) calls.set(one.call, one);
  return calls;
}

/** Narrowed and dropped calls and model needs, where something about what leaves has failed. */
export function callChanges(judgement: Judgement): readonly Change[] {
  const { situation, failures } = judgement;
  if (!failures.some(({ finding }) => OUTWARD.has(finding.constraint) || OUTWARD_RULE.test(finding.rule)))
    return [];
  const { task } = situation;
  const changes: Change[] = [];
  task.needs.calls.slice(0, CALLS_MAX).forEach((_, index) => changes.push(...narrowed(judgement, index)));
  task.needs.calls.slice(0, CALLS_MAX).forEach((_, index) => changes.push(droppedCall(task, index)));
  if (task.needs.calls.length > 1) {
    const summary = `needs.calls: ${count(task.needs.calls.length, "call")} → 0`;
    changes.push({ change: "drop_call", summary, task: withNeeds(task, { calls: [] }) });
  }
  task.needs.models.slice(0, CALLS_MAX).forEach((_, index) => changes.push(droppedModel(task, index)));
  return changes;
}

const OUTWARD: ReadonlySet<string> = new Set(["sovereignty", "privacy", "request"]);
const OUTWARD_RULE = /^(resources\.budgets|resources\.memory|node\.memory|ancestor)\./;

function amountsOf({
  calls_max,
  bytes_out_max,
  tokens,
  money,
  data,
}: CallNeed): Pick<ModelNeed, "calls_max" | "bytes_out_max" | "tokens" | "money" | "data"> {
  return { calls_max, bytes_out_max, tokens, money, data };
}

/** `models` with `added`, which joins a need of the same capability for any model: the language has one entry for both. */
function withNeed(
  compiled: CompiledSpec,
  models: readonly ModelNeed[],
  added: ModelNeed,
): readonly ModelNeed[] {
  const at = models.findIndex(({ capability, model }) => capability === added.capability && model === null);
  const same = models[at];
  if (same === undefined) return [...models, added];
  const joined: ModelNeed = {
    ...same,
    calls_max: same.calls_max + added.calls_max,
    bytes_out_max: both(same.bytes_out_max, added.bytes_out_max),
    tokens: both(same.tokens, added.tokens),
    money: both(same.money, added.money),
    data: morePrivate(compiled, same.data, added.data),
  };
  return models.map((need, index) => (index === at ? joined : need));
}

function both(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

function morePrivate(compiled: CompiledSpec, one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  const rank = (label: string): number => compiled.ranks.get(label) ?? compiled.ranks.size;
  return rank(one) >= rank(other) ? one : other;
}

function narrowed(judgement: Judgement, index: number): readonly Change[] {
  const { situation } = judgement;
  const { task } = situation;
  const call = task.needs.calls[index];
  if (call === undefined) return [];
  const changes: Change[] = [];
  const field = `needs.calls[${index}]`;
  const push = (narrower: Partial<CallNeed>, summary: string): void => {
    const calls = task.needs.calls.map((other, at) => (at === index ? { ...other, ...narrower } : other));
    changes.push({ change: "narrow_call", summary: `${field}.${summary}`, task: withNeeds(task, { calls }) });
  };
  const requests = call.calls_max - excess(judgement, call, REQUESTS);
  if (requests < call.calls_max && requests >= 1)
    push({ calls_max: requests }, `calls_max: ${call.calls_max} → ${requests}`);
  const declared = call.bytes_out_max ?? situation.compiled.spec.defaults.bytes_out;
  if (declared !== null) {
    const bytes = declared - excess(judgement, call, BYTES);
    const summary = `bytes_out_max: ${formatQuantity("bytes", declared)} → ${formatQuantity("bytes", Math.max(0, bytes))}`;
    if (bytes < declared && bytes >= 1) push({ bytes_out_max: bytes }, summary);
  }
  if (call.bytes_in_max !== null) {
    const bytes = call.bytes_in_max - excess(judgement, call, BYTES_IN);
    const summary = `bytes_in_max: ${formatQuantity("bytes", call.bytes_in_max)} → ${formatQuantity("bytes", Math.max(0, bytes))}`;
    if (bytes < call.bytes_in_max && bytes >= 1) push({ bytes_in_max: bytes }, summary);
  }
  const tokens = situation.outward[index]?.tokens ?? null;
  if (tokens !== null) {
    const fewer = tokens - excess(judgement, call, TOKENS);
    if (fewer < tokens && fewer >= 1) push({ tokens: fewer }, `tokens: ${tokens} → ${fewer}`);
  }
  const money = situation.outward[index]?.money ?? 0;
  const less = money - excess(judgement, call, MONEY);
  const cheaper = `money: ${formatQuantity("money", money)} → ${formatQuantity("money", Math.max(0, less))}`;
  if (less < money && less >= 1) push({ money: less }, cheaper);
  if (call.data !== null && fails(judgement, field, LABELS))
    push({ data: null }, "data: declared → the label of what is read");
  if (call.for.length > 0 && fails(judgement, field, CAPABILITIES))
    push({ for: [] }, "for: declared → whatever its endpoint serves");
  return changes;
}

const REQUESTS = /(requests_per_task_max|external_calls)$/;
const BYTES = /bytes_out(_per_task_max)?$/;
const BYTES_IN = /bytes_in(_per_task_max)?$/;
const TOKENS = /\.tokens$/;
const MONEY = /\.money$/;
const LABELS = /^(label_unknown|label_under_reads|label_over_clearance|may_not_meet)$/;
const CAPABILITIES = /^capability_not_allowed$/;

/** By how much the failing sums that this call is part of are over, at most. */
function excess({ failures }: Judgement, call: CallNeed, rule: RegExp): number {
  const parts = splitUrl(call.to);
  const place = parts === null ? "" : `${parts.host}:${parts.port}`;
  let most = 0;
  for (const { finding } of failures) {
    const { measured, limit } = finding;
    if (!rule.test(finding.rule) || typeof measured !== "number" || typeof limit !== "number") continue;
    if (finding.rule.startsWith("sovereignty.endpoints") && !finding.evidence.includes(place)) continue;
    most = Math.max(most, measured - limit);
  }
  return most;
}

function fails({ failures }: Judgement, field: string, cause: RegExp): boolean {
  return failures.some(
    ({ finding }) =>
      cause.test(finding.cause ?? "") && finding.evidence.some((line) => line.startsWith(field)),
  );
}

function droppedCall(task: Task, index: number): Change {
  const calls = task.needs.calls.filter((_, at) => at !== index);
  return {
    change: "drop_call",
    summary: `needs.calls[${index}]: declared → dropped`,
    task: withNeeds(task, { calls }),
  };
}

function droppedModel(task: Task, index: number): Change {
  const models = task.needs.models.filter((_, at) => at !== index);
  return {
    change: "drop_model",
    summary: `needs.models[${index}]: declared → dropped`,
    task: withNeeds(task, { models }),
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
