import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { formatNodeFile, type NodeFile, readNodeFile } from "./node-file.ts";

const folder = mkdtempSync(join(tmpdir(), "writ-node-file-"));
const path = join(folder, "node.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node: NodeFile = { format: 1, node: "0".repeat(32), task_uid: 65_534, throw_away: { root: "/tmp/x" } };

test("readNodeFile reads what formatNodeFile wrote", () => {
  for (const each of [node, { ...node, task_uid: null }, { ...node, throw_away: null }]) {
    writeFileSync(path, formatNodeFile(each));
    expect(readNodeFile(path, folder)).toEqual(each);
  }
});

test.each([
  ["not JSON", "{"],
  ["null", "null\n"],
  ["an unknown member", formatNodeFile({ ...node, extra: 1 } as NodeFile)],
  ["a missing member", formatNodeFile({ format: 1, node: node.node, task_uid: null } as unknown as NodeFile)],
  ["uid 0", formatNodeFile({ ...node, task_uid: 0 })],
  ["another format", formatNodeFile({ ...node, format: 2 as 1 })],
  ["another spelling", JSON.stringify(node)],
  ["a relative root", formatNodeFile({ ...node, throw_away: { root: "x" } })],
])("readNodeFile refuses %s", (_name, text) => {
  writeFileSync(path, text);
  expect(() => readNodeFile(path, folder)).toThrow(expect.objectContaining({ code: "WRIT_HOME_UNSAFE" }));
});

test("readNodeFile names a folder that is no home", () => {
  expect(() => readNodeFile(join(folder, "none"), folder)).toThrow(
    expect.objectContaining({ code: "WRIT_HOME_MISSING" }),
  );
});
