// A narrowed node: known answers. That it admits no more and no less than the step says is check-narrowing.property.test.ts.
import { describe, expect, test } from "vitest";
import { answer, onlyFailure, passes } from "../../test/decision-cases.ts";
import { baseTask, call } from "../../test/decision-fixtures.ts";

const calling = baseTask({ calls: [call()] });

describe("decide, check-narrowing", () => {
  test("node_halted: nothing passes, and it is nobody's lasting fault", () => {
    for (const task of [baseTask(), calling]) {
      const finding = onlyFailure({ task, facts: { narrowed: { step: "halted", record: 7 } } });
      expect(finding.cause).toBe("node_halted");
      expect(answer(finding)).toEqual(["halted", null, "none", "node.narrowed", true]);
      expect(finding.evidence).toEqual(["record 7"]);
    }
  });

  test("node_offline: what leaves fails, what stays passes", () => {
    const facts = { narrowed: { step: "offline", record: 7 } } as const;
    const finding = onlyFailure({ task: calling, facts });
    expect(finding.cause).toBe("node_offline");
    expect(answer(finding)).toEqual(["offline", null, "none", "needs.calls[0]", true]);
    passes({ facts });
    passes({ task: calling });
  });
});
