import { mkdtempSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { sha256 } from "./ports.ts";
import { SpecFile } from "./spec-file.ts";

const folder = mkdtempSync(join(tmpdir(), "writ-spec-file-"));
const path = join(folder, "governance.yaml");
const adopted = sha256("adopted");
beforeEach(() => {
  rmSync(path, { force: true });
  writeFileSync(path, "adopted");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("SpecFile.check passes while the file holds the adopted bytes", () => {
  const file = new SpecFile(path);
  file.check(adopted);
  file.check(adopted);
  renameSync(path, `${path}.old`);
  writeFileSync(path, "adopted");
  file.check(adopted);
});

test("SpecFile.check sees one byte changed, with size and times put back", () => {
  const file = new SpecFile(path);
  file.check(adopted);
  const { atime, mtime } = statSync(path);
  writeFileSync(path, "adopteD");
  utimesSync(path, atime, mtime);
  expect(() => file.check(adopted)).toThrow(expect.objectContaining({ code: "WRIT_SPEC_EDITED" }));
  writeFileSync(path, "adopted");
  file.check(adopted);
});

test("SpecFile.check names a missing file, and takes no link, folder or huge file for it", () => {
  const file = new SpecFile(path);
  rmSync(path);
  expect(() => file.check(adopted)).toThrow(expect.objectContaining({ code: "WRIT_SPEC_MISSING" }));
  writeFileSync(`${path}.other`, "adopted");
  symlinkSync(`${path}.other`, path);
  expect(() => file.check(adopted)).toThrow(expect.objectContaining({ code: "WRIT_SPEC_EDITED" }));
  rmSync(path);
  writeFileSync(path, Buffer.alloc(4 * 1024 * 1024 + 1));
  expect(() => file.check(adopted)).toThrow(expect.objectContaining({ code: "WRIT_SPEC_EDITED" }));
});
