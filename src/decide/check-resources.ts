// What the node can give: memory, cores, processes, time and pressure, over all that is held. Not its heat
// (check-heat.ts), nor what leaves it (check-budgets.ts).
import { checkHeat, cpuCapacity, isHeatCapped } from "./check-heat.ts";
import type { Cause, Unit } from "./decision.ts";
import type { HoldFact } from "./facts.ts";
import type { Failures } from "./findings.ts";
import { isChild, type Situation } from "./situation.ts";

/** Each declared or defaulted demand against the task's, the node's and the holds' limits. */
export function checkResources(situation: Situation, failures: Failures): void {
  checkDeclared(situation, failures);
  checkPerTask(situation, failures);
  checkMemory(situation, failures);
  checkCpu(situation, failures);
  checkHeat(situation, failures);
  checkPressure(situation, failures);
}

const RESOURCES = { constraint: "resources" } as const;

interface Amount {
  readonly rule: string;
  readonly cause: Cause;
  readonly measured: number;
  readonly limit: number;
  readonly unit: Unit;
}

function over(failures: Failures, amount: Amount, after?: number | null): void {
  if (amount.measured <= amount.limit) return;
  failures.add(after === undefined ? { ...RESOURCES, ...amount } : { ...RESOURCES, ...amount, after });
}

function checkDeclared({ ask }: Situation, failures: Failures): void {
  const missing = (rule: string, cause: Cause, unit: Unit): void =>
    failures.add({ ...RESOURCES, rule, cause, measured: null, limit: null, unit });
  if (ask.memory === null) missing("needs.memory", "memory_undeclared", "bytes");
  if (ask.cpu === null) missing("needs.cpu", "cpu_undeclared", "cpu_milli");
  if (ask.time === null) missing("needs.time", "time_undeclared", "ms");
  if (ask.processes === null) missing("needs.processes", "processes_undeclared", "count");
}

function checkPerTask({ compiled, ask }: Situation, failures: Failures): void {
  const { memory, cpu, time_max, processes_max } = compiled.spec.resources;
  const check = (amount: Omit<Amount, "measured">, measured: number | null): void => {
    if (measured !== null) over(failures, { ...amount, measured });
  };
  check(
    {
      rule: "resources.memory.per_task_max",
      cause: "memory_over_limit",
      limit: memory.per_task_max,
      unit: "bytes",
    },
    ask.memory,
  );
  check(
    {
      rule: "resources.cpu.per_task_max",
      cause: "cpu_over_limit",
      limit: cpu.per_task_max,
      unit: "cpu_milli",
    },
    ask.cpu,
  );
  check({ rule: "resources.time_max", cause: "time_over_limit", limit: time_max, unit: "ms" }, ask.time);
  check(
    { rule: "resources.processes_max", cause: "processes_over_limit", limit: processes_max, unit: "count" },
    ask.processes,
  );
}

function checkMemory({ ask, room, facts }: Situation, failures: Failures): void {
  // A child's own memory and cores are part of its parent's hold.
  const child = isChild({ facts });
  const asked = (child ? 0 : (ask.memory ?? 0)) + ask.models;
  if (child && asked === 0) return;
  const rule = "resources.memory.committed_max";
  const { capacity, held, available, promised } = room;
  if (asked > capacity) {
    over(failures, { rule, cause: "memory_over_limit", measured: asked, limit: capacity, unit: "bytes" });
  } else if (held + asked > capacity) {
    const after = roomAfter(facts.sums.holds, (hold) => hold.memory, held + asked - capacity);
    over(
      failures,
      { rule, cause: "memory_committed", measured: held + asked, limit: capacity, unit: "bytes" },
      after,
    );
  }
  const free: Amount = {
    rule: "node.memory_available",
    cause: "memory_unavailable",
    measured: asked,
    limit: available,
    unit: "bytes",
  };
  // Only the end of what runs frees memory that this decision knows of.
  if (asked > available)
    over(
      failures,
      free,
      roomAfter(facts.sums.holds, (hold) => hold.memory, asked + promised - facts.node.memory_available),
    );
}

function checkCpu(situation: Situation, failures: Failures): void {
  const { ask, facts } = situation;
  if (ask.cpu === null || isChild(situation)) return;
  const { holds } = facts.sums;
  const capped = isHeatCapped(situation);
  const limit = cpuCapacity(situation);
  const rule = capped ? "resources.heat.unmeasurable" : "node.cpu";
  const unit = "cpu_milli";
  if (ask.cpu > limit) {
    over(failures, { rule, cause: capped ? "heat_cap" : "cpu_over_limit", measured: ask.cpu, limit, unit });
    return;
  }
  let measured = ask.cpu;
  for (const hold of holds) measured += hold.cpu;
  if (measured <= limit) return;
  const after = roomAfter(holds, (hold) => hold.cpu, measured - limit);
  over(failures, { rule, cause: capped ? "heat_cap" : "cpu_committed", measured, limit, unit }, after);
}

function checkPressure({ compiled, facts }: Situation, failures: Failures): void {
  const { memory_some_avg10_max: limit, unmeasurable } = compiled.spec.resources.pressure;
  const { memory_some_avg10: measured, memory_level: level } = facts.node;
  const rule = "resources.pressure.memory_some_avg10_max";
  if (measured !== null) {
    over(failures, { rule, cause: "pressure_high", measured, limit, unit: "basis_points" }, null);
  } else if (level !== undefined) {
    const given = { ...RESOURCES, rule, cause: "pressure_high", unit: "none", after: null } as const;
    if (level !== "normal") failures.add({ ...given, measured: level, limit: "normal" });
  } else if (unmeasurable === "refuse") {
    failures.add({
      ...RESOURCES,
      rule: "resources.pressure.unmeasurable",
      cause: "pressure_unmeasurable",
      measured: null,
      limit: null,
      unit: "none",
    });
  }
}

/** ms until the holds that end first have given back `needed`; null: all of them together do not. */
function roomAfter(
  holds: readonly HoldFact[],
  amount: (hold: HoldFact) => number,
  needed: number,
): number | null {
  let freed = 0;
  for (const hold of [...holds].sort((one, other) => one.ends_in - other.ends_in)) {
    freed += amount(hold);
    if (freed >= needed) return hold.ends_in;
  }
  return null;
}
