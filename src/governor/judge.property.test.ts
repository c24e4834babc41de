// P8: however many tasks are judged at once, and however long each is observed, live holds never exceed what the spec
// allows together. The real decision and the real sums; only the observation is made up, with random delays.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { parseTask } from "../task/parse-task.ts";
import { NO_SCAN } from "./fixtures/no-scan.ts";
import { specText } from "./fixtures/spec-text.ts";
import { Footprints } from "./footprints.ts";
import { type JudgeParts, judge, type Observed } from "./judge.ts";
import { Lineages } from "./lineages.ts";
import { nameHash } from "./name-hash.ts";
import { Outputs } from "./outputs.ts";
import { PORTS } from "./ports.ts";
import { adoptedSpec } from "./spec-in-force.ts";
import { Sums } from "./sums.ts";

const MIB = 1024 ** 2;
const TOTAL = 1064 * MIB;
/** 90 % of the memory without the reserve of 64 MiB. */
const CAPACITY = 900 * MIB;

const ask = fc.record({ memory: fc.integer({ min: 1, max: 600 }), delay: fc.nat(3), lives: fc.nat(4) });

test("P8 judge never takes holds beyond the capacity, whoever races whom", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 2, maxLength: 12 }), async (asks) => {
      const parts = makeParts();
      let admitted = 0;
      let most = 0;
      await Promise.all(
        asks.map(async ({ memory, delay, lives }, index) => {
          const { hold } = await judge(
            { ...parts, observe: () => after(delay) },
            taskAsking(memory, index),
            TAKE,
          );
          const held = parts.sums.holds().reduce((sum, one) => sum + one.memory, 0);
          most = Math.max(most, held);
          if (hold === null) return;
          admitted += 1;
          await after(lives);
          parts.sums.settle(hold.id, hold.destinations, 0);
        }),
      );
      expect(most).toBeLessThanOrEqual(CAPACITY);
      expect(admitted).toBeGreaterThan(0);
      expect(parts.sums.holds()).toEqual([]);
    }),
    { seed, numRuns: depth(100, 5000) },
  );
});

test("P8 of 15 tasks at once for room for 10, exactly 10 are admitted", async () => {
  const parts = makeParts();
  const judged = await Promise.all(
    Array.from({ length: 15 }, (_, index) =>
      judge({ ...parts, observe: () => after(index % 3) }, taskAsking(90, index), TAKE),
    ),
  );
  expect(judged.filter(({ hold }) => hold !== null)).toHaveLength(10);
  expect(judged.filter(({ judged: { decision } }) => decision.outcome === "defer")).toHaveLength(5);
});

test("judge decides nothing with observations that were made for another spec", async () => {
  const specs = [1, 2].map((score) =>
    adoptedSpec(Buffer.from(specText("/work", { score_min: 60 + score })), "test"),
  );
  const [one, other] = specs;
  if (one === undefined || other === undefined) throw new Error("two specs are needed");
  let spec = one;
  let observed = 0;
  let changes = 4;
  const parts: JudgeParts = {
    ...makeParts(),
    currentSpec: () => spec,
    observe: () => {
      observed += 1;
      if (observed <= changes) spec = spec === one ? other : one;
      return after(0);
    },
  };
  const { judged } = await judge(parts, taskAsking(1, 0), TAKE);
  expect(judged.decision.spec_hash).toBe(one.parsed.spec_hash);
  changes = Number.POSITIVE_INFINITY;
  await expect(judge(parts, taskAsking(1, 1), TAKE)).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
  expect(parts.sums.holds()).toHaveLength(1);
});

/** Submitted by nobody's task. */
const TAKE = { take: true, parent: null } as const;

function makeParts(): Omit<JudgeParts, "observe"> {
  const spec = adoptedSpec(Buffer.from(specText("/work")), "test");
  let holds = 0;
  return {
    sums: new Sums(1_000_000_000),
    outputs: new Outputs(),
    footprints: new Footprints(),
    isGone: () => Promise.resolve(false),
    paths: new Map(),
    scan: NO_SCAN,
    names: nameHash(Buffer.alloc(32)),
    lineages: new Lineages(),
    currentSpec: () => spec,
    now: () => 0,
    uid: process.getuid?.() ?? 0,
    nextHold: () => `h${(holds += 1)}`,
    narrowed: () => null,
  };
}

function taskAsking(memory: number, index: number): Parameters<typeof judge>[1] {
  const text = JSON.stringify({
    task: `t${index}`,
    run: { command: ["true"] },
    needs: { memory: `${memory} MiB`, cpu: 0.001 },
  });
  const parsed = parseTask(text, { directory: "/work", ...PORTS });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

async function after(turns: number): Promise<Observed> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const file = { real: "/usr/bin/true", kind: "file", device: "1", inode: "2", permitted: true } as const;
  const folder = {
    asked: "/work",
    real: "/work",
    kind: "directory",
    device: "1",
    inode: "1",
    permitted: true,
  } as const;
  return {
    node: {
      memory_total: TOTAL,
      memory_available: TOTAL,
      cpu: 64_000,
      memory_some_avg10: 0,
      heat: { state: "measured", celsius_milli: 30_000, sensor: "test" },
      isolation: "namespaces",
      limits: "cgroup",
      gate: "none",
    },
    providers: [],
    paths: {
      directory: folder,
      reads: [],
      writes: [],
      executable: { ...file, asked: "true", sha256: "0".repeat(64) },
      arguments: [],
      masked: [],
      home: null,
    },
  };
}

test("judge refuses what one scope refuses for good, whatever conflicts and waits on other scopes come between", async () => {
  const refusing = adoptedSpec(Buffer.from(specText("/work")), "test");
  const lenient = adoptedSpec(
    Buffer.from(specText("/work").replace("per_task_max: 1 GiB", "per_task_max: 4 GiB")),
    "test",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(refusing, lenient), { maxLength: 3 }),
      fc.boolean(),
      async (conflicts, isFull) => {
        const parts = makeParts();
        let current = conflicts[0] ?? refusing;
        let observed = 0;
        const conflicting: JudgeParts = {
          ...parts,
          currentSpec: () => current,
          // Another spec is adopted under each observation but the last, which is the one that refuses.
          observe: () => {
            observed += 1;
            current = conflicts[observed] ?? refusing;
            return after(0);
          },
        };
        // Held by somebody else: room on the node is a wait, the task's own bound is not.
        if (isFull) await judge({ ...parts, observe: () => after(0) }, taskAsking(800, 0), TAKE);
        const before = parts.sums.snapshot();
        const { judged, hold } = await judge(conflicting, taskAsking(2000, 1), TAKE);
        expect(judged.decision.outcome).toBe("refuse");
        expect(judged.decision.findings.map(({ cause }) => cause)).toContain("memory_over_limit");
        expect(hold).toBeNull();
        expect(parts.sums.snapshot()).toEqual(before);
      },
    ),
    { seed, numRuns: depth(40, 2000) },
  );
});
