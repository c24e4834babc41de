// Adding anything to a request, or to what the node already carries, never helps it: on random specs, tasks and facts.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryCall, arbitraryTriple, type Triple } from "../../test/arbitrary-decision.ts";
import { arbitraryHold } from "../../test/arbitrary-facts.ts";
import { depth, seed } from "../../test/depth.ts";
import type { Spec } from "../spec/spec.ts";
import type { CallNeed, Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";

const runs = { seed, numRuns: depth(250, 20_000) };
const TIMEOUT = 900_000;

function decided({ spec, task, facts }: Triple): Decision {
  return decide(compileSpec(spec, "s"), { task, digest: "d" }, facts);
}

/** admit < defer < refuse: `after` is no better than `before`, and scores no higher. */
function expectNoBetter(before: Decision, after: Decision): void {
  const order = ["admit", "defer", "refuse"];
  if (before.outcome !== "admit") expect(after.outcome).not.toBe("admit");
  if (before.outcome === "refuse") expect(order.indexOf(after.outcome)).toBeGreaterThan(0);
  expect(after.score).toBeLessThanOrEqual(before.score);
}

function withCalls(task: Task, calls: readonly CallNeed[]): Task {
  return { ...task, needs: { ...task.needs, calls } };
}

function withHold(facts: Facts, hold: Facts["sums"]["holds"][number]): Facts {
  return { ...facts, sums: { ...facts.sums, holds: [...facts.sums.holds, hold] } };
}

test(
  "adding a call never raises the score or turns a refusal into an admission",
  () => {
    const property = fc.property(arbitraryTriple, arbitraryCall, (triple, call) => {
      const more = withCalls(triple.task, [...triple.task.needs.calls, call]);
      expectNoBetter(decided(triple), decided({ ...triple, task: more }));
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "adding bytes or requests never raises the score or turns a refusal into an admission",
  () => {
    const property = fc.property(
      arbitraryTriple,
      fc.nat(100_000),
      fc.nat(20),
      fc.boolean(),
      (triple, bytes, requests, undeclare) => {
        const larger = <T extends Pick<CallNeed, "bytes_out_max" | "calls_max">>(need: T): T => ({
          ...need,
          calls_max: need.calls_max + requests,
          bytes_out_max: need.bytes_out_max === null ? null : need.bytes_out_max + bytes,
        });
        const { needs } = triple.task;
        const more: Task = {
          ...triple.task,
          needs: { ...needs, calls: needs.calls.map(larger), models: needs.models.map(larger) },
        };
        expectNoBetter(decided(triple), decided({ ...triple, task: more }));
        if (!undeclare || triple.spec.defaults.bytes_out !== null) return;
        const undeclared = withCalls(
          triple.task,
          needs.calls.map((call) => ({ ...call, bytes_out_max: null })),
        );
        expectNoBetter(decided(triple), decided({ ...triple, task: undeclared }));
      },
    );
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "raising a label never raises the score or turns a refusal into an admission",
  () => {
    const property = fc.property(arbitraryTriple, fc.nat(3), (triple, at) => {
      const { spec } = triple;
      const raised = spec.privacy.ladder[at] ?? "secret";
      const higher = (label: string): string => (spec.privacy.ladder.indexOf(label) >= at ? label : raised);
      // Exact, as a rule that asks for trusted content, and a declared label under the reads, are other changes.
      const sources = spec.privacy.sources.map((source) => ({ ...source, label: higher(source.label) }));
      const stricter: Spec = {
        ...spec,
        privacy: { ...spec.privacy, sources, default_label: higher(spec.privacy.default_label) },
      };
      const holdless: Facts = { ...triple.facts, sums: { ...triple.facts.sums, holds: [] } };
      expectNoBetter(
        decided({ ...triple, facts: holdless }),
        decided({ ...triple, spec: stricter, facts: holdless }),
      );
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "raising a call's data label never raises the score, and never admits what was refused but as a lie",
  () => {
    const property = fc.property(arbitraryTriple, fc.nat(3), (triple, at) => {
      const { ladder } = triple.spec.privacy;
      const before = decided(triple);
      const rank = (label: string | null): number =>
        label === null ? ladder.indexOf(before.label) : ladder.indexOf(label);
      const raised = triple.task.needs.calls.map((call) =>
        call.data !== null && rank(call.data) === -1
          ? call
          : { ...call, data: ladder[Math.max(at, rank(call.data))] ?? null },
      );
      const after = decided({ ...triple, task: withCalls(triple.task, raised) });
      expect(after.score).toBeLessThanOrEqual(before.score);
      const lie = before.findings.some((finding) => finding.cause === "label_under_reads");
      if (!lie) expectNoBetter(before, after);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "P8: adding a task (a hold) never raises the score or turns a refusal into an admission",
  () => {
    const property = fc.property(arbitraryTriple, arbitraryHold, (triple, hold) => {
      const held = withHold(triple.facts, hold);
      expectNoBetter(decided(triple), decided({ ...triple, facts: held }));
      // As it is on a real machine: what the other task uses is no longer free.
      const memory_available = Math.max(0, held.node.memory_available - hold.memory);
      const used: Facts = { ...held, node: { ...held.node, memory_available } };
      expectNoBetter(decided(triple), decided({ ...triple, facts: used }));
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "P8: what is admitted keeps every sum within its limit",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const decision = decided(triple);
      if (decision.grants === null) return;
      const { facts, spec } = triple;
      const held = facts.sums.holds.reduce((sum, hold) => sum + hold.memory, 0);
      const { memory } = spec.resources;
      const machine = facts.node.memory_total - memory.host_reserve;
      expect((held + decision.grants.memory) * 10_000).toBeLessThanOrEqual(machine * memory.committed_max);
      expect(
        facts.sums.holds.reduce((sum, hold) => sum + hold.cpu, 0) + decision.grants.cpu,
      ).toBeLessThanOrEqual(facts.node.cpu);
      expect(triple.task.needs.calls.length).toBeLessThanOrEqual(spec.sovereignty.external_calls_max);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);
