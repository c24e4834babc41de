// Changes of what is asked of the node: less memory, cores, time or processes, and what was left undeclared declared.
import { unreachable } from "../stdx/assert.ts";
import { formatQuantity, type QuantityKind } from "../stdx/units.ts";
import type { CallNeed, ModelNeed, Task } from "../task/task.ts";
import { type Change, failsBy, type Judgement, withNeeds } from "./change.ts";
import { coolerAsk, cpuCapacity, HEAT_CAP_TIME, isHeatCapped } from "./check-heat.ts";
import type { Finding, RemedyChange, Unit } from "./decision.ts";
import type { Failed } from "./findings.ts";
import type { Situation } from "./situation.ts";

type Amount = "memory" | "cpu" | "time" | "processes";

interface AmountKind {
  readonly amount: Amount;
  readonly change: RemedyChange;
  readonly kind: QuantityKind;
  readonly unit: Unit;
  /** What a lowered amount is rounded down to when it is more, so that it reads well. */
  readonly step: number;
  /** What is offered for an undeclared amount: the defaults of the language's example. */
  readonly modest: number;
}

const MIB = 1_048_576;
const AMOUNTS: readonly AmountKind[] = [
  { amount: "memory", change: "lower_memory", kind: "bytes", unit: "bytes", step: MIB, modest: 512 * MIB },
  { amount: "cpu", change: "lower_cpu", kind: "cpu", unit: "cpu_milli", step: 1, modest: 1000 },
  { amount: "time", change: "lower_time", kind: "duration", unit: "ms", step: 1, modest: 120_000 },
  { amount: "processes", change: "lower_processes", kind: "count", unit: "count", step: 1, modest: 64 },
];
/** Bytes out that are offered for a call that declares none: as in the language's example. */
const MODEST_BYTES_OUT = 65_536;
/** Tokens that are offered for each need that is counted and declares none: some pages asked and answered. */
const MODEST_TOKENS = 20_000;

/**
 * Each amount that is over, lowered to the tightest limit it broke, and to the permanent ones alone; of what would get too
 * hot, fewer cores or less time.
 */
export function lowerChanges(judgement: Judgement): readonly Change[] {
  const { situation, failures } = judgement;
  const changes: Change[] = [];
  const cooler = failsBy(judgement, "heat_forecast") ? coolerAsk(situation) : { cpu: null, time: null };
  for (const kind of AMOUNTS) {
    const asked = situation.ask[kind.amount];
    if (asked === null) continue;
    const all = excess(kind, failures);
    const lasting = excess(
      kind,
      failures.filter(({ finding }) => !finding.transient),
    );
    for (const over of new Set([all, lasting])) {
      const amount = rounded(asked - over, kind.step);
      if (over > 0 && amount >= 1) changes.push(lowered(situation.task, kind, { asked, amount }));
    }
    const amount = kind.amount === "cpu" || kind.amount === "time" ? cooler[kind.amount] : null;
    if (amount !== null) changes.push(lowered(situation.task, kind, { asked, amount }));
  }
  return changes;
}

/** Everything undeclared, declared modestly within the limits: one change. */
export function declareChange(judgement: Judgement): readonly Change[] {
  const { situation } = judgement;
  const { task, ask } = situation;
  const parts: string[] = [];
  let changed = task;
  for (const kind of AMOUNTS) {
    const amount = Math.min(kind.modest, limitOf(situation, kind.amount));
    if (ask[kind.amount] !== null || amount < 1) continue;
    changed = withNeeds(changed, { [kind.amount]: amount });
    parts.push(`needs.${kind.amount}: undeclared → ${formatQuantity(kind.kind, amount)}`);
  }
  if (failsBy(judgement, "bytes_undeclared")) {
    changed = withNeeds(changed, {
      calls: task.needs.calls.map(withBytes),
      models: task.needs.models.map(withBytes),
    });
    parts.push(`bytes_out_max: undeclared → ${formatQuantity("bytes", MODEST_BYTES_OUT)}`);
  }
  if (failsBy(judgement, "tokens_undeclared")) {
    const tokens = Math.min(
      MODEST_TOKENS,
      ...situation.compiled.budgets.map((one) => one.tokens ?? Infinity),
    );
    changed = withNeeds(changed, { tokens });
    parts.push(`needs.tokens: undeclared → ${tokens}`);
  }
  return parts.length === 0 ? [] : [{ change: "declare", summary: parts.join("; "), task: changed }];
}

function excess({ amount, unit }: AmountKind, failures: readonly Failed[]): number {
  let most = 0;
  for (const { finding } of failures) {
    if (finding.unit !== unit || !concerns(amount, finding)) continue;
    if (typeof finding.measured === "number" && typeof finding.limit === "number") {
      most = Math.max(most, finding.measured - finding.limit);
    }
  }
  return most;
}

function concerns(amount: Amount, { rule, cause }: Finding): boolean {
  if (rule === `ancestor.${amount}`) return true;
  // The count under a heat cap is of tasks, not of processes.
  if (cause === "heat_cap") return amount === "cpu" || amount === "time";
  return cause !== null && cause.startsWith(`${amount}_`);
}

function rounded(amount: number, step: number): number {
  return amount > step ? amount - (amount % step) : amount;
}

interface Lowering {
  readonly asked: number;
  readonly amount: number;
}

function lowered(
  task: Task,
  { amount: name, change, kind }: AmountKind,
  { asked, amount }: Lowering,
): Change {
  const summary = `needs.${name}: ${formatQuantity(kind, asked)} → ${formatQuantity(kind, amount)}`;
  return { change, summary, task: withNeeds(task, { [name]: amount }) };
}

function limitOf(situation: Situation, amount: Amount): number {
  const { memory, cpu, time_max, processes_max } = situation.compiled.spec.resources;
  switch (amount) {
    case "memory":
      return Math.min(memory.per_task_max, situation.room.capacity);
    case "cpu":
      return Math.min(cpu.per_task_max, cpuCapacity(situation));
    case "time":
      return isHeatCapped(situation) ? Math.min(time_max, HEAT_CAP_TIME) : time_max;
    case "processes":
      return processes_max;
    default:
      return unreachable(amount);
  }
}

function withBytes<T extends CallNeed | ModelNeed>(need: T): T {
  return need.bytes_out_max === null ? { ...need, bytes_out_max: MODEST_BYTES_OUT } : need;
}
