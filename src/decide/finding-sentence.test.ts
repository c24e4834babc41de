// One known sentence for every cause, and every unit.
import { expect, test } from "vitest";
import { CAUSES, type Cause, type Finding } from "./decision.ts";
import { findingSentence, formatAmount } from "./finding-sentence.ts";

function finding(cause: Cause | null, change: Partial<Finding> = {}): Finding {
  return {
    constraint: "resources",
    rule: "some.rule",
    cause,
    passes: cause === null,
    transient: false,
    measured: null,
    limit: null,
    unit: "none",
    margin: null,
    evidence: [],
    ...change,
  };
}

const bytes = { measured: 2048, limit: 1024, unit: "bytes" } as const;
const count = { measured: 3, limit: 0, unit: "count" } as const;
const one = { measured: 1, limit: 0, unit: "count" } as const;
const label = { measured: "secret", limit: "public", unit: "label" } as const;

const SENTENCES: Readonly<Record<Cause, readonly (readonly [Partial<Finding>, string])[]>> = {
  node_halted: [
    [
      { measured: "halted", evidence: ["record 7"] },
      "this node is halted (record 7): nothing runs until that is lifted",
    ],
  ],
  node_offline: [
    [
      { rule: "needs.calls[0]", measured: "offline", evidence: ["record 7"] },
      "`needs.calls[0]` leaves this node, which is offline (record 7) until that is lifted",
    ],
  ],
  principal_unlisted: [[{}, "the submitting user is no principal of the spec"]],
  principal_not_yours: [
    [{ measured: "a", limit: "b" }, "names principal `a`: the submitting user is `b`"],
    [{ limit: "b" }, "names an unknown principal: the submitting user is `b`"],
  ],
  capability_not_allowed: [
    [
      { rule: "principals.may_need", measured: "chat" },
      "asks for capability `chat`, which its principal may not need",
    ],
    [
      { rule: "principals.may_need" },
      "asks for a capability that the spec does not know, which its principal may not need",
    ],
    [
      { rule: "sovereignty.endpoints.serves", measured: "chat" },
      "calls for capability `chat`, which its endpoint does not serve",
    ],
  ],
  isolation_too_weak: [
    [{ measured: "none", limit: "namespaces" }, "this host proves isolation `none`: limit is `namespaces`"],
  ],
  limits_too_weak: [
    [{ measured: "soft", limit: "cgroup" }, "this host proves limits `soft`: limit is `cgroup`"],
  ],
  executable_missing: [[{}, "the program of `run.command` was not found"]],
  path_missing: [
    [{ measured: "/a" }, "`/a` does not exist: what a task reads or writes exists before it starts"],
  ],
  path_not_permitted: [
    [{ measured: "/a" }, "`/a` may not be used by the task's user, or is neither file nor folder"],
  ],
  path_private: [
    [{ measured: "/a" }, "`/a` is a private place, which no task is given"],
    [{}, "`some.rule` is a private place, which no task is given"],
  ],
  directory_too_wide: [
    [{ measured: "/home" }, "the working directory `/home` is at or above the home folder"],
  ],
  host_unknown: [
    [count, "needs 3 calls to hosts that the spec does not name: limit is 0"],
    [one, "needs 1 call to hosts that the spec does not name: limit is 0"],
  ],
  method_not_allowed: [[{ measured: "PUT" }, "calls by method `PUT`, which its endpoint does not allow"]],
  path_not_allowed: [[{ measured: "/v2" }, "calls path `/v2`, which its endpoint does not allow"]],
  requests_over_limit: [[count, "requests to one endpoint are 3: limit is 0"]],
  bytes_over_limit: [[bytes, "sends one endpoint 2 KiB: limit is 1 KiB"]],
  bytes_in_over_limit: [[bytes, "takes from one endpoint 2 KiB: limit is 1 KiB"]],
  opaque_only: [
    [
      { measured: "nas.home.arpa" },
      "makes requests to `nas.home.arpa`, which the spec names for raw connections alone",
    ],
  ],
  opaque_not_granted: [
    [
      { measured: "nas.home.arpa" },
      "wants a raw connection to `nas.home.arpa`, which the spec names for inspected requests alone",
    ],
  ],
  external_calls_over_limit: [
    [count, "needs 3 external calls: limit is 0"],
    [one, "needs 1 external call: limit is 0"],
  ],
  uncontrolled_calls_over_limit: [
    [count, "needs 3 calls to endpoints that nobody here controls: limit is 0"],
    [one, "needs 1 call to endpoints that nobody here controls: limit is 0"],
  ],
  score_under_limit: [[{ measured: 40, limit: 70, unit: "score" }, "sovereignty score is 40: limit is 70"]],
  served_locally: [
    [count, "needs 3 external calls for what a provider on this node serves: limit is 0"],
    [one, "needs 1 external call for what a provider on this node serves: limit is 0"],
  ],
  no_placement: [
    [
      { measured: "chat" },
      "`some.rule` finds no place: nothing on this node serves `chat` and no endpoint that serves it may have it",
    ],
    [
      {},
      "`some.rule` finds no place: nothing on this node serves it and no endpoint that serves it may have it",
    ],
  ],
  provider_unknown: [[{}, "`needs.provider` is no provider of the spec that has a URL"]],
  provider_running: [[{ measured: "ollama" }, "provider `ollama` is running already"]],
  no_gate_on_this_node: [
    [count, "needs 3 external calls: no gate on this node, so nothing leaves it"],
    [one, "needs 1 external call: no gate on this node, so nothing leaves it"],
  ],
  secret_unknown: [
    [{ evidence: ["needs.secrets[1]"] }, "`needs.secrets[1]` is no secret of the spec"],
    [{}, "`` is no secret of the spec"],
  ],
  secret_not_allowed: [[{ measured: "KEY" }, "asks for secret `KEY`, which its principal may not have"]],
  secret_has_no_call: [
    [{ measured: "KEY" }, "asks for secret `KEY`, but nothing it declares goes where that may go"],
  ],
  secret_undeclared: [
    [
      { measured: "a.example.com" },
      "calls `a.example.com` without a secret: only the gate authenticates there, and the task names none",
    ],
  ],
  label_unknown: [
    [{ evidence: ["needs.calls[0]"] }, "`needs.calls[0].data` is no label of the spec's ladder"],
  ],
  label_under_reads: [
    [
      { measured: "public", limit: "secret", unit: "label" },
      "declares data `public`, but reads what is labelled `secret`",
    ],
  ],
  label_over_clearance: [[label, "would send `secret` data: the endpoint is cleared for `public`"]],
  may_not_meet: [[label, "brings together what `some.rule` keeps apart, with label `secret`"]],
  protected_in_task: [
    [
      { ...one, evidence: ["run.command[1]: keys.env:3"] },
      "holds 1 protected value in `run.command[1]: keys.env:3`: limit is 0",
    ],
  ],
  credential_in_task: [
    [
      { ...count, evidence: ["intent: github_token", "task: jwt"] },
      "holds 3 credentials in `intent: github_token` and 1 more: limit is 0",
    ],
  ],
  personal_in_task: [
    [
      { ...count, rule: "privacy.detectors.personal.email", limit: 2, evidence: ["list.csv: email"] },
      "may send 3 of `privacy.detectors.personal.email` in `list.csv: email`: limit is 2",
    ],
  ],
  task_not_scanned: [
    [{ ...one, evidence: ["task: time"] }, "could not be looked at to its end: `task: time`"],
  ],
  label_conflict: [[label, "with label `secret` it shares paths with a running task of another label"]],
  memory_undeclared: [[{}, "declares no memory, and the spec has no default for it"]],
  cpu_undeclared: [[{}, "declares no cpu, and the spec has no default for it"]],
  time_undeclared: [[{}, "declares no time, and the spec has no default for it"]],
  processes_undeclared: [[{}, "declares no processes, and the spec has no default for it"]],
  bytes_undeclared: [
    [{}, "declares no `bytes_out_max` for what it sends, and the spec has no default for it"],
  ],
  tokens_undeclared: [[{}, "declares no `tokens` for what is counted, and the spec has no default for it"]],
  memory_over_limit: [[bytes, "needs memory 2 KiB: limit is 1 KiB"]],
  cpu_over_limit: [[{ measured: 1500, limit: 1000, unit: "cpu_milli" }, "needs cores 1.5: limit is 1"]],
  time_over_limit: [[{ measured: 61_000, limit: 60_000, unit: "ms" }, "needs time 61 s: limit is 1 m"]],
  processes_over_limit: [[count, "needs processes 3: limit is 0"]],
  memory_committed: [[bytes, "with what is held, memory would be 2 KiB: limit is 1 KiB"]],
  memory_unavailable: [[bytes, "needs free memory 2 KiB: limit is 1 KiB"]],
  cpu_committed: [
    [{ measured: 2500, limit: 2000, unit: "cpu_milli" }, "with what is held, cores would be 2.5: limit is 2"],
  ],
  pressure_high: [
    [{ measured: 2050, limit: 2000, unit: "basis_points" }, "memory pressure is 20.5 %: limit is 20 %"],
  ],
  pressure_unmeasurable: [
    [{}, "this host has no memory pressure figures, and the spec refuses without them"],
  ],
  heat_high: [
    [{ measured: 80_500, limit: 80_000, unit: "celsius_milli" }, "heat is 80.5 C: limit is 80 C"],
    [
      { measured: 80_500, limit: 80_000, unit: "celsius_milli", evidence: ["coretemp Core\u001b 0"] },
      "heat of `coretemp Core\\x1b 0` is 80.5 C: limit is 80 C",
    ],
    [{ measured: "heavy", limit: "nominal", unit: "none" }, "heat is `heavy`: limit is `nominal`"],
    [
      { rule: "node.heat.throttled", measured: 70_000, unit: "celsius_milli", evidence: ["cpu3 package"] },
      "a processor was just slowed down by its heat (`cpu3 package`)",
    ],
    [
      { rule: "node.heat.held_back", measured: 78_000, limit: 80_000, unit: "celsius_milli" },
      "this host was over its limit and is still cooling: heat is 78 C",
    ],
  ],
  heat_forecast: [
    [{ measured: 88_000, limit: 80_000, unit: "celsius_milli" }, "heat would become 88 C: limit is 80 C"],
  ],
  heat_unmeasurable: [
    [{}, "this host has no heat sensor, and the spec refuses without one"],
    [
      { evidence: ["coretemp Core 0"] },
      "heat cannot be measured (`coretemp Core 0`), and the spec refuses without it",
    ],
  ],
  heat_cap: [
    [
      { measured: 2000, limit: 1000, unit: "cpu_milli" },
      "this host has no heat sensor, so cores 2: limit is 1",
    ],
    [
      { measured: 660_000, limit: 600_000, unit: "ms" },
      "this host has no heat sensor, so time 11 m: limit is 10 m",
    ],
    [
      { measured: 2, limit: 1, unit: "count" },
      "this host has no heat sensor, so tasks at once 2: limit is 1",
    ],
  ],
  budget_over_limit: [
    [{ ...count, evidence: ["node"] }, "sends by itself 3: limit is 0 (in the window of the node)"],
    [
      { ...bytes, evidence: ["principal", "me"] },
      "sends by itself 2 KiB: limit is 1 KiB (in the window of principal `me`)",
    ],
  ],
  budget_spent: [
    [
      { ...count, evidence: ["destination", "a.b"] },
      "with what was spent, the sum would be 3: limit is 0 (in the window of destination `a.b`)",
    ],
    [{ evidence: ["spec"] }, "what was spent in the window of the spec is not known yet"],
  ],
  ancestor_over_limit: [
    [{ rule: "ancestor.memory", ...bytes }, "asks more than its parent has left: `ancestor.memory` 2 KiB"],
  ],
  children_over_limit: [
    [
      { rule: "resources.children.depth_max", measured: 2, limit: 1, unit: "count" },
      "`resources.children.depth_max` is 2: limit is 1",
    ],
  ],
  requires_conflict: [
    [
      { rule: "requires.latency", measured: 900, limit: 500, unit: "ms" },
      "`requires.latency` is not met: 900 ms where 500 ms is required",
    ],
    [
      { rule: "requires.latency", limit: 500, unit: "ms" },
      "`requires.latency` is not met: unknown where 500 ms is required",
    ],
  ],
};

test.each(CAUSES)("findingSentence of %s", (cause) => {
  for (const [change, sentence] of SENTENCES[cause])
    expect(findingSentence(finding(cause, change))).toBe(sentence);
});

test("findingSentence of what passes", () => {
  expect(findingSentence(finding(null, { measured: 5, limit: 10, unit: "count" }))).toBe(
    "`some.rule` is 5: limit is 10",
  );
  expect(findingSentence(finding(null, { measured: "a" }))).toBe("`some.rule` is `a`");
  expect(findingSentence(finding(null))).toBe("passes `some.rule`");
});

test("findingSentence escapes what it shows", () => {
  expect(findingSentence(finding("path_missing", { measured: "/a\u001b`" }))).toMatch(
    /^`\/a\\x1b\\x60` does not exist/,
  );
});

test("formatAmount of each unit", () => {
  expect(formatAmount(null, "bytes")).toBe("unknown");
  expect(formatAmount("x", "bytes")).toBe("`x`");
  expect(
    [
      "bytes",
      "ms",
      "cpu_milli",
      "celsius_milli",
      "basis_points",
      "count",
      "score",
      "label",
      "tokens",
      "none",
    ].map((unit) => formatAmount(1000, unit as Finding["unit"])),
  ).toEqual(["1 kB", "1 s", "1", "1 C", "10 %", "1000", "1000", "1000", "1000", "1000"]);
});
