// The gate under load from many tasks with slow, stalled and unfriendly clients, and workers that are killed: memory is
// bounded, nothing leaks, nothing hangs, every request has exactly one record.
import { afterAll, beforeAll, expect, test } from "vitest";
import { depth, isDeep, seed } from "../depth.ts";
import { innermost } from "../enforce/processes-with.ts";
import { until } from "../enforce/start.ts";
import { held, openSoakBed, peakMemory, type SoakBed, type SoakEnd } from "./soak-bed.ts";
import { openSoakUpstream, type SoakUpstream } from "./soak-upstream.ts";

const MEBIBYTE = 1_048_576;
const TASKS = depth(10, 100);
/** Friendly requests of one task; each task has nine unfriendly ones more. */
const REQUESTS = depth(50, 1000);
/** Of one task; the others take a mebibyte. */
const DOWNLOAD = depth(32, 1024) * MEBIBYTE;
const KILLS = depth(2, 20);
/** MiB that a worker may take at most, whatever its tasks do. */
const MEMORY_MAX = depth(256, 512);

let upstream: SoakUpstream;
let bed: SoakBed;
beforeAll(async () => {
  upstream = await openSoakUpstream();
  bed = await openSoakBed(upstream);
});
afterAll(async () => {
  await bed.close();
  upstream.close();
});

test("many tasks with unfriendly clients, while workers of another principal are killed", {
  timeout: isDeep ? 3_600_000 : 120_000,
}, async () => {
  await bed.run("steady", { name: "first", requests: 4, download: 0 });
  const worker = innermost(bed.gate.pid("steady") ?? 0);
  const idle = { worker: held(worker), self: held("self") };
  const [ends, killed] = await Promise.all([
    Promise.all(
      Array.from({ length: TASKS }, (_, at) =>
        bed.run("steady", { name: `t${at}`, requests: REQUESTS, download: at === 0 ? DOWNLOAD : MEBIBYTE }),
      ),
    ),
    killRounds(),
  ]);
  for (const end of ends) expectWhole(end);
  for (const end of killed) expectKilled(end);
  expect(innermost(bed.gate.pid("steady") ?? 0)).toBe(worker);
  const peak = peakMemory(worker);
  process.stderr.write(
    `soak: ${TASKS} tasks of ${REQUESTS}: the worker's peak was ${Math.round(peak)} MiB\n`,
  );
  expect(peak).toBeLessThan(MEMORY_MAX);
  await until(() => held(worker) <= idle.worker, "the worker gives back what its tasks held");
  // The killed principal's next worker may be idling: its channel is one socket.
  await until(() => held("self") <= idle.self + 1, "the executor gives back what its tasks held");
});

/** Tasks whose worker is killed while they send. */
async function killRounds(): Promise<readonly SoakEnd[]> {
  const ends: SoakEnd[] = [];
  const random = randomOf(seed);
  for (let round = 0; round < KILLS; round++) {
    const after = 5 + Math.floor(random() * 60);
    let told = 0;
    const onEvent = (): void => {
      told += 1;
      const pid = bed.gate.pid("killed");
      if (told === after && pid !== null) process.kill(pid, "SIGKILL");
    };
    const tasks = [0, 1].map((at) => {
      const name = `k${round}-${at}`;
      return bed.run("killed", { name, requests: null, download: 0 }, onEvent);
    });
    ends.push(...(await Promise.all(tasks)));
  }
  return ends;
}

/** Every request of a task whose worker lived has its one record, and reached the upstream once or not at all. */
function expectWhole({ observation, report, stderr, events, left }: SoakEnd): void {
  expect(stderr).toBe("");
  expect(observation).toMatchObject({ cause: "exited", exit_code: 0 });
  expect(events.map(({ path }) => path).toSorted()).toEqual(report.map(([path]) => path).toSorted());
  const byPath = new Map(events.map((event) => [event.path, event]));
  for (const [path, outcome] of report) {
    const event = byPath.get(path);
    if (outcome === 200) {
      expect(event).toMatchObject({ decision: "allow", status: 200 });
      expect(upstream.reached.get(path)).toBe(1);
    } else if (outcome === "gone") expect(event).toMatchObject({ decision: "error", cause: "client_closed" });
    else {
      expect(outcome).toBe(403);
      expect(event).toMatchObject({ decision: "refuse" });
      expect(upstream.reached.get(path)).toBeUndefined();
    }
  }
  const outcomes = report.map(([, outcome]) => outcome);
  expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(REQUESTS + 3);
  expect(events.filter(({ cause }) => cause === "head_over_limit")).toHaveLength(2);
  expect(events.filter(({ cause }) => cause === "method_not_granted")).toHaveLength(1);
  expect(left.complete).toBe(true);
}

/** A task whose worker died goes on without a network, is told of once, and is charged in full. */
function expectKilled({ observation, report, stderr, events, left }: SoakEnd): void {
  expect(stderr).toBe("");
  expect(observation).toMatchObject({ cause: "exited", exit_code: 0, external_requests: 4_000_000 });
  expect(left.complete).toBe(false);
  expect(events.filter(({ cause }) => cause === "gate_died")).toHaveLength(1);
  const paths = events.filter(({ cause }) => cause !== "gate_died").map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  const sent = new Set(report.map(([path]) => path));
  for (const path of paths) expect(sent).toContain(path);
  for (const [path, outcome] of report) {
    expect(["failed", 200]).toContain(outcome);
    expect(upstream.reached.get(path) ?? 0).toBeLessThan(2);
  }
  expect(report.some(([, outcome]) => outcome === "failed")).toBe(true);
}

/** Numbers from 0 to 1: mulberry32, by Tommy Ettinger, in the public domain. */
function randomOf(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
