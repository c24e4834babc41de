// A task and its children in real control groups: what all of them use together is held by the kernel, whatever each has.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { TaskLimits } from "./limits.ts";
import { openLimits } from "./open-limits.ts";

const MIB = 2 ** 20;

/** Where these groups cannot be made nothing is held, and `submits` is refused (check-ancestors.test.ts). */
async function openGroups() {
  const name = randomBytes(8).toString("hex");
  return openLimits({ tier: "cgroup", root: "/sys/fs/cgroup", name });
}

function start(limits: TaskLimits, command: readonly string[]): ChildProcess {
  const [program = "", ...args] = [...limits.joinPrefix, ...command];
  return spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

/** Fills `mib` of memory, says so, and keeps it until it is ended. */
function filling(mib: number): readonly string[] {
  const code = `const kept = Buffer.alloc(${mib} * 1048576, 1); console.log(kept.length); setTimeout(() => {}, 60000);`;
  return [process.execPath, "--eval", code];
}

test("two children that each keep to their own memory do not get more than their parent has", async () => {
  const limits = await openGroups();
  const parent = await limits.create("parent", { memory: 256 * MIB, processes: 64, cpu: 1000 }, true);
  const bounds = { memory: 250 * MIB, processes: 24, cpu: 500 };
  const one = await parent.nest?.("one", { bounds, sandbox: 2, holds: false });
  const two = await parent.nest?.("two", { bounds, sandbox: 2, holds: true });
  if (one === undefined || two === undefined) throw new Error("a holder nests");
  const first = start(one, filling(120));
  await new Promise((resolve) => first.stdout?.once("data", resolve));
  expect(one.outOfMemory()).toBe(false);
  const second = start(two, filling(120));
  await Promise.race([endOf(first), endOf(second)]);
  expect([one.outOfMemory(), two.outOfMemory()]).toContain(true);
  await one.remove();
  await two.remove();
  await parent.remove();
  expect(await limits.collectLeftovers()).toBe(0);
});

test("processes of all of them together, and at depth three", async () => {
  const limits = await openGroups();
  const parent = await limits.create("parent", { memory: 128 * MIB, processes: 6, cpu: 1000 }, true);
  const bounds = { memory: 64 * MIB, processes: 6, cpu: 500 };
  const child = await parent.nest?.("child", { bounds, sandbox: 1, holds: true });
  const grandchild = await child?.nest?.("grandchild", { bounds, sandbox: 1, holds: false });
  if (child === undefined || grandchild === undefined) throw new Error("a holder nests");
  // With what is for two sandboxes eight in all: five and a shell in one, so that not even three fit in the other.
  const sleeps = (count: number): readonly string[] => [
    "/bin/sh",
    "-c",
    `for one in ${"x ".repeat(count)}; do sleep 30 & done; echo all; wait`,
  ];
  const lower = start(grandchild, sleeps(5));
  const ended = endOf(lower);
  await new Promise((resolve) => lower.stdout?.once("data", resolve));
  const said: string[] = [];
  const upper = start(parent, sleeps(5));
  upper.stdout?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  await endOf(upper);
  expect(said.join("")).not.toContain("all");
  await grandchild.remove();
  await child.remove();
  await parent.remove();
  await ended;
  expect(await limits.collectLeftovers()).toBe(0);
}, 60_000);

test("a killed governor's nested groups are cleared, and a live one's are not touched", async () => {
  const name = randomBytes(8).toString("hex");
  const open = () => openLimits({ tier: "cgroup", root: "/sys/fs/cgroup", name });
  const dead = await open();
  const parent = await dead.create("parent", { memory: 64 * MIB, processes: 8, cpu: 1000 }, true);
  const child = await parent.nest?.("child", {
    bounds: { memory: 32 * MIB, processes: 4, cpu: 100 },
    sandbox: 2,
    holds: false,
  });
  if (child === undefined) throw new Error("a holder nests");
  const left = start(child, ["sleep", "60"]);
  const gone = endOf(left);
  expect(await dead.collectLeftovers()).toBe(0);
  expect(await (await open()).collectLeftovers()).toBe(2);
  await gone;
});
