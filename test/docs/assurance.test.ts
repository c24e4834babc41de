// docs/ASSURANCE.md names what is there: a row for each promise, tests and evidence that exist, families that are families.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FAMILIES } from "../../src/challenge/case.ts";

const page = readFileSync("docs/ASSURANCE.md", "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| **P"));

test("docs/ASSURANCE.md has one row for each promise, each with tests that are there", () => {
  expect(rows.map((row) => /^\| \*\*(P\d+)\*\*/u.exec(row)?.[1])).toEqual(
    Array.from({ length: 12 }, (_, at) => `P${at + 1}`),
  );
  for (const row of rows) expect(row).toMatch(/`[\w./-]+\.test\.ts`/u);
  const files = [...page.matchAll(/`((?:src|test)\/[\w./-]+\.ts)`/gu)].map(([, file = ""]) => file);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  const evidence = [...page.matchAll(/\]\((evidence\/[\w./-]+\.json)\)/gu)].map(([, file = ""]) => file);
  expect(evidence.filter((file) => !existsSync(`docs/${file}`))).toEqual([]);
});

test("docs/ASSURANCE.md names every family of challenges, and no other", () => {
  const named = rows.flatMap((row) =>
    [...(row.split("|").at(-2) ?? "").matchAll(/`([a-z-]+)`/gu)].map(([, name]) => name),
  );
  expect(new Set(named)).toEqual(new Set(FAMILIES));
});
