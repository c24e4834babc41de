// One decision at a time on the hand-written fixtures: what fails alone, what passes, and known answers. For tests of
// decide/.
import { expect } from "vitest";
import { compileSpec } from "../src/decide/compile-spec.ts";
import { decide } from "../src/decide/decide.ts";
import type { Decision, Finding, Remedy } from "../src/decide/decision.ts";
import type { Facts, NodeFacts, PathFacts, Sums } from "../src/decide/facts.ts";
import type { Spec } from "../src/spec/spec.ts";
import type { Task } from "../src/task/task.ts";
import { baseFacts, baseSpec, baseTask, call, MIB } from "./decision-fixtures.ts";

export interface Case {
  readonly spec?: Spec;
  readonly task?: Task;
  readonly node?: Partial<NodeFacts>;
  readonly paths?: Partial<PathFacts>;
  readonly sums?: Partial<Sums>;
  readonly facts?: Partial<Facts>;
}

/** The case in full, with everything that it does not change from the fixtures. */
export function factsOf({ spec = baseSpec(), task = baseTask(), node, paths, sums, facts }: Case): {
  readonly spec: Spec;
  readonly task: Task;
  readonly facts: Facts;
} {
  const base = baseFacts(task);
  const changed: Facts = {
    ...base,
    node: { ...base.node, ...node },
    paths: { ...base.paths, ...paths },
    sums: { ...base.sums, ...sums },
    ...facts,
  };
  return { spec, task, facts: changed };
}

export function decided(one: Case): Decision {
  const { spec, task, facts } = factsOf(one);
  return decide(compileSpec(spec, "s"), { task, digest: "d" }, facts);
}

export function failing(decision: Decision): readonly Finding[] {
  return decision.findings.filter((finding) => !finding.passes);
}

/** The one thing that fails, and nothing else. */
export function onlyFailure(one: Case): Finding {
  const decision = decided(one);
  const [finding, ...others] = failing(decision);
  expect(others.map((other) => other.cause)).toEqual([]);
  expect(finding).toBeDefined();
  expect(["sovereignty", "privacy", "resources", "execution", "request"]).toContain(finding?.constraint);
  expect(decision.outcome).toBe(finding?.transient === true ? "defer" : "refuse");
  return finding as Finding;
}

export function passes(one: Case): Decision {
  const decision = decided(one);
  expect(failing(decision)).toEqual([]);
  expect(decision.outcome).toBe("admit");
  return decision;
}

/** Known answers as `[measured, limit, unit, rule, transient]`. */
export function answer({ measured, limit, unit, rule, transient }: Finding): readonly unknown[] {
  return [measured, limit, unit, rule, transient];
}

export function specWith(change: {
  readonly execution?: Spec["execution"];
  readonly sovereignty?: Partial<Spec["sovereignty"]>;
  readonly privacy?: Partial<Spec["privacy"]>;
  readonly resources?: Partial<Spec["resources"]>;
  readonly defaults?: Partial<Spec["defaults"]>;
}): Spec {
  const spec = baseSpec();
  return {
    ...spec,
    execution: change.execution ?? spec.execution,
    sovereignty: { ...spec.sovereignty, ...change.sovereignty },
    privacy: { ...spec.privacy, ...change.privacy },
    resources: { ...spec.resources, ...change.resources },
    defaults: { ...spec.defaults, ...change.defaults },
  };
}

export const frontierCall = call({ for: ["frontier"] });

export function grant(change: Partial<Sums["ancestors"][number]> = {}): Sums["ancestors"][number] {
  return {
    decision: 7,
    label: "public",
    memory: 512 * MIB,
    cpu: 1000,
    processes: 64,
    time: 120_000,
    external_calls: 2,
    bytes_out: 1024,
    untrusted: false,
    submits: 1,
    reads: ["/work"],
    writes: ["/work"],
    runs: [],
    masked: [],
    calls: ["GET", "POST", "PUT"].map((method) => ({
      scheme: "https",
      host: "api.example.com",
      port: 443,
      methods: [method],
      path: "/",
      requests_max: 100,
      bytes_out_max: 1_000_000,
      bytes_in_max: null,
    })),
    opaque: [],
    models: [],
    secrets: [],
    ...change,
  };
}

/** What is offered instead, as `[change, summary, outcome]`. */
export function offered(one: Case): readonly (readonly string[])[] {
  return decided(one).remedies.map(({ change, summary, outcome }) => [change, summary, outcome]);
}

/** The first remedy; throws when nothing is offered. */
export function firstRemedy(one: Case): Remedy {
  const [remedy] = decided(one).remedies;
  if (remedy === undefined) throw new Error("nothing was offered");
  return remedy;
}
