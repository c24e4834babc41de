// The guard around the ladder: what it observes, how it carries steps out, what it adds to the facts and teaches the fit.
// Looks are due by a timer that the test moves; the ladder run for real is in heat-run.test.ts.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HeatFact } from "../decide/facts.ts";
import { HeatGuard } from "./heat-guard.ts";
import { HeatSamples } from "./heat-samples.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const measured = (celsius: number): HeatFact => ({
  state: "measured",
  celsius_milli: celsius * 1000,
  sensor: "s",
});

function bench(): {
  readonly guard: HeatGuard;
  readonly samples: HeatSamples;
  readonly told: string[];
  readonly task: (id: string, freeze?: () => Promise<boolean>) => ReturnType<HeatGuard["guard"]>;
  readonly set: (heat: HeatFact | Error) => void;
  readonly pass: (ms: number) => Promise<void>;
} {
  let heat: HeatFact | Error = measured(50);
  let now = 0;
  const told: string[] = [];
  const samples = new HeatSamples();
  const guard = new HeatGuard({
    observe: async () => {
      if (heat instanceof Error) throw heat;
      return { heat };
    },
    busy: () => now * 2,
    limits: () => ({ max: 85_000, margin: 5000, unmeasurable: "refuse" }),
    samples,
    clock: () => now,
    released: () => told.push("released"),
  });
  return {
    guard,
    samples,
    told,
    task: (id, freeze = () => Promise.resolve(true)) =>
      guard.guard({
        id,
        deferrable: true,
        recorded: ({ act, ...step }) => told.push(`${act} ${JSON.stringify(step)}`),
        execution: {
          freeze: () => {
            told.push(`freeze ${id}`);
            return freeze();
          },
          thaw: async () => void told.push(`thaw ${id}`),
          stop: (cause) => told.push(`${cause} ${id}`),
        },
      }),
    set: (next) => {
      heat = next;
    },
    pass: async (ms) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        now += 1000;
        await vi.advanceTimersByTimeAsync(1000);
      }
    },
  };
}

it("HeatGuard freezes, lets go on and wakes the waiting, and says while it holds the node back", async () => {
  const { guard, task, set, pass, told } = bench();
  task("a");
  set(measured(90));
  await pass(1000);
  const frozen = 'freeze {"reading":"over","celsius_milli":90000,"stands":true}';
  expect(told).toEqual(["freeze a", frozen]);
  const node = { heat: measured(50), cpu: 4000 };
  expect(guard.known(node).heat).toMatchObject({ held_back: true });
  set(measured(50));
  await pass(11_000);
  const all = ["freeze a", frozen, "thaw a", 'thaw {"reading":"cool","celsius_milli":50000}'];
  expect(told).toEqual(all);
  await pass(11_000);
  expect(told).toEqual([...all, "released"]);
  expect(guard.known(node).heat).not.toHaveProperty("held_back");
  expect(guard.known(node).heat).toMatchObject({ forecast: { samples: 0 } });
  guard.close();
});

it("HeatGuard ends a task whose freezing fails or throws, when the next step is due", async () => {
  for (const freeze of [() => Promise.resolve(false), () => Promise.reject(new Error("the group is busy"))]) {
    const { guard, task, set, pass, told } = bench();
    task("a", freeze);
    set(measured(90));
    await pass(11_000);
    const failed = 'freeze {"reading":"over","celsius_milli":90000,"stands":false}';
    expect(told).toEqual(["freeze a", failed, "too_hot a"]);
    guard.close();
  }
});

it("HeatGuard takes a look that fails for blindness, which freezes and ends nothing", async () => {
  const { guard, task, set, pass, told } = bench();
  task("a");
  set(new Error("no /sys"));
  await pass(30_000);
  expect(told).toEqual([]);
  await pass(120_000);
  expect(told).toEqual(["freeze a", 'freeze {"reading":"unknown","celsius_milli":null,"stands":true}']);
  guard.close();
});

it("HeatGuard records nothing of a task that ended while it was being frozen", async () => {
  const { guard, task, set, pass, told } = bench();
  const freezing = Promise.withResolvers<boolean>();
  const one = task("a", () => freezing.promise);
  set(measured(90));
  await pass(1000);
  one.release();
  freezing.resolve(true);
  await pass(1000);
  expect(told).toEqual(["freeze a"]);
  guard.close();
});

it("HeatGuard looks no more when nothing runs, and none after it was closed", async () => {
  const { guard, task, set, pass, told } = bench();
  const one = task("a");
  one.release();
  await pass(2000);
  expect(vi.getTimerCount()).toBe(0);
  task("b");
  guard.close();
  set(measured(120));
  await pass(5000);
  expect([told, vi.getTimerCount()]).toEqual([[], 0]);
});

it("HeatGuard measures what a task did to the node, and nothing where it saw nothing", async () => {
  const { guard, task, set, pass } = bench();
  const unseen = task("early");
  guard.known({ heat: measured(50), cpu: 4000 });
  const seen = task("late");
  set(measured(60));
  await pass(5000);
  expect(seen.release().sample).toEqual({ from: 50_000, to: 60_000, load: 2000, wall: 5000 });
  expect(unseen.release().sample).toBeNull();
  const short = task("short");
  expect(short.release().sample).toBeNull();
  const blinded = task("blinded");
  set({ state: "unmeasurable", cause: "gone" });
  await pass(2000);
  expect(blinded.release().sample).toBeNull();
  guard.close();
});

it("HeatSamples keeps the latest, forgets what is unsound, and fits once there are enough", () => {
  const samples = new HeatSamples();
  for (const bad of [undefined, null, {}, "x", { from: "1", to: 1, load: 1, wall: 5000 }]) samples.add(bad);
  expect(samples.snapshot()).toEqual([]);
  for (let at = 0; at < 100; at += 1) samples.add({ from: 40_000, to: 40_000 + at, load: 100, wall: 5000 });
  expect(samples.snapshot()).toHaveLength(64);
  expect(samples.snapshot()[0]).toMatchObject({ to: 40_036 });
  const forecast = samples.forecast(4000);
  expect(forecast.samples).toBe(64);
  expect(samples.forecast(4000)).toBe(forecast);
  expect(samples.forecast(8000)).not.toBe(forecast);
});
