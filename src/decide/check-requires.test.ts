// Known answers of the caller's hard wishes. For each cause a case beyond the limit, and one at it.
import { describe, expect, test } from "vitest";
import { answer, decided, failing, onlyFailure, passes, specWith } from "../../test/decision-cases.ts";
import { baseSpec, baseTask, call, endpoint, modelNeed } from "../../test/decision-fixtures.ts";
import type { Task } from "../task/task.ts";

describe("decide, check-requires: hard wishes", () => {
  const asking = (requires: Partial<Task["requires"]>, needs: Parameters<typeof baseTask>[0]): Task => {
    const task = baseTask(needs);
    return { ...task, requires: { ...task.requires, ...requires } };
  };
  test("requires_conflict by residency", () => {
    const calls = [call()];
    const finding = onlyFailure({ task: asking({ residency: "node" }, { calls }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "requires_conflict",
      "contracted",
      "node",
      "none",
      "requires.residency",
      false,
    ]);
    expect(finding.evidence).toEqual(["needs.calls[0] api.example.com"]);
    expect(onlyFailure({ task: asking({ residency: "owned" }, { calls }) }).measured).toBe("contracted");
    passes({ task: asking({ residency: "contracted" }, { calls }) });
    const owned = specWith({ sovereignty: { endpoints: [endpoint({ control: "owned" })] } });
    passes({ spec: owned, task: asking({ residency: "owned" }, { calls }) });
    expect(onlyFailure({ spec: owned, task: asking({ residency: "node" }, { calls }) }).measured).toBe(
      "owned",
    );
    const far = specWith({
      sovereignty: { score_min: 0, endpoints: [endpoint({ control: "uncontrolled" })] },
    });
    expect(onlyFailure({ spec: far, task: asking({ residency: "contracted" }, { calls }) }).measured).toBe(
      "uncontrolled",
    );
    passes({ task: asking({ residency: "node" }, { models: [modelNeed()] }) });
  });
  test("requires_conflict by latency, of local and outward placements", () => {
    const local = onlyFailure({ task: asking({ latency: 899 }, { models: [modelNeed()] }) });
    expect([local.cause, ...answer(local)]).toEqual([
      "requires_conflict",
      900,
      899,
      "ms",
      "requires.latency",
      false,
    ]);
    expect(local.evidence).toEqual(["needs.models[0]", "ollama"]);
    passes({ task: asking({ latency: 900 }, { models: [modelNeed()] }) });
    const far = onlyFailure({
      task: asking({ latency: 399 }, { models: [modelNeed({ capability: "frontier" })] }),
    });
    expect([far.measured, far.evidence]).toEqual([400, ["needs.models[0]", "api.example.com"]]);
    passes({ task: asking({ latency: 400 }, { models: [modelNeed({ capability: "frontier" })] }) });
    const [ollama] = baseSpec().sovereignty.providers;
    const unknown = specWith({ sovereignty: { providers: [{ ...ollama!, latency: null }] } });
    expect(
      onlyFailure({ spec: unknown, task: asking({ latency: 9000 }, { models: [modelNeed()] }) }).measured,
    ).toBe(null);
    passes({ task: asking({ latency: 1 }, { calls: [call()] }) });
  });
  test("requires_conflict by bytes_out", () => {
    const calls = [call(), call({ method: ["GET"] })];
    const finding = onlyFailure({ task: asking({ bytes_out: 2047 }, { calls }) });
    expect([finding.cause, ...answer(finding)]).toEqual([
      "requires_conflict",
      2048,
      2047,
      "bytes",
      "requires.bytes_out",
      false,
    ]);
    passes({ task: asking({ bytes_out: 2048 }, { calls }) });
    passes({ task: asking({ bytes_out: 0 }, {}) });
    const undeclared = failing(
      decided({ task: asking({ bytes_out: 2048 }, { calls: [call({ bytes_out_max: null })] }) }),
    );
    expect(undeclared.map((one) => [one.cause, one.measured])).toEqual([
      ["bytes_undeclared", null],
      ["requires_conflict", null],
    ]);
  });
});
