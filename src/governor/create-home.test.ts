import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHome } from "./create-home.ts";
import { specText } from "./fixtures/spec-text.ts";

test("createHome removes what a killed one left, and nothing of one that still lives", async () => {
  const root = mkdtempSync(join(tmpdir(), "writ-leftover-"));
  try {
    const { pid } = spawnSync("/bin/true");
    const [left, other] = [`${root}/home.new-${pid}-0123456789ab`, `${root}/home.new-notes`];
    const living = `${root}/home.new-${process.pid}-0123456789ab`;
    for (const folder of [left, other, living]) mkdirSync(`${folder}/keys`, { recursive: true });
    await createHome({ path: `${root}/home`, spec: { bytes: Buffer.from(specText(root)), source: "test" } });
    expect([left, other, living].map((folder) => existsSync(folder))).toEqual([false, true, true]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
