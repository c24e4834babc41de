// What is offered instead: pairs of changes, bounds, order, and when nothing is offered.
import { describe, expect, test } from "vitest";
import { type Case, decided, firstRemedy, offered, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, GIB } from "../../test/decision-fixtures.ts";

const blind = { heat: { state: "unmeasurable", cause: "none" } } as const;

describe("remedies: several changes, bounds, none", () => {
  test("two changes when one is not enough, never more", () => {
    const two = baseTask({ memory: 3 * GIB, processes: 101 });
    expect(offered({ task: two })).toEqual([
      ["lower_memory", "needs.memory: 3 GiB → 2 GiB; needs.processes: 101 → 100", "admit"],
    ]);
    expect(firstRemedy({ task: two }).task.needs).toMatchObject({ memory: 2 * GIB, processes: 100 });
    const three = baseTask({ memory: 3 * GIB, processes: 101, cpu: 2001 });
    expect(offered({ task: three })).toEqual([]);
  });
  test("at most eight, cheapest first", () => {
    const calls = Array.from({ length: 12 }, (_, at) =>
      call({ to: `https://api.example.com:443/v1/${at}`, calls_max: 1 }),
    );
    const spec = specWith({
      sovereignty: {
        external_calls_max: 11,
        score_min: 0,
        endpoints: [endpoint({ requests_per_task_max: null })],
      },
    });
    const remedies = offered({ spec, task: baseTask({ calls }) });
    expect(remedies).toHaveLength(8);
    expect(new Set(remedies.map(([change]) => change))).toEqual(new Set(["drop_call"]));
  });
  test.each([
    ["principal_unlisted", { facts: { principal: null } }],
    ["isolation_too_weak", { node: { isolation: "none" } }],
    ["limits_too_weak", { node: { limits: "none" } }],
    ["executable_missing", { paths: { executable: null } }],
    ["directory_too_wide", { paths: { home: "/work/job" } }],
    ["heat_unmeasurable", { node: blind }],
    ["pressure_unmeasurable", { node: { memory_some_avg10: null } }],
    ["provider_unknown", { task: baseTask({ provider: "x", processes: 101 }) }],
    ["pressure_high", { node: { memory_some_avg10: 9999 } }],
    ["heat_high", { node: { heat: { state: "measured", celsius_milli: 99_000, sensor: "s" } } }],
  ] as const)("none where no change of the request helps: %s", (cause, one) => {
    const decision = decided({ task: baseTask({ processes: 101 }), ...(one as Case) });
    expect(decision.findings.map((finding) => finding.cause)).toContain(cause);
    expect(decision.remedies).toEqual([]);
  });
  test("none for what is admitted", () => {
    expect(decided({}).remedies).toEqual([]);
  });
  test("few tries for a request of very many needs, and bounded evidence", () => {
    const many = (length: number): Case => ({
      task: baseTask({
        calls: Array.from({ length }, (_, at) => call({ to: `https://h${at}.example.org:443/` })),
      }),
    });
    const large = decided(many(65));
    expect(large.remedies.map(({ summary }) => summary)).toEqual([]);
    expect(decided(many(64)).remedies.map(({ summary }) => summary)).toEqual(["needs.calls: 64 calls → 0"]);
    const [unknown] = large.findings.filter((finding) => finding.cause === "host_unknown");
    expect([unknown?.measured, unknown?.evidence.length, unknown?.evidence.at(-1)]).toEqual([
      65,
      33,
      "and 33 more",
    ]);
    const [few] = decided(many(32)).findings.filter((finding) => finding.cause === "host_unknown");
    expect(few?.evidence.length).toBe(32);
  });
});
