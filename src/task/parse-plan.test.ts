// A plan is read whole or not at all: every entry, the order that follows from `after`, and what cannot be.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { PORTS } from "../governor/ports.ts";
import { isPlan, parsePlan } from "./parse-plan.ts";

const options = { directory: "/srv", ...PORTS };
const entry = (id: string, after: readonly string[], more = ""): string =>
  `  - { id: ${id}, after: [${after.join(", ")}]${more}, task: { task: ${id}, run: { command: [make, ${id}] } } }`;
const plan = (...lines: readonly string[]): string => ["plan: nightly", "tasks:", ...lines].join("\n");

test("parsePlan puts each entry behind those it comes after", () => {
  const read = parsePlan(
    plan(entry("c", ["b"]), entry("b", ["a"]), entry("a", [], ", priority: 7")),
    options,
  );
  expect(read.ok && read.value.entries.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(read.ok && read.value.entries[0]).toMatchObject({ priority: 7, deadline: null, retries_max: 2 });
});

test("parsePlan keeps every dependency of random plans, and finds every circle", () => {
  const edges = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), edges, (size, pairs) => {
      const afters = Array.from({ length: size }, (_, at) =>
        pairs.filter(([from]) => from === at).map(([, to]) => to % size),
      );
      const read = parsePlan(
        plan(
          ...afters.map((after, at) =>
            entry(
              `t${at}`,
              after.map((to) => `t${to}`),
            ),
          ),
        ),
        options,
      );
      expect(read.ok).toBe(!hasCircle(afters));
      if (!read.ok) return;
      const order = read.value.entries.map(({ id }) => id);
      for (const { id, after } of read.value.entries)
        for (const earlier of after) expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(id));
      expect(order.toSorted()).toEqual(afters.map((_, at) => `t${at}`).toSorted());
    }),
    { seed, numRuns: depth(100, 5000) },
  );
});

/** Whether some entry is reached from itself. */
function hasCircle(afters: readonly (readonly number[])[]): boolean {
  const reached = (from: number): Set<number> => {
    const all = new Set<number>();
    const walk = (at: number): void => {
      for (const to of afters[at] ?? []) {
        if (all.has(to)) continue;
        all.add(to);
        walk(to);
      }
    };
    walk(from);
    return all;
  };
  return afters.some((_, at) => reached(at).has(at));
}

test.each([
  [plan(entry("a", ["a"])), "entries wait for each other: `a` after `a`", 1],
  [plan(entry("a", ["b"]), entry("b", ["c"]), entry("c", ["a"])), "`a` after `b` after `c` after `a`", 1],
  [plan(entry("build", []), entry("test", ["biuld"])), "`test` comes after `biuld`", 4],
  [plan(entry("a", []), entry("a", [])), "has `a` twice", 4],
  [plan(entry("a", [], ", priority: -1")), "priority", 3],
  [plan(entry("a", [], ", deadline: soon")), "expected a time from now, such as 2 h", 3],
  [plan(entry("a", [], ", deadline: 0 s")), "expected a time from now", 3],
  [plan(entry("a", [], ", retries: 3")), "unknown key", 3],
  ["plan: empty\ntasks: []", "a list of at least 1", 2],
  ["plan: none", "`tasks` is missing", 1],
])("parsePlan of %j says %s", (text, message, line) => {
  const read = parsePlan(text, options);
  const error = read.ok ? null : read.error[0];
  expect(error?.message).toContain(message);
  expect(error?.line).toBe(line);
});

test("parsePlan suggests the id that was meant", () => {
  const read = parsePlan(plan(entry("build", []), entry("test", ["biuld"])), options);
  expect(read.ok ? null : read.error[0]?.hint).toBe("did you mean `build`?");
});

test("isPlan tells a plan from a task, and never throws", () => {
  expect(isPlan(plan(entry("a", [])), options)).toBe(true);
  expect(isPlan("task: t\nrun: { command: [true] }", options)).toBe(false);
  expect(isPlan("plan: [", options)).toBe(false);
  expect(isPlan(new Uint8Array([0xff]), options)).toBe(false);
});
