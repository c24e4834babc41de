// findToolchain on real folders: what of an installation is shown, and by which name a program is started.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { grantsOf } from "../../../test/enforce/confined-run.ts";
import { closePaths, type OpenPath } from "./open-grants.ts";
import { findToolchain, SYSTEM_PATH, type Toolchain } from "./toolchain.ts";

const base = realpathSync(mkdtempSync("/var/tmp/writ-toolchain-"));
let opened: readonly OpenPath[] = [];
afterEach(() => {
  closePaths(opened);
  opened = [];
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

function install(prefix: string, ...folders: readonly string[]): string {
  for (const folder of ["bin", ...folders]) mkdirSync(`${base}/${prefix}/${folder}`, { recursive: true });
  const program = `${base}/${prefix}/bin/tool`;
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  return program;
}

function find(asked: Parameters<typeof grantsOf>[0]): Toolchain {
  const found = findToolchain(grantsOf(asked));
  opened = found.paths;
  return found;
}

describe("findToolchain", () => {
  test("shows the parts of an installation, never its prefix", () => {
    const tool = install("opt/tool-1.2", "lib", "share", ".git", "src");
    writeFileSync(`${base}/opt/tool-1.2/.env`, "private");
    const { paths, searchPath, program } = find({ command: [tool], directory: base });
    expect(paths.map((path) => path.target)).toEqual(
      ["bin", "lib", "share"].map((part) => `${base}/opt/tool-1.2/${part}`),
    );
    expect(paths.some((path) => path.writable)).toBe(false);
    expect(searchPath).toBe(`${base}/opt/tool-1.2/bin:${SYSTEM_PATH}`);
    expect(program).toBe(tool);
  });

  test("shows nothing beside a program in a person's own folders, in a folder of another name, or of the system", () => {
    for (const prefix of [".local", "root", "home/someone"]) {
      const tool = install(prefix, "lib", "share");
      expect(find({ command: [tool], directory: base }).paths).toEqual([]);
    }
    const plain = `${base}/opt/plain`;
    writeFileSync(plain, "#!/bin/sh\n", { mode: 0o755 });
    expect(find({ command: [plain], directory: base })).toMatchObject({ paths: [], searchPath: SYSTEM_PATH });
    expect(find({ command: ["sh"], directory: base })).toMatchObject({ paths: [], searchPath: SYSTEM_PATH });
  });

  test("does not follow a link in the place of a part", () => {
    const tool = install("linked");
    symlinkSync("/root", `${base}/linked/lib`);
    const { paths } = find({ command: [tool], directory: base });
    expect(paths.map((path) => path.target)).toEqual([`${base}/linked/bin`]);
  });

  test("starts a program by the name it was asked for when that leads to it", () => {
    const tool = install("opt/many");
    symlinkSync(tool, `${base}/opt/many/bin/other-name`);
    expect(find({ command: [`${base}/opt/many/bin/other-name`], directory: base }).program).toBe(
      `${base}/opt/many/bin/other-name`,
    );
    mkdirSync(`${base}/unseen`);
    symlinkSync(tool, `${base}/unseen/alias`);
    expect(find({ command: [`${base}/unseen/alias`], directory: base }).program).toBe(tool);
    expect(
      find({ command: ["./alias"], directory: `${base}/unseen`, reads: [`${base}/unseen`] }).program,
    ).toBe(`${base}/unseen/alias`);
  });
});
