// What a case spoils is afterwards what it was before: files, folders, what was not there, and what stands beside them.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keep } from "./keep.ts";

function folder(): string {
  const root = mkdtempSync(join(tmpdir(), "writ-keep-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

test("keep puts back what was changed, removed, made or turned into something else", () => {
  const root = folder();
  const at = (name: string): string => join(root, name);
  mkdirSync(at("ledger"));
  writeFileSync(at("ledger/seg-0"), "records");
  writeFileSync(at("key"), "secret", { mode: 0o600 });
  writeFileSync(at("spec"), "tight");
  symlinkSync("/nowhere", at("ledger/link"));
  const putBack = keep(["ledger", "key", "spec", "new"].map(at));
  writeFileSync(at("ledger/seg-0"), "recorps");
  writeFileSync(at("ledger/seg-1"), "more");
  rmSync(at("key"));
  rmSync(at("spec"));
  mkdirSync(at("spec"));
  writeFileSync(at("new"), "made");
  putBack();
  expect(readdirSync(root).toSorted()).toEqual(["key", "ledger", "spec"]);
  expect(readdirSync(at("ledger")).toSorted()).toEqual(["link", "seg-0"]);
  expect([readFileSync(at("ledger/seg-0"), "utf8"), readFileSync(at("spec"), "utf8")]).toEqual([
    "records",
    "tight",
  ]);
  expect([readFileSync(at("key"), "utf8"), statSync(at("key")).mode & 0o777]).toEqual(["secret", 0o600]);
});

test("keep of nothing, and of a path whose folder is gone afterwards", () => {
  keep([])();
  const root = folder();
  mkdirSync(join(root, "a"));
  const putBack = keep([join(root, "a/new")]);
  rmSync(join(root, "a"), { recursive: true });
  putBack();
  expect(existsSync(join(root, "a"))).toBe(false);
});
