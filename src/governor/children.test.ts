// Tasks that running tasks submit, end to end: real processes, control groups, listeners and ledger.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { governorPids, type MadeHome, makeHome, run } from "./fixtures/made-home.ts";
import { type Answer, steps, submitting } from "./fixtures/submitting.ts";
import { tailHome } from "./tail-home.ts";

let made: MadeHome | null = null;
afterEach(async () => {
  await made?.end();
  made = null;
});

const CHILDREN = { limits: "cgroup", resources: "  children: { per_task_max: 40, depth_max: 3 }" } as const;

/** What a child of these tests asks when nothing else is said. */
const SMALL = { memory: "32 MiB", cpu: 0.1, processes: 8, time: "10 s" };

async function answersOf(
  list: readonly unknown[],
  needs: Record<string, unknown> = {},
): Promise<readonly Answer[]> {
  made ??= await makeHome(CHILDREN);
  const ran = await run(await made.open(), submitting(made, list, needs));
  expect(ran.decision.outcome, JSON.stringify(ran.decision.findings)).toBe("admit");
  expect(ran.observation, ran.stderr).toMatchObject({ cause: "exited", exit_code: 0 });
  return JSON.parse(ran.stdout);
}

/** What a child's own children came to, which it printed. */
function printed(answer: Answer | undefined): readonly Answer[] {
  const { text } = (answer?.body["stdout"] ?? { text: "[]" }) as { readonly text: string };
  return JSON.parse(text) as readonly Answer[];
}

/** Cause and rule of a refusal, or how far it came. */
function briefly({ status, body }: Answer): unknown {
  return [status, body?.["cause"], body?.["rule"] ?? body?.["state"] ?? null];
}

test("a running task submits another, waits for it and is told what it printed", async () => {
  const [answer] = await answersOf([
    { command: ["sh", "-c", "echo out; echo err >&2; exit 3"], needs: SMALL },
  ]);
  expect(answer).toEqual({
    status: 200,
    body: {
      id: 1,
      state: "ended",
      cause: "exited",
      exit_code: 3,
      signal: null,
      stdout: { text: "out\n", encoding: "utf8", cut: false },
      stderr: { text: "err\n", encoding: "utf8", cut: false },
    },
  });
});

test("siblings, one after the other and at once: together they never have more than their parent", async () => {
  const asks = (memory: string, command = ["true"]) => ({ command, needs: { ...SMALL, memory } });
  const sleeper = asks("160 MiB", ["sleep", "3"]);
  const later = { together: [{ sleep: 0 }, asks("160 MiB", ["sleep", "3"])] };
  const [first, second, both, third] = await answersOf([
    asks("160 MiB"),
    asks("160 MiB"),
    { together: [sleeper, later] },
    asks("257 MiB"),
  ]);
  expect([first, second].map((one) => one?.body["exit_code"])).toEqual([0, 0]);
  const [one, [, other]] = both as unknown as readonly [Answer, readonly [null, Answer]];
  const ends = [one, other].map(briefly).toSorted((a, b) => (String(a) < String(b) ? -1 : 1));
  expect(ends).toEqual([
    [200, "exited", "ended"],
    [403, "ancestor_over_limit", "ancestor.memory"],
  ]);
  expect(third === undefined ? null : briefly(third)).toEqual([
    403,
    "ancestor_over_limit",
    "ancestor.memory",
  ]);
});

test("a line of three: each below lies within the one above, and nobody is deeper than the spec lets it", async () => {
  made = await makeHome(CHILDREN);
  const short = { ...SMALL, time: "5 s" };
  const leaf = { command: ["true"], needs: short };
  const at = (submits: number, time: string, below: readonly unknown[]) => ({
    command: steps(made as MadeHome, below),
    needs: { memory: "64 MiB", cpu: 0.2, processes: 24, time, reads_directory: true, submits },
  });
  const wide = { command: ["true"], needs: { ...short, memory: "65 MiB" } };
  const [answer] = await answersOf([
    at(7, "30 s", [
      wide,
      at(4, "20 s", [wide, leaf, at(0, "10 s", []), { ...leaf, needs: { ...short, submits: 1 } }]),
    ]),
  ]);
  const child = printed(answer);
  expect(child.map(briefly)).toEqual([
    [403, "ancestor_over_limit", "ancestor.memory"],
    [200, "exited", "ended"],
  ]);
  const grandchild = printed(child[1]);
  expect(grandchild.map(briefly)).toEqual([
    [403, "ancestor_over_limit", "ancestor.memory"],
    [200, "exited", "ended"],
    [200, "exited", "ended"],
    [403, "ancestor_over_limit", "ancestor.submits"],
  ]);
  const { records } = await tailHome(made.home, 100);
  const decisions = records.filter(({ kind }) => kind === "decision");
  const [root, first, , second] = decisions.map(({ sequence }) => sequence);
  expect(decisions.map(({ core }) => core["parent"])).toEqual([
    undefined,
    root,
    first,
    first,
    second,
    second,
    second,
    second,
  ]);
  const holds = decisions.flatMap(({ core }) =>
    core["hold"] === null ? [] : [core["hold"] as Record<string, unknown>],
  );
  const [line] = holds;
  expect(holds.map(({ lineage }) => lineage)).toEqual(holds.map(() => line?.["id"]));
  // Only the first takes of the node; each other is a part of it.
  expect(holds.map(({ memory, cpu }) => [memory, cpu])).toEqual([
    [256 * 2 ** 20, 1000],
    ...holds.slice(1).map(() => [0, 0]),
  ]);
});

test("deeper than the spec lets it is refused", async () => {
  made = await makeHome({ ...CHILDREN, resources: "  children: { per_task_max: 40, depth_max: 1 }" });
  const below = [{ command: ["true"], needs: SMALL }];
  const needs = {
    memory: "64 MiB",
    cpu: 0.2,
    processes: 24,
    time: "30 s",
    reads_directory: true,
    submits: 2,
  };
  const [answer] = await answersOf([{ command: steps(made, below), needs }]);
  const [deep] = printed(answer);
  expect(deep === undefined ? null : briefly(deep)).toEqual([
    403,
    "children_over_limit",
    "resources.children.depth_max",
  ]);
});

test("what the parent lacks, its child is not granted, and is not told what is there", async () => {
  made = await makeHome(CHILDREN);
  mkdirSync(`${made.work}/vault`);
  writeFileSync(`${made.work}/vault/key`, "secret");
  const read = (path: string) => ({ command: ["cat", path], needs: { ...SMALL, reads: [path] } });
  const call = { to: "https://api.example.com/v1/x", method: "POST", calls_max: 1, bytes_out_max: "1 KiB" };
  const answers = await answersOf([
    { command: ["true"], needs: { ...SMALL, calls: [call] } },
    read("/etc/shadow"),
    read("/etc/no-such-file"),
    { command: ["true"], needs: { ...SMALL, writes: [`${made.work}/out`] } },
    { command: ["true"], needs: { ...SMALL, time: "2 m" } },
    { command: ["true"], needs: { ...SMALL, provider: "none" } },
    read(`${made.work}/vault/key`),
  ]);
  expect(answers.slice(0, 6).map(briefly)).toEqual([
    [403, "ancestor_over_limit", "ancestor.external_calls"],
    [403, "ancestor_over_limit", "ancestor.reads"],
    [403, "ancestor_over_limit", "ancestor.reads"],
    [403, "ancestor_over_limit", "ancestor.writes"],
    [403, "ancestor_over_limit", "ancestor.time"],
    [403, "ancestor_over_limit", "ancestor.provider"],
  ]);
  expect(JSON.stringify(answers.slice(1, 4))).not.toContain("/");
  // Above its parent's label nothing comes back, not even that it was refused.
  expect(answers[6]).toEqual({ status: 200, body: { id: 7, state: "ended" } });
});

test("every request is bounded and answered, and a task names only its own children", async () => {
  const ask = (method: string, path: string, body?: string, type?: string) => ({ method, path, body, type });
  const answers = await answersOf(
    [
      ask("POST", "/v1/tasks", "{"),
      ask("POST", "/v1/tasks", "task: x", "text/plain"),
      ask("POST", "/v1/tasks", "x".repeat(100), "application/yaml"),
      ask("POST", "/v1/tasks?wait=2", "{}"),
      ask("PUT", "/v1/tasks", "{}"),
      ask("GET", "/v1/task"),
      ask("GET", "/v1/tasks/1"),
      ask("GET", "/v1/tasks/01"),
      ask("DELETE", "/v1/tasks/99"),
      { command: ["sleep", "9"], path: "/v1/tasks", needs: SMALL },
      ask("GET", "/v1/tasks/3"),
      ask("DELETE", "/v1/tasks/3"),
      ask("GET", "/v1/tasks/3?wait=1"),
      ask("DELETE", "/v1/tasks/3"),
      ask("GET", "/v1/tasks/3"),
      { command: ["true"], needs: SMALL },
    ],
    { submits: 3 },
  );
  expect(answers.map(briefly)).toEqual([
    [403, "task_invalid", null],
    [403, "content_type_unknown", null],
    [403, "task_invalid", null],
    [403, "query_unknown", null],
    [403, "method_not_allowed", null],
    [403, "path_unknown", null],
    [404, "task_unknown", null],
    [403, "path_unknown", null],
    [404, "task_unknown", null],
    [202, undefined, "running"],
    [200, undefined, "running"],
    [202, undefined, "ending"],
    [200, "cancelled", "ended"],
    [204, undefined, null],
    [404, "task_unknown", null],
    [403, "ancestor_over_limit", null],
  ]);
});

test("a child ends before its parent, and is settled before it", async () => {
  made = await makeHome(CHILDREN);
  await answersOf([
    { command: ["sleep", "60"], path: "/v1/tasks", needs: SMALL },
    { command: ["sleep", "60"], path: "/v1/tasks", needs: SMALL },
  ]);
  const { records, lines } = await tailHome(made.home, 100);
  const ends = records.filter(({ kind }) => kind === "settlement");
  const causes = ends.map(({ core }) => (core["observation"] as Record<string, unknown>)["cause"]);
  expect(causes).toEqual(["parent_ended", "parent_ended", "exited"]);
  expect(lines.filter((line) => line.includes("child of #"))).toHaveLength(2);
  expect(groupsLeft()).toEqual([]);
});

test("a governor that is killed frees nothing: a parent and its child are each charged, and neither runs on", async () => {
  made = await makeHome(CHILDREN);
  const governor = await made.open();
  const ran = run(
    governor,
    submitting(made, [{ command: ["sleep", "60"], needs: { ...SMALL, time: "40 s" } }]),
  );
  const lost = expect(ran).rejects.toMatchObject({ code: "WRIT_GOVERNOR_LOST" });
  await expect
    .poll(
      async () =>
        (await tailHome(made?.home ?? "", 100)).records.filter(({ kind }) => kind === "writ").length,
      {
        timeout: 30_000,
      },
    )
    .toBe(2);
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGKILL");
  await lost;
  expect((await (await made.open()).status()).running).toBe(0);
  const { records } = await tailHome(made.home, 100);
  expect(records.filter(({ kind }) => kind === "recovery")).toHaveLength(2);
  expect(groupsLeft()).toEqual([]);
});

/** Control groups of this test's home that are still there, but for those that wait for the next task. */
function groupsLeft(): readonly string[] {
  const name = (made as MadeHome).node;
  // Those of others come and go meanwhile, which find(1) only complains of.
  const named = ["-name", `writ-${name}-*`, "-not", "-name", "*-ahead-*"];
  const { stdout } = spawnSync("find", ["/sys/fs/cgroup", ...named], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}
