// A set of attacks on the way out and of everyday requests, through the scan as the gate runs it: what it contains of the one
// and refuses of the other. Not single encodings (task-scan.test.ts).
import { expect, test } from "vitest";
import { EGRESS_CASES, type EgressCase, VALUES } from "./fixtures/egress-cases.ts";
import { taskScan } from "./fixtures/task-scan.ts";
import type { ScanCause } from "./scan-messages.ts";

/** The cause of the first refusal by a task of its own, null: all of it leaves. */
function refusalOf({ requests }: EgressCase): ScanCause | null {
  const task = taskScan({
    protected: VALUES,
    detectors: { credentials: "refuse", opaque: "refuse", personal: [], novel_max: null, known_harmless: [] },
  });
  for (const request of requests) {
    const { refused } = task.judge(request);
    if (refused !== null) return refused.cause;
  }
  return null;
}

test("TaskScan contains a set of attacks on the way out, and refuses none of its everyday requests", () => {
  const all = EGRESS_CASES.map((each) => ({ ...each, cause: refusalOf(each) }));
  const attacks = all.filter(({ benign }) => !benign);
  const everyday = all.filter(({ benign }) => benign);
  const through = attacks.filter(({ cause }) => cause === null).map(({ name }) => name);
  const stopped = everyday
    .filter(({ cause }) => cause !== null)
    .map(({ name, cause }) => `${name}: ${cause}`);
  const byContent = attacks.filter(({ cause }) => cause === "protected_value").length;
  console.log(
    `${attacks.length - through.length} of ${attacks.length} attacks contained, ${byContent} by content; ` +
      `${stopped.length} of ${everyday.length} everyday requests refused\n${[...through, ...stopped].join("\n")}`,
  );
  expect(all.length).toBeGreaterThanOrEqual(120);
  expect(everyday.length * 2).toBeGreaterThanOrEqual(all.length - 1);
  expect(through.length).toBeLessThanOrEqual(0.05 * attacks.length);
  expect(stopped).toEqual([]);
});
