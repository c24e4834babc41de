// findToolchain on real folders: by which name a program is started, and where its own neighbours are searched.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { grantsOf } from "../../../test/enforce/confined-run.ts";
import { findToolchain, SYSTEM_PATH } from "./toolchain.ts";

const base = realpathSync(mkdtempSync("/var/tmp/writ-toolchain-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function install(prefix: string): string {
  mkdirSync(`${base}/${prefix}/bin`, { recursive: true });
  const program = `${base}/${prefix}/bin/tool`;
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  return program;
}

const find = (asked: Parameters<typeof grantsOf>[0]): ReturnType<typeof findToolchain> =>
  findToolchain(grantsOf(asked));

describe("findToolchain", () => {
  test("searches the program's own folder first where the writ shows it", () => {
    const tool = install("opt/tool-1.2");
    const own = `${base}/opt/tool-1.2/bin:${SYSTEM_PATH}`;
    expect(find({ command: [tool], directory: base })).toEqual({ program: tool, searchPath: own });
    expect(find({ command: [tool], directory: base, reads: [`${base}/opt`] }).searchPath).toBe(own);
    expect(find({ command: [tool], directory: base, toolchain: [] }).searchPath).toBe(SYSTEM_PATH);
    expect(find({ command: ["sh"], directory: base }).searchPath).toBe(SYSTEM_PATH);
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
