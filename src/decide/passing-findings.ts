// What an admitted task passed by: for each constraint the tightest passing finding. Volatile figures (free memory, heat,
// sums) stand in none of them, so that the same task on the same machine is told the same twice.
import type { Constraint, Finding, Unit } from "./decision.ts";
import { marginOf } from "./findings.ts";
import { labelLimit } from "./label-limit.ts";
import type { Situation } from "./situation.ts";

/** One passing finding for each constraint, in a fixed order. */
export function passingFindings(situation: Situation): readonly Finding[] {
  return [
    sovereignty(situation),
    privacy(situation),
    resources(situation),
    execution(situation),
    request(situation),
  ];
}

interface Passing {
  readonly measured: number | string | null;
  readonly limit: number | string | null;
  readonly unit: Unit;
  readonly floor?: boolean;
}

function passing(constraint: Constraint, rule: string, { measured, limit, unit, floor }: Passing): Finding {
  const margin = marginOf(measured, limit, floor === true);
  // In canonical order, as it is recorded with every admitted task.
  return {
    cause: null,
    constraint,
    evidence: [],
    limit,
    margin,
    measured,
    passes: true,
    rule,
    transient: false,
    unit,
  };
}

/** The first of those with the smallest margin; a limit of 0 that holds is as tight as can be. */
function tightest(findings: readonly [Finding, ...Finding[]]): Finding {
  return findings.reduce((least, finding) => ((finding.margin ?? 0) < (least.margin ?? 0) ? finding : least));
}

function sovereignty({ compiled, outward, score }: Situation): Finding {
  const { score_min, external_calls_max, uncontrolled_calls_max } = compiled.spec.sovereignty;
  const byScore = passing("sovereignty", "sovereignty.score_min", {
    measured: score,
    limit: score_min,
    unit: "score",
    floor: true,
  });
  if (outward.length === 0) return byScore;
  const uncontrolled = outward.filter((need) => need.control === "uncontrolled").length;
  return tightest([
    byScore,
    passing("sovereignty", "sovereignty.external_calls_max", {
      measured: outward.length,
      limit: external_calls_max,
      unit: "count",
    }),
    passing("sovereignty", "sovereignty.uncontrolled_calls_max", {
      measured: uncontrolled,
      limit: uncontrolled_calls_max,
      unit: "count",
    }),
  ]);
}

function privacy({ compiled, outward, label }: Situation): Finding {
  const { ladder } = compiled.spec.privacy;
  const closest = outward.reduce<{ readonly room: number; readonly at: number }>(
    (least, { rank, endpoint }, at) => {
      const limit = endpoint === null ? -1 : labelLimit(compiled, endpoint).rank;
      const room = limit - rank;
      return room < least.room ? { room, at } : least;
    },
    { room: Infinity, at: -1 },
  );
  const need = outward[closest.at];
  if (need === undefined)
    return passing("privacy", "privacy.sources", { measured: label, limit: null, unit: "label" });
  const limit = need.endpoint === null ? null : labelLimit(compiled, need.endpoint);
  return passing("privacy", limit?.rule ?? "sovereignty.endpoints.clearance", {
    measured: ladder[need.rank] ?? null,
    limit: limit?.label ?? null,
    unit: "label",
  });
}

function resources({ compiled, ask }: Situation): Finding {
  const { memory, cpu, time_max, processes_max } = compiled.spec.resources;
  return tightest([
    passing("resources", "resources.memory.per_task_max", {
      measured: ask.memory,
      limit: memory.per_task_max,
      unit: "bytes",
    }),
    passing("resources", "resources.cpu.per_task_max", {
      measured: ask.cpu,
      limit: cpu.per_task_max,
      unit: "cpu_milli",
    }),
    passing("resources", "resources.time_max", { measured: ask.time, limit: time_max, unit: "ms" }),
    passing("resources", "resources.processes_max", {
      measured: ask.processes,
      limit: processes_max,
      unit: "count",
    }),
  ]);
}

function execution({ compiled, facts }: Situation): Finding {
  const { isolation } = compiled.spec.execution;
  return passing("execution", "execution.isolation", {
    measured: facts.node.isolation,
    limit: isolation,
    unit: "none",
  });
}

function request({ principal }: Situation): Finding {
  return passing("request", "principals", { measured: principal?.name ?? null, limit: null, unit: "none" });
}
