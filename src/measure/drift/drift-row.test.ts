// Rows of `writ drift detect`: what is read, what is refused by name, and how well streams drawn here are scored.
import { expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { scoreDrift } from "../../../test/drift-score.ts";
import { drawStreams } from "../../../test/drift-streams.ts";
import type { Json } from "../../stdx/json.ts";
import { detectDrift, driftRow } from "./drift-row.ts";

const ROW = { id: "a", stratum: "0101", x: "0110", class_bounds: [0.1, 0.2], spec_bound: 0.2 };

/** What is wrong with the row when `change` is made to it. */
function wrong(change: Record<string, Json>, source: "declared" | "learned" = "declared"): string {
  const row = driftRow({ ...ROW, ...change }, source);
  return row.ok ? "nothing" : row.error;
}

test("driftRow reads digits and numbers, and names what is wrong", () => {
  expect(wrong({})).toBe("nothing");
  expect(wrong({ x: [0.5, 1, 2.5, -1], id: 7 })).toBe("nothing");
  expect(wrong({ stratum: "", x: "" })).toBe("nothing");
  expect(wrong({ id: null })).toContain("`id`");
  expect(wrong({ id: 0.5 })).toContain("`id`");
  expect(wrong({ stratum: "01a1" })).toContain("`stratum`");
  expect(wrong({ stratum: 1 })).toContain("`stratum`");
  expect(wrong({ x: "01" })).toBe("`x` has 2 values and `stratum` 4");
  expect(wrong({ x: [0, 1, null, 1] })).toContain("`x`");
  expect(wrong({ x: [0, 1, Number.POSITIVE_INFINITY, 1] })).toContain("`x`");
  expect(wrong({ class_bounds: [0.1] })).toBe("`class_bounds` has none for class 1");
  expect(wrong({ class_bounds: [0.1, -1] })).toContain("`class_bounds`");
  expect(wrong({ spec_bound: "0.2" })).toContain("`spec_bound`");
  for (const value of [null, [], 3, "text", {}]) expect(driftRow(value, "declared").ok).toBe(false);
});

test("driftRow asks for no bounds where they are learned, and looks at no label", () => {
  expect(wrong({ class_bounds: null, spec_bound: null }, "learned")).toBe("nothing");
  const plain = driftRow(ROW, "declared");
  const labelled = driftRow({ ...ROW, drift: true, change_points: [2] }, "declared");
  expect(labelled).toEqual(plain);
});

test("detectDrift answers with growing places, and with none for an empty or short stream", () => {
  const row = {
    id: "b",
    stratum: "0".repeat(400),
    x: Array<number>(400).fill(1),
    classBounds: [0.1],
    specBound: 0.1,
  };
  const { alarms, node_alarms } = detectDrift(row, "declared");
  expect(alarms.length).toBeGreaterThan(10);
  expect(alarms).toEqual(node_alarms);
  expect([...alarms].sort((left, right) => left - right)).toEqual(alarms);
  expect(detectDrift(row, "learned").alarms).toEqual([]);
  const empty = { ...row, stratum: "", x: [] };
  expect(detectDrift(empty, "declared")).toEqual({ id: "b", alarms: [], node_alarms: [] });
});

/** What is asked of a kind of stream; what is left out is not. */
interface Aim {
  readonly detected?: number;
  readonly delay?: number;
  readonly falseAlarms?: number;
}

/** Aims of the measurement room, on streams that no parameter was chosen on. */
const AIMS: Readonly<Record<"declared" | "learned", Readonly<Record<string, Aim>>>> = {
  declared: {
    none: { falseAlarms: 1 },
    seasonal: { falseAlarms: 0.5 },
    mixshift: { falseAlarms: 0.5 },
    abrupt: { detected: 0.97, delay: 40 },
    gradual: { detected: 0.97 },
    staircase: { detected: 0.97 },
    slow: { detected: 0.95 },
  },
  learned: { none: { falseAlarms: 1 }, abrupt: { detected: 0.9 } },
};

// Few streams give a wide estimate; at bounded depth what is asked leaves three standard deviations of it.
for (const source of ["declared", "learned"] as const)
  test(`detectDrift reaches its aims on streams drawn here, with ${source} bounds`, () => {
    const streams = depth(20, 300);
    const slack = 3 / Math.sqrt(3 * streams);
    for (const score of scoreDrift(drawStreams(seed, streams), source)) {
      const { detected = 0, delay = Number.POSITIVE_INFINITY, falseAlarms } = AIMS[source][score.kind] ?? {};
      const spread = slack * Math.sqrt(detected * (1 - detected));
      expect([score.kind, (score.detected ?? 0) + spread >= detected]).toEqual([score.kind, true]);
      expect([score.kind, (score.delay ?? 0) <= delay * (1 + slack)]).toEqual([score.kind, true]);
      const most = (falseAlarms ?? Number.POSITIVE_INFINITY) * (1 + 3 * slack);
      expect([score.kind, score.falseAlarms <= most]).toEqual([score.kind, true]);
    }
  });
