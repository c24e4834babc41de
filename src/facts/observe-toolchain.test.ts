// The installation beside a program on a real file system, and the private places in it.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { baseTask } from "../../test/decision-fixtures.ts";
import type { PathFacts } from "../decide/facts.ts";
import { ContentHasher } from "./content-hash.ts";
import { observePaths } from "./identity.ts";

const isRoot = process.geteuid?.() === 0;
const identity = isRoot
  ? { uid: 54_321, gid: 54_321, groups: [] }
  : { uid: process.geteuid?.() ?? 1, gid: process.getegid?.() ?? 1, groups: process.getgroups?.() ?? [] };
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync("/var/tmp/writ-installed-"));
  chmodSync(root, 0o755);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function look(program: string): Promise<PathFacts> {
  const task = { ...baseTask(), directory: root, run: { command: [program] } };
  return await observePaths(task, { identity, home: null, writHomes: [], hasher: new ContentHasher() });
}

function write(path: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "#!/bin/sh\n", { mode: 0o755 });
  return join(root, path);
}

describe("observePaths: the toolchain", () => {
  it("is what is there of the program's installation and may be read, with its private places", async () => {
    const tool = write("opt/bin/tool");
    for (const file of ["lib/part", "share/.ssh/id", "src/part", "pyvenv.cfg"]) write(`opt/${file}`);
    mkdirSync(join(root, "elsewhere"));
    symlinkSync(join(root, "elsewhere"), join(root, "opt/include"));
    const { toolchain = [], masked } = await look(tool);
    const parts = ["bin", "lib", "share", "pyvenv.cfg"].map((part) => join(root, "opt", part));
    expect(toolchain.map(({ real }) => real)).toEqual(parts);
    expect(
      toolchain.every(({ permitted, device, inode }) => permitted && device !== null && inode !== null),
    ).toBe(true);
    expect(masked).toEqual([join(root, "opt/share/.ssh")]);
    chmodSync(join(root, "opt/lib"), isRoot ? 0o700 : 0o000);
    expect((await look(tool)).toolchain?.length).toBe(3);
  });

  it("is nothing for the system's programs, and for one in a folder of another name", async () => {
    write("lib/part");
    expect((await look(write("opt/tool"))).toolchain).toEqual([]);
    expect((await look("true")).toolchain).toEqual([]);
    expect((await look("no-such-program")).toolchain).toEqual([]);
  });

  it("is not permitted where its private places cannot all be found", async () => {
    const tool = write("opt/bin/tool");
    mkdirSync(join(root, "opt/lib", "d/".repeat(70)), { recursive: true });
    const { toolchain = [] } = await look(tool);
    expect(toolchain.map(({ permitted }) => permitted)).toEqual([true, false]);
  });
});
