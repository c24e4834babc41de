// Heat while tasks run, for real: a governor in this process with a folder of sensors that the test changes, real tasks in
// real control groups, the kernel's own freezer.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { until } from "../../test/enforce/start.ts";
import { findCgroups } from "../enforce/limits/find-cgroups.ts";
import { readGroupFile } from "../enforce/limits/group-files.ts";
import { BUILD, type MadeHome, makeHome, taskOf } from "./fixtures/made-home.ts";
import { type Governed, govern } from "./govern.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import type { LiveRun } from "./server/governing.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
let governed: Governed | null = null;
afterEach(async () => {
  await governed?.close();
  governed = null;
  await made?.end();
  made = null;
});

interface Counting {
  readonly live: LiveRun;
  /** Lines that the task has said. */
  lines(): number;
}

test("a task is frozen over the limit, goes on when the node cooled, and is ended when it stays hot", async () => {
  made = await makeHome();
  const sensor = "sys/class/hwmon/hwmon0/temp1_input";
  const { sys } = capturedTree({
    "sys/class/hwmon/hwmon0/name": "coretemp\n",
    "sys/class/hwmon/hwmon0/temp1_label": "Package id 0\n",
    [sensor]: "45000\n",
    "sys/devices/system/cpu/online": "0-7\n",
  });
  const heat = (celsius: number): void => writeFileSync(join(sys, "..", sensor), `${celsius * 1000}\n`);
  const paths = homePaths(made.home);
  const node = readNodeFile(paths.node, made.home);
  const roots = { proc: "/proc", sys };
  const governing = await govern({ paths, node, build: BUILD, heads: null, roots });
  governed = governing;
  const isCgroup = (await governing.status()).limits === "cgroup";
  const first = counting(governing, made);
  await until(() => first.lines() > 2, "the first task counts");
  const last = counting(governing, made);
  await until(() => last.lines() > 2, "the last task counts");

  heat(120);
  await stands(last);
  if (isCgroup) expect(frozenGroups(node.node)).toHaveLength(1);
  expect(await moves(first)).toBe(true);
  const asked = await governing.check(taskOf(made, ["true"]));
  expect(asked.decision).toMatchObject({ outcome: "defer", retry: { cause: "heat_high" } });

  heat(45);
  const still = last.lines();
  // Ten seconds under the limit come first, which is as long as one wait takes.
  await until(() => last.lines() > still, "the last task goes on").catch(() => undefined);
  await until(() => last.lines() > still, "the last task goes on");
  expect(frozenGroups(node.node)).toEqual([]);
  await admits(governing, made);

  heat(120);
  const ended = await last.live.outcome;
  expect(ended.observation?.cause).toBe("too_hot");
  heat(45);
  expect(await moves(first)).toBe(true);
  first.live.stop("cancelled");
  const { sequence } = await first.live.outcome;
  const explained = await governing.explain(ended.sequence ?? -1);
  const heatTold = explained.told.find(({ title }) => title === "Heat");
  expect(heatTold?.lines).toEqual([
    expect.stringMatching(/^frozen at \S+Z: the node was over its limit at 120 C$/),
    expect.stringMatching(/^went on at \S+Z: the node was cool at 45 C$/),
    expect.stringMatching(/^frozen at \S+Z: the node was over its limit at 120 C$/),
  ]);
  const { records } = await tailOf(governing, made);
  const settled = records.find(({ kind, core }) => kind === "settlement" && core["decision"] === sequence);
  expect(settled?.core["heat"]).toMatchObject({
    from: 45_000,
    load: expect.any(Number),
    wall: expect.any(Number),
  });
  const steps = records.filter(({ core }) => core["decision"] === ended.sequence).map(({ kind }) => kind);
  expect(steps).toEqual(["writ", "task_frozen", "task_thawed", "task_frozen", "settlement"]);
  const decided = records.find(({ kind, sequence: at }) => kind === "decision" && at === sequence);
  expect(decided?.core["node"]).toMatchObject({
    heat: { sensor: "coretemp Package id 0", forecast: { samples: 0 } },
  });
}, 120_000);

function counting(governing: Governed, home: MadeHome): Counting {
  let lines = 0;
  const command = ["sh", "-c", "while :; do echo x; sleep 0.1; done"];
  const live = governing.run(taskOf(home, command, { time: "2 m", cpu: 0.5 }), true, {
    stdout: (chunk) => {
      lines += chunk.length / 2;
    },
    stderr: () => undefined,
    decided: () => undefined,
  });
  return { live, lines: () => lines };
}

/** Resolves once the task says nothing for a second. */
async function stands(task: Counting): Promise<void> {
  let seen = -1;
  let since = performance.now();
  await until(() => {
    if (task.lines() !== seen) [seen, since] = [task.lines(), performance.now()];
    return performance.now() - since > 1000;
  }, "the task stands still");
}

async function moves(task: Counting): Promise<boolean> {
  const before = task.lines();
  await until(() => task.lines() > before, "the task moves");
  return true;
}

/** The node is released a while after its last task was. */
async function admits(governing: Governed, home: MadeHome): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const { decision } = await governing.decide(taskOf(home, ["true"]));
    if (decision.outcome === "admit") return;
    if (performance.now() > deadline) throw new Error(JSON.stringify(decision.findings));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Groups of this node's tasks that the kernel says are frozen, of either version. */
function frozenGroups(node: string): readonly string[] {
  const [own, mounts] = ["cgroup", "mountinfo"].map((name) => readFileSync(`/proc/self/${name}`, "utf8"));
  const { v1, v2 } = findCgroups("/sys/fs/cgroup", own ?? "", mounts ?? "");
  // Under version 2 the governor may have moved into a leaf beside its tasks.
  const places = [v1.get("freezer")?.own, v2?.own, v2 === null ? undefined : dirname(v2.own)];
  const parents = [...new Set(places.filter((parent) => parent !== undefined))];
  const groups = parents.flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => name.startsWith(`writ-${node}-`))
      .map((name) => join(parent, name)),
  );
  return groups.filter(
    (group) =>
      readGroupFile(group, "freezer.state") === "FROZEN" || readGroupFile(group, "cgroup.freeze") === "1",
  );
}

/** The ledger is this process's own while it governs: it is closed first. */
async function tailOf(governing: Governed, home: MadeHome): Promise<Awaited<ReturnType<typeof tailHome>>> {
  await governing.close();
  return await tailHome(home.home, 100);
}
