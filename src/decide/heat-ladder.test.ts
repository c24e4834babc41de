// The ladder, exhaustively: every sequence of readings and pauses up to a depth, over two tasks and a provider, keeps what it
// promises; and the way that a long heat takes, step by step.
import { describe, expect, it } from "vitest";
import { isDeep } from "../../test/depth.ts";
import type { HeatFact } from "./facts.ts";
import {
  climb,
  type HeatReading,
  heatReading,
  LADDER_MS,
  LADDER_START,
  type LadderLook,
  type LadderState,
  type LadderStep,
  type LadderTask,
} from "./heat-ladder.ts";

const TASKS: readonly LadderTask[] = [
  { id: "first", deferrable: true },
  { id: "provider", deferrable: false },
  { id: "last", deferrable: true },
];

/** Everything that the promises are about, kept beside the machine by the plainest means. */
interface Watched {
  readonly state: LadderState;
  readonly now: number;
  /** What each task is by the steps that were seen; an ended one is gone at the next look. */
  readonly tasks: readonly LadderTask[];
  readonly frozen: readonly string[];
  /** Of the looks so far, newest last. */
  readonly readings: readonly { readonly reading: HeatReading; readonly now: number }[];
  readonly lastStep: number | null;
}

const START: Watched = {
  state: LADDER_START,
  now: 0,
  tasks: TASKS,
  frozen: [],
  readings: [],
  lastStep: null,
};

/** ms for which the last looks without a break were `reading`. */
function lasting(watched: Watched, reading: HeatReading): number {
  const since = watched.readings.findLastIndex((one) => one.reading !== reading) + 1;
  return watched.now - (watched.readings[since]?.now ?? watched.now);
}

function look(
  watched: Watched,
  reading: HeatReading,
  pause: number,
  unmeasurable: LadderLook["unmeasurable"],
): Watched {
  const now = watched.now + pause;
  const seen: Watched = { ...watched, now, readings: [...watched.readings, { reading, now }] };
  const { state, step } = climb(watched.state, { reading, tasks: seen.tasks, now, unmeasurable });
  check(seen, step, state, unmeasurable);
  const next = { ...seen, state };
  if (step === null) return next;
  const { act, id } = step;
  const frozen = act === "freeze" ? [...seen.frozen, id] : seen.frozen.filter((one) => one !== id);
  const tasks = act === "end" ? seen.tasks.filter((one) => one.id !== id) : seen.tasks;
  return { ...next, frozen, tasks, lastStep: act === "thaw" ? seen.lastStep : now };
}

/** Thrown, not asserted by a library: this is called some hundred thousand times. */
function must(holds: boolean, what: string, seen: Watched): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen.readings)} at ${JSON.stringify(seen.state)}`);
}

function check(
  seen: Watched,
  step: LadderStep | null,
  after: LadderState,
  unmeasurable: LadderLook["unmeasurable"],
): void {
  const reading = seen.readings.at(-1)?.reading;
  const rested = seen.lastStep === null || seen.now - seen.lastStep >= LADDER_MS.step;
  const running = seen.tasks.filter(({ id }) => !seen.frozen.includes(id));
  if (reading === "over") must(after.held_back, "over its limit a node admits nothing", seen);
  if (seen.state.held_back && !after.held_back)
    must(
      seen.frozen.length === 0 && reading === "cool" && lasting(seen, "cool") >= LADDER_MS.release,
      "a node is released when it was cool for long enough and nothing is frozen",
      seen,
    );
  if (step === null) {
    const must_act = reading === "over" && rested && seen.tasks.length > 0;
    return must(!must_act, "a node over its limit does something each step", seen);
  }
  if (step.act === "thaw") {
    must(step.id === seen.frozen[0], "the first frozen goes on first", seen);
    return must(lasting(seen, "cool") >= LADDER_MS.release, "nothing goes on before it was cool", seen);
  }
  const heat = seen.state.stepped === null || rested;
  must(heat, "one step at a time", seen);
  if (step.act === "end") {
    must(reading === "over", "only heat ends a task", seen);
    return must(step.id === seen.frozen.at(-1), "only what was frozen is ended, latest first", seen);
  }
  const blind = unmeasurable === "refuse" && lasting(seen, "unknown") >= LADDER_MS.blind;
  must(reading === "over" || (reading === "unknown" && blind), "only heat or blindness freezes", seen);
  const expected = running.findLast(({ deferrable }) => deferrable) ?? running.at(-1);
  must(step.id === expected?.id, "the latest that can wait is frozen first", seen);
}

describe("climb", () => {
  const readings: readonly HeatReading[] = ["cool", "warm", "over", "unknown"];
  const pauses = [LADDER_MS.step / 2, LADDER_MS.blind];

  it.each(["refuse", "cap"] as const)("keeps its promises over every sequence, unmeasurable: %s", (word) => {
    let looks = 0;
    const steps = new Set<string>();
    const explore = (watched: Watched, left: number): void => {
      if (left === 0) return;
      for (const reading of readings) {
        for (const pause of pauses) {
          looks += 1;
          const next = look(watched, reading, pause, word);
          steps.add(`${next.frozen.length} ${next.tasks.length} ${String(next.state.held_back)}`);
          explore(next, left - 1);
        }
      }
    };
    explore(START, isDeep ? 7 : 5);
    expect(looks).toBeGreaterThan(30_000);
    // Every number of frozen tasks was met, with and without ended ones, held back and released.
    expect(steps).toContain("0 3 false");
    expect(steps).toContain("1 3 true");
    expect(steps).toContain("0 2 true");
    expect(steps).toContain("1 2 true");
    expect(steps).toContain("0 2 false");
    // Only blindness freezes more than one.
    expect(steps.has("3 3 true")).toBe(word === "refuse");
  });

  it("takes one after the other until nothing is left, the provider last", () => {
    let at = START;
    const told: string[] = [];
    for (let tick = 0; tick < 60; tick += 1) {
      const next = look(at, "over", 1000, "refuse");
      if (next.frozen.length > at.frozen.length) told.push(`${next.now / 1000} freeze ${next.frozen.at(-1)}`);
      if (next.tasks.length < at.tasks.length) told.push(`${next.now / 1000} end ${at.frozen.at(-1)}`);
      at = next;
    }
    expect(told).toEqual([
      "1 freeze last",
      "11 end last",
      "21 freeze first",
      "31 end first",
      "41 freeze provider",
      "51 end provider",
    ]);
  });

  it("does not end a task twice that takes long to end", () => {
    const tasks = TASKS.slice(0, 1);
    let state = LADDER_START;
    const acts: (string | undefined)[] = [];
    for (const now of [0, 10_000, 20_000, 30_000]) {
      const climbed = climb(state, { reading: "over", tasks, now, unmeasurable: "refuse" });
      state = climbed.state;
      acts.push(climbed.step?.act);
    }
    expect(acts).toEqual(["freeze", "end", undefined, undefined]);
  });

  it("flaps no faster than its hysteresis", () => {
    let at = START;
    const seen: string[] = [];
    for (let tick = 0; tick < 200; tick += 1) {
      const next = look(at, tick % 9 === 0 ? "over" : "cool", 1000, "refuse");
      if (next.frozen.length < at.frozen.length && next.tasks.length === at.tasks.length) seen.push("thaw");
      at = next;
    }
    expect(seen).toEqual([]);
    expect(at.state.held_back).toBe(true);
  });
});

describe("heatReading", () => {
  const limits = { max: 85_000, margin: 5000, unmeasurable: "refuse" } as const;
  const at = (celsius_milli: number, more: object = {}): HeatReading =>
    heatReading({ state: "measured", celsius_milli, sensor: "s", ...more }, limits);
  it("tells over, warm and cool apart at their edges", () => {
    expect([85_001, 85_000, 80_001, 80_000, -5000].map((one) => at(one))).toEqual([
      "over",
      "warm",
      "warm",
      "cool",
      "cool",
    ]);
  });
  it("looks at a part's own critical point, and at throttling", () => {
    const critical = (celsius_milli: number): object => ({
      critical: { sensor: "nvme", celsius_milli, limit_milli: 70_000 },
    });
    expect([70_000, 69_999, 65_001, 65_000].map((one) => at(50_000, critical(one)))).toEqual([
      "over",
      "warm",
      "warm",
      "cool",
    ]);
    expect(at(50_000, { throttled: { by: "cpu0", ago: 1 } })).toBe("warm");
  });
  it("takes levels for what they are, and no sensor for unknown", () => {
    const levels = ["nominal", "moderate", "heavy", "trapping", "sleeping"] as const;
    const of = (fact: HeatFact): HeatReading => heatReading(fact, limits);
    expect(levels.map((level) => of({ state: "level", level, source: "s" }))).toEqual([
      "cool",
      "warm",
      "over",
      "over",
      "over",
    ]);
    expect(of({ state: "unmeasurable", cause: "none" })).toBe("unknown");
  });
});
