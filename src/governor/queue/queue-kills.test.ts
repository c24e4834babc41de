// SIGKILL of the governor, of a launcher and of a task, at any moment of a job's way: no job runs beside itself, none runs twice under
// one writ, none is lost, and all that was admitted is settled. Real processes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { depth, seed } from "../../../test/depth.ts";
import { below, seededRandom } from "../../../test/ledger/simulated-disk.ts";
import { governorPids, type MadeHome, makeHome, script, taskOf } from "../fixtures/made-home.ts";
import { tailHome } from "../tail-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

/** Says where it runs twice: the kernel lets go of the lock when its holder dies. */
const JOB = `exec 9>"out/lock.$1"
flock -n 9 || echo "$1" >> out/twice
echo "$1" >> out/starts
sleep 0.15
echo "$1" >> out/ends`;

const VICTIMS = ["governor", "launcher", "task"] as const;

test(
  "a job survives the death of whoever carries it, at any moment",
  async () => {
    made = await makeHome();
    const home = made;
    const governor = await home.open();
    const program = script(home, "job.sh", JOB);
    const drawn = seededRandom(seed);
    const jobs: number[] = [];
    let killed = 0;
    const rounds = depth(6, 300);
    for (let round = 0; round < rounds; round += 1) {
      for (let count = 0; count < 2; count += 1) {
        const input = taskOf(home, [program, `${round}-${count}`], { writes: ["out"] });
        const terms = { priority: null, deadline: null, retries_max: 50, after: [] };
        jobs.push(...(await governor.submit(input, terms)).jobs.map(({ id }) => id));
      }
      const served = governor.serve({ untilEmpty: true }).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, below(drawn, 700)));
      for (const pid of pidsOf(home, VICTIMS[round % VICTIMS.length] ?? "task", program)) killed += kill(pid);
      await served;
    }
    expect(await governor.serve({ untilEmpty: true })).toMatchObject({ ready: 0, running: 0, deferred: 0 });
    expect(existsSync(`${home.work}/out/twice`)).toBe(false);
    expect(killed).toBeGreaterThan(0);
    const ends = lines(home, "ends");
    const all = (await governor.jobs(true)).jobs;
    for (const { id, state, cause, attempts } of all) {
      // A killed task ended on its own account: that is its outcome, and no passing cause.
      if (state !== "done") expect([id, state, cause]).toEqual([id, "failed", "signalled"]);
      expect(attempts).toBeGreaterThan(0);
    }
    expect(all.map(({ id }) => id).toSorted((one, other) => one - other)).toEqual(jobs);
    expect(ends.length).toBeGreaterThanOrEqual(all.filter(({ state }) => state === "done").length);
    const { records } = await tailHome(home.home, 100_000, home.heads);
    const of = (...kinds: string[]): readonly number[] =>
      records.filter(({ kind }) => kinds.includes(kind)).map(({ core }) => Number(core["decision"]));
    const writs = of("writ");
    expect(new Set(writs).size).toBe(writs.length);
    const admitted = records.filter(({ kind, core }) => kind === "decision" && core["hold"] !== null);
    expect(of("settlement", "recovery").toSorted((one, other) => one - other)).toEqual(
      admitted.map(({ sequence }) => sequence),
    );
    expect(lines(home, "starts").length).toBeLessThanOrEqual(writs.length);
    expect((await home.verify()).ok).toBe(true);
  },
  depth(120_000, 3_600_000),
);

function lines({ work }: MadeHome, name: string): readonly string[] {
  const path = `${work}/out/${name}`;
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

/** Processes of this home alone: its governor, those whose command names the program and are not the program, or those that are. */
function pidsOf({ home }: MadeHome, victim: (typeof VICTIMS)[number], program: string): readonly number[] {
  if (victim === "governor") return governorPids(home);
  return readdirSync("/proc")
    .filter((name) => /^[0-9]+$/u.test(name))
    .map(Number)
    .filter((pid) => {
      const words = commandOf(pid);
      if (!words.includes(program) || words.some((word) => word.includes("governor-process"))) return false;
      return words.some((word) => word.includes("bwrap")) === (victim === "launcher");
    });
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended meanwhile.
    return [];
  }
}

/** How many it killed. */
function kill(pid: number): 0 | 1 {
  try {
    process.kill(pid, "SIGKILL");
    return 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    return 0;
  }
}
