// languageFiles: the schemas and the tables of docs/SPEC.md are those that the code writes, and every field of both
// languages names the room that holds it.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { languageFiles } from "../../scripts/language-files.ts";
import { FIELD_ORDER } from "../../src/spec/field-order.ts";
import { specSchema } from "../../src/spec/spec-schema.ts";
import { leaves } from "../../src/stdx/schema/leaves.ts";
import { taskSchema } from "../../src/task/task-schema.ts";

const spec = leaves(specSchema);
const task = leaves(taskSchema("/"));

test.each(languageFiles(process.cwd()))("languageFiles wrote $path", ({ path, text }) => {
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("every leaf of specSchema and taskSchema names a room that exists and an order", () => {
  for (const { path, field } of [...spec, ...task]) {
    expect(field.enforcement, path).not.toBeNull();
    expect(field.enforcement?.planned, path).toBeNull();
    const room = field.enforcement?.enforced_by ?? "nowhere";
    expect(existsSync(`src/${room}`), `${path} is held by ${room}`).toBe(true);
    expect(field.about, path).toMatch(/^\S.*[^.\s]$/u);
  }
  expect(spec.length).toBeGreaterThan(50);
  expect(task.length).toBeGreaterThan(25);
});

test("specSchema and FIELD_ORDER have the same fields, ordered in the same way", () => {
  expect(spec.map(({ path, field }) => [path, field.enforcement?.comparison])).toEqual(
    FIELD_ORDER.map(({ field, kind }) => [field, kind]),
  );
});
