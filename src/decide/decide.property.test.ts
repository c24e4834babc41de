// What must hold of every decision, on random specs, tasks and facts: order, replay, words, remedies, deny by default.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryTriple, type Triple } from "../../test/arbitrary-decision.ts";
import { depth, seed } from "../../test/depth.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";
import type { CallNeed, Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import { CAUSES, type Decision } from "./decision.ts";
import { situationOf } from "./situation.ts";
import { callShare } from "./sovereignty-score.ts";

const runs = { seed, numRuns: depth(250, 20_000) };
const TIMEOUT = 900_000;

function decided({ spec, task, facts }: Triple): Decision {
  return decide(compileSpec(spec, "s"), { task, digest: "d" }, facts);
}

function bytesOf(value: unknown): string {
  return canonicalJson(value as Json);
}

function withCalls(task: Task, calls: readonly CallNeed[]): Task {
  return { ...task, needs: { ...task.needs, calls } };
}

test(
  "the score is 100 exactly when nothing leaves and nothing would, and is the sum of its shares",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const situation = situationOf(compileSpec(triple.spec, "s"), triple.task, triple.facts);
      const leaving = [...situation.outward, ...situation.unplaced];
      expect(situation.score === 100).toBe(leaving.length === 0);
      expect(situation.score).toBe(
        Math.max(0, 100 - leaving.reduce((sum, need) => sum + callShare(need), 0)),
      );
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "order never matters: of calls, model needs, paths, spec entries, holds, rows",
  () => {
    const property = fc.property(arbitraryTriple, ({ spec, task, facts }) => {
      const { needs } = task;
      const turned: Triple = {
        spec: {
          ...spec,
          principals: spec.principals.toReversed(),
          sovereignty: {
            ...spec.sovereignty,
            providers: spec.sovereignty.providers.toReversed(),
            endpoints: spec.sovereignty.endpoints.toReversed(),
          },
          privacy: {
            ...spec.privacy,
            sources: spec.privacy.sources.toReversed(),
            refuse_when: spec.privacy.refuse_when.toReversed(),
          },
          resources: { ...spec.resources, budgets: spec.resources.budgets.toReversed() },
        },
        task: {
          ...task,
          needs: {
            ...needs,
            calls: needs.calls.toReversed(),
            models: needs.models.toReversed(),
            reads: needs.reads.toReversed(),
          },
        },
        facts: {
          ...facts,
          providers: facts.providers.map((one) => ({ ...one, models: one.models.toReversed() })).toReversed(),
          paths: { ...facts.paths, reads: facts.paths.reads.toReversed() },
          sums: {
            holds: facts.sums.holds.toReversed(),
            windows: facts.sums.windows.toReversed(),
            ancestors: facts.sums.ancestors.toReversed(),
          },
        },
      };
      const view = (decision: Decision): unknown => ({
        outcome: decision.outcome,
        score: decision.score,
        label: decision.label,
        causes: decision.findings
          .map((finding) => `${finding.constraint} ${finding.cause} ${finding.measured} ${finding.limit}`)
          .sort(),
        retry: decision.retry?.after,
        conflict: decision.conflict,
        placements: decision.placements.map((placement) => JSON.stringify(placement)).sort(),
      });
      expect(view(decided(turned))).toEqual(view(decided({ spec, task, facts })));
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "P4: replaying a decision gives the same bytes, from a compiled spec of its own and from parsed copies",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const first = decided(triple);
      const copy = JSON.parse(JSON.stringify(triple)) as Triple;
      expect(bytesOf(decided(copy))).toBe(bytesOf(first));
      const compiled = compileSpec(triple.spec, "s");
      const again = [1, 2].map(() =>
        bytesOf(decide(compiled, { task: triple.task, digest: "d" }, triple.facts)),
      );
      expect(again).toEqual([bytesOf(first), bytesOf(first)]);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "decide changes none of its inputs",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const before = JSON.stringify(triple);
      decided(triple);
      expect(JSON.stringify(triple)).toBe(before);
    });
    fc.assert(property, { ...runs, numRuns: depth(100, 2000) });
  },
  TIMEOUT,
);

test(
  "P6: words move nothing",
  () => {
    const property = fc.property(arbitraryTriple, fc.string(), fc.string(), (triple, name, intent) => {
      const worded: Task = { ...triple.task, task: name, intent };
      const without = (decision: Decision): unknown => ({
        ...decision,
        remedies: decision.remedies.map((remedy) => ({
          ...remedy,
          task: { ...remedy.task, task: "", intent: "" },
        })),
      });
      expect(bytesOf(without(decided({ ...triple, task: worded })))).toBe(bytesOf(without(decided(triple))));
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "P6: words of a command or a task name stand in no finding",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const marked: Task = {
        ...triple.task,
        run: { command: ["IGNORE-ALL-RULES"] },
        task: "IGNORE-ALL-RULES",
      };
      const { findings, conflict, retry } = decided({ ...triple, task: marked });
      expect(JSON.stringify([findings, conflict, retry])).not.toContain("IGNORE-ALL-RULES");
    });
    fc.assert(property, { ...runs, numRuns: depth(100, 2000) });
  },
  TIMEOUT,
);

test(
  "P10: every remedy passes when decided, and each is another request",
  () => {
    let offered = 0;
    const property = fc.property(arbitraryTriple, (triple) => {
      const decision = decided(triple);
      const texts = decision.remedies.map((remedy) => bytesOf(remedy.task));
      expect(new Set([...texts, bytesOf(triple.task)]).size).toBe(texts.length + 1);
      expect(texts.length).toBeLessThanOrEqual(8);
      for (const remedy of decision.remedies) {
        const again = decided({ ...triple, task: remedy.task });
        expect(again.outcome).toBe(remedy.outcome);
        expect(
          remedy.outcome === "admit" || (remedy.outcome === "defer" && decision.outcome === "refuse"),
        ).toBe(true);
        offered += 1;
      }
    });
    fc.assert(property, runs);
    expect(offered).toBeGreaterThan(runs.numRuns / 10);
  },
  TIMEOUT,
);

test(
  "P10: what is not admitted names a failing cause, what is admitted names none",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const { outcome, findings, retry, grants, remedies } = decided(triple);
      const failing = findings.filter((finding) => !finding.passes);
      for (const finding of failing) expect(CAUSES).toContain(finding.cause);
      expect(outcome === "admit").toBe(failing.length === 0);
      expect(outcome === "defer").toBe(failing.length > 0 && failing.every((finding) => finding.transient));
      expect(outcome === "admit").toBe(grants !== null);
      expect(outcome === "defer").toBe(retry !== null);
      if (outcome === "admit") {
        expect(findings.map((finding) => finding.constraint)).toEqual([
          "sovereignty",
          "privacy",
          "resources",
          "execution",
          "request",
        ]);
        expect(remedies).toEqual([]);
      }
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "what the caller wishes buys no worse placement",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const free: Task = {
        ...triple.task,
        requires: { residency: null, latency: null, bytes_out: null },
        prefer: { latency: null },
      };
      const classes = (decision: Decision): readonly string[] =>
        decision.placements.map(({ control }) => control);
      const wished = decided(triple);
      expect(classes(wished)).toEqual(classes(decided({ ...triple, task: free })));
      expect(wished.score).toBe(decided({ ...triple, task: free }).score);
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);

test(
  "denies by default: with no principal, no capability, no isolation or an unknown host nothing is admitted",
  () => {
    const property = fc.property(arbitraryTriple, (triple) => {
      const { spec, task, facts } = triple;
      const refused = (changed: Partial<Triple>): void =>
        expect(decided({ ...triple, ...changed }).outcome).toBe("refuse");
      refused({ facts: { ...facts, principal: null } });
      refused({ facts: { ...facts, principal: "nobody" } });
      refused({ facts: { ...facts, node: { ...facts.node, isolation: "none" } } });
      refused({ facts: { ...facts, node: { ...facts.node, limits: "none" } } });
      refused({ facts: { ...facts, paths: { ...facts.paths, executable: null } } });
      const call: CallNeed = {
        to: "https://nowhere.example.org:443/",
        method: ["GET"],
        for: [],
        calls_max: 1,
        bytes_out_max: 0,
        bytes_in_max: null,
        tokens: null,
        money: null,
        data: null,
      };
      refused({ task: withCalls(task, [...task.needs.calls, call]) });
      if (task.needs.calls.length > 0)
        refused({ spec: { ...spec, sovereignty: { ...spec.sovereignty, endpoints: [] } } });
      if (task.needs.calls.length > 0)
        refused({ facts: { ...facts, node: { ...facts.node, gate: "none" } } });
      const needed = [
        ...task.needs.models.map((need) => need.capability),
        ...task.needs.calls.flatMap((one) => one.for),
      ];
      const mute = spec.principals.map((principal) => ({ ...principal, may_need: [] }));
      if (needed.length > 0) refused({ spec: { ...spec, principals: mute } });
    });
    fc.assert(property, runs);
  },
  TIMEOUT,
);
