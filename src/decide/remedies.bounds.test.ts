// How much is tried for remedies: bounded, pairs only behind a change that mended something, nothing twice.
import { expect, test } from "vitest";
import { type Case, factsOf, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, GIB, hold } from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { judge } from "./judge.ts";
import { CHANGES_TRIED_MAX, PAIRS_TRIED_MAX, REMEDIES_MAX, remedies } from "./remedies.ts";

/** The remedies of a case, and every task that was judged for them. */
function watched(one: Case): { readonly offered: readonly string[]; readonly judged: readonly Task[] } {
  const { spec, task, facts } = factsOf(one);
  const compiled = compileSpec(spec, "s");
  const judged: Task[] = [];
  const offered = remedies(judge(compiled, task, facts), (changed) => {
    judged.push(changed);
    return judge(compiled, changed, facts);
  });
  return { offered: offered.map(({ summary }) => summary), judged };
}

test("remedies tries at most CHANGES_TRIED_MAX single changes", () => {
  const calls = Array.from({ length: 12 }, (_, at) =>
    call({ to: `https://api.example.com:443/v1/${at}`, calls_max: 2, data: "public", for: ["embed"] }),
  );
  const spec = specWith({
    sovereignty: {
      score_min: 0,
      external_calls_max: 0,
      endpoints: [endpoint({ requests_per_task_max: 1000 })],
    },
  });
  const task = baseTask({ reads: ["/data/mail/x"], calls });
  const { judged, offered } = watched({ spec, task });
  expect(offered).toEqual([]);
  expect(judged.length).toBeLessThanOrEqual(CHANGES_TRIED_MAX + PAIRS_TRIED_MAX);
  expect(judged.length).toBeGreaterThan(CHANGES_TRIED_MAX);
});

test("remedies tries no pair when a single change passes", () => {
  const { offered, judged } = watched({ task: baseTask({ calls: [call({ calls_max: 11 })] }) });
  expect([offered.length, judged.length]).toEqual([2, 2]);
});

test("remedies tries pairs only behind what mended a lasting failure", () => {
  const task = baseTask({ processes: 101, cpu: 2001, time: 1_800_001 });
  const { offered, judged } = watched({ task });
  expect(offered).toEqual([]);
  // Three single changes, and behind each the two that are left.
  expect(judged).toHaveLength(9);
  const useless = baseTask({
    calls: [call({ to: "https://a.example.org:443/" }), call({ to: "https://b.example.org:443/" })],
    processes: 101,
  });
  const spec = specWith({ sovereignty: { score_min: 0, uncontrolled_calls_max: 9 } });
  // Lowering processes mends one cause; dropping one call of two leaves its cause; dropping both mends it.
  expect(watched({ spec, task: useless })).toMatchObject({
    offered: ["needs.processes: 101 → 100; needs.calls: 2 calls → 0"],
  });
  expect(watched({ spec, task: useless }).judged).toHaveLength(4 + 3 + 1);
});

test("remedies tries at most PAIRS_TRIED_MAX pairs", () => {
  const calls = Array.from({ length: 12 }, (_, at) => call({ to: `https://h${at}.example.org:443/` }));
  const task = baseTask({ calls, processes: 101, cpu: 2001, time: 1_800_001 });
  const { judged } = watched({
    task,
    spec: specWith({ sovereignty: { score_min: 0, external_calls_max: 99, uncontrolled_calls_max: 99 } }),
  });
  expect(judged).toHaveLength(3 + 13 + PAIRS_TRIED_MAX);
});

test("remedies offers at most REMEDIES_MAX pairs", () => {
  const calls = Array.from({ length: 12 }, (_, at) => call({ to: `https://api.example.com:443/v1/${at}` }));
  const spec = specWith({
    sovereignty: {
      score_min: 0,
      external_calls_max: 11,
      endpoints: [endpoint({ requests_per_task_max: null })],
    },
  });
  const { offered } = watched({ spec, task: baseTask({ calls, processes: 101 }) });
  expect(offered).toHaveLength(REMEDIES_MAX);
  expect(new Set(offered).size).toBe(REMEDIES_MAX);
  for (const line of offered) expect(line).toMatch(/^needs\.processes: 101 → 100; needs\.calls/);
});

test("remedies of a deferral keeps only what is admitted", () => {
  const sums = { holds: [hold({ memory: 3 * GIB, cpu: 3500, ends_in: 9 })] };
  expect(watched({ task: baseTask({ memory: 2 * GIB }), sums }).offered).toEqual([
    "needs.memory: 2 GiB → 1 GiB; needs.cpu: 1 → 0.5",
  ]);
  const refused = watched({ task: baseTask({ memory: 3 * GIB }), sums }).offered;
  expect(refused).toEqual(["needs.memory: 3 GiB → 1 GiB", "needs.memory: 3 GiB → 2 GiB"]);
});
