// The smallest conflicting set is one: it cannot hold, every proper subset can, and no smaller set with a wish in it is
// one. Feasibility is worked out here again, over every way to place every need.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTriple, type Triple } from "../../test/arbitrary-decision.ts";
import { decided, specWith } from "../../test/decision-cases.ts";
import { baseTask, call, endpoint, model, modelNeed, provider } from "../../test/decision-fixtures.ts";
import { depth, seed } from "../../test/depth.ts";
import type { Task } from "../task/task.ts";
import { compileSpec } from "./compile-spec.ts";
import { decide } from "./decide.ts";
import { localServices } from "./local-service.ts";
import { outwardModel } from "./outward-needs.ts";
import { type Situation, situationOf } from "./situation.ts";
import { CONFLICT_ELEMENTS, type ConflictElement, smallestConflict } from "./smallest-conflict.ts";

const CLASSES = ["node", "owned", "contracted", "uncontrolled"];

interface Option {
  readonly control: string;
  readonly capped: boolean;
  readonly latency: number | null;
  readonly bytes: number;
  readonly cleared: boolean;
  readonly local_instead: boolean;
}

function optionsOf(situation: Situation, index: number): readonly Option[] {
  const { compiled, facts, room, task, reach } = situation;
  const need = task.needs.models[index]!;
  // A size that is not known is served here, but nothing is placed on it.
  const known = localServices(compiled, facts, room, need).filter(
    ({ model }) => model.loaded || model.memory !== null,
  );
  const here = known.map(({ provider }) => ({
    control: "node",
    capped: true,
    latency: provider.latency,
    bytes: 0,
    cleared: true,
    local_instead: false,
  }));
  const anyHere = localServices(compiled, facts, room, { ...need, model: null }).length > 0;
  const there = (compiled.targets.get(need.capability) ?? []).map((target) => {
    const { bytes, rank, requests } = outwardModel(compiled, need, target, {
      needs: task.needs,
      index,
      rank: reach.rank,
    });
    const { clearance, requests_per_task_max, bytes_out_per_task_max, control, latency } = target.endpoint;
    const cleared =
      rank <= compiled.spec.privacy.ladder.indexOf(clearance) &&
      requests <= (requests_per_task_max ?? Infinity) &&
      (bytes ?? 0) <= (bytes_out_per_task_max ?? Infinity);
    const capped = control === "owned" || bytes_out_per_task_max !== null;
    return { control, capped, latency, bytes: bytes ?? Infinity, cleared, local_instead: anyHere };
  });
  return [...here, ...there];
}

/** Every combination of one option for each need, without any cleverness. */
function combinations(all: readonly (readonly Option[])[]): readonly (readonly Option[])[] {
  return all.reduce<readonly (readonly Option[])[]>(
    (sofar, options) => sofar.flatMap((some) => options.map((option) => [...some, option])),
    [[]],
  );
}

function holds(situation: Situation, set: readonly ConflictElement[]): boolean {
  const { task, placements, outward } = situation;
  const { residency, latency, bytes_out } = task.requires;
  const placed = placements.flatMap((placement, index) =>
    placement.kind === "none" ? [] : [{ placement, index }],
  );
  const calls = set.includes("needs.calls") ? outward.slice(0, task.needs.calls.length) : [];
  return combinations(placed.map(({ index }) => optionsOf(situation, index))).some((chosen) => {
    const classes = [...chosen.map(({ control }) => control), ...calls.map(({ control }) => control)];
    const bytes = [...chosen, ...calls].reduce((sum, one) => sum + (one.bytes ?? Infinity), 0);
    return set.every((element) => {
      switch (element) {
        case "requires.residency":
          return classes.every((one) => CLASSES.indexOf(one) <= CLASSES.indexOf(residency ?? "uncontrolled"));
        case "requires.latency":
          return chosen.every((one) => one.latency !== null && one.latency <= (latency ?? Infinity));
        case "requires.bytes_out":
          return bytes <= (bytes_out ?? Infinity);
        case "sovereignty.placement":
          return chosen.every((one, at) => {
            const { placement } = placed[at]!;
            if (placement.kind !== "outward") return one.control === "node";
            const { control, bytes_out_per_task_max } = placement.target.endpoint;
            return (
              one.control === control &&
              one.capped === (control === "owned" || bytes_out_per_task_max !== null)
            );
          });
        case "sovereignty.local_first":
          return chosen.every((one) => one.control === "node" || !one.local_instead);
        case "sovereignty.endpoints":
          return chosen.every((one) => one.cleared);
        case "node.gate":
          return chosen.every((one) => one.control === "node");
        case "needs.calls":
          return true;
        default:
          return element satisfies never;
      }
    });
  });
}

/** What binds in this situation at all. */
function present({ task, compiled, facts }: Situation): readonly ConflictElement[] {
  return CONFLICT_ELEMENTS.filter((element) => {
    if (element === "requires.residency") return task.requires.residency !== null;
    if (element === "requires.latency") return task.requires.latency !== null;
    if (element === "requires.bytes_out") return task.requires.bytes_out !== null;
    if (element === "needs.calls") return task.needs.calls.length > 0;
    if (element === "sovereignty.local_first") return compiled.spec.sovereignty.local_first;
    return element !== "node.gate" || facts.node.gate === "none";
  });
}

function subsets<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.reduce<readonly (readonly T[])[]>(
    (sofar, item) => [...sofar, ...sofar.map((some) => [...some, item])],
    [[]],
  );
}

test("smallestConflict is exactly minimal, and empty exactly when no wish conflicts", () => {
  let found = 0;
  const wishing = fc.record({
    residency: fc.constantFrom(null, "node", "owned", "contracted"),
    latency: fc.constantFrom(null, 99, 100, 500),
    bytes_out: fc.constantFrom(null, 0, 4096),
  }) as fc.Arbitrary<Task["requires"]>;
  const property = fc.property(arbitraryTriple, wishing, ({ spec, task, facts }: Triple, requires) => {
    const asked: Task = { ...task, requires };
    const compiled = compileSpec(spec, "s");
    const situation = situationOf(compiled, asked, facts);
    const conflict = smallestConflict(situation);
    const decision = decide(compiled, { task: asked, digest: "d" }, facts);
    const conflicting = decision.findings.some((finding) => finding.cause === "requires_conflict");
    expect(decision.conflict).toEqual(conflicting ? conflict : []);
    expect(conflicting).toBe(conflict.length > 0);
    if (conflict.length === 0) return;
    found += 1;
    expect(conflict.some((element) => element.startsWith("requires."))).toBe(true);
    expect(holds(situation, conflict)).toBe(false);
    for (const smaller of subsets(conflict)) {
      if (smaller.length < conflict.length) expect(holds(situation, smaller)).toBe(true);
    }
    for (const other of subsets(present(situation))) {
      if (other.length >= conflict.length || !other.some((element) => element.startsWith("requires.")))
        continue;
      const minimal =
        !holds(situation, other) &&
        subsets(other).every((some) => some.length === other.length || holds(situation, some));
      expect(minimal).toBe(false);
    }
  });
  const numRuns = depth(400, 10_000);
  fc.assert(property, { seed, numRuns });
  expect(found).toBeGreaterThan(numRuns / 10);
}, 900_000);

describe("smallestConflict known answers", () => {
  const asking = (requires: Partial<Task["requires"]>, needs: Parameters<typeof baseTask>[0]): Task => {
    const task = baseTask(needs);
    return { ...task, requires: { ...task.requires, ...requires } };
  };
  const chat = { models: [modelNeed()] };
  test("residency and latency, where only a far endpoint is quick", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })] } });
    const decision = decided({ spec, task: asking({ residency: "node", latency: 500 }, chat) });
    expect(decision.conflict).toEqual(["requires.residency", "requires.latency"]);
    expect(decision.remedies[0]?.summary).toBe("requires.latency: required → not required");
    expect(decision.outcome).toBe("refuse");
  });
  test("latency alone, where nothing is quick enough", () => {
    expect(decided({ task: asking({ latency: 10 }, chat) }).conflict).toEqual(["requires.latency"]);
  });
  test("latency and the order of placement, where a quick endpoint may not be preferred to this node", () => {
    const spec = specWith({
      sovereignty: { endpoints: [endpoint({ serves: ["chat"] })], local_first: false },
    });
    const decision = decided({ spec, task: asking({ latency: 500 }, chat) });
    expect(decision.conflict).toEqual(["requires.latency", "sovereignty.placement"]);
  });
  test("latency and the endpoint's clearance", () => {
    const endpoints = [
      endpoint({ host: "slow.example.com", latency: 900, clearance: "confidential" }),
      endpoint({ host: "quick.example.com", latency: 100, clearance: "internal" }),
    ];
    const spec = specWith({ sovereignty: { endpoints, score_min: 0 } });
    const needs = { models: [modelNeed({ capability: "frontier", data: "confidential" })] };
    expect(decided({ spec, task: asking({ latency: 500 }, needs) }).conflict).toEqual([
      "requires.latency",
      "sovereignty.endpoints",
    ]);
  });
  test("residency or bytes with the declared calls", () => {
    expect(decided({ task: asking({ residency: "owned" }, { calls: [call()] }) }).conflict).toEqual([
      "requires.residency",
      "needs.calls",
    ]);
    expect(decided({ task: asking({ bytes_out: 1023 }, { calls: [call()] }) }).conflict).toEqual([
      "requires.bytes_out",
      "needs.calls",
    ]);
  });
  test("none where a slow model of unknown size serves here, and the need went to a quick endpoint", () => {
    const spec = specWith({ sovereignty: { endpoints: [endpoint({ serves: ["chat"] })] } });
    const facts = { providers: [provider({ models: [model({ memory: null })] })] };
    const decision = decided({ spec, facts, task: asking({ latency: 500 }, chat) });
    expect(decision.findings.map((finding) => finding.cause)).toEqual(["served_locally"]);
    expect(decision.conflict).toEqual([]);
    const slow = decided({ spec, facts, task: asking({ latency: 300 }, chat) });
    expect(slow.conflict).toEqual(["requires.latency"]);
  });
  test("none without a wish that fails", () => {
    expect(
      decided({
        task: asking(
          { residency: "contracted", latency: 900, bytes_out: 1024 },
          { ...chat, calls: [call()] },
        ),
      }).conflict,
    ).toEqual([]);
  });
});
