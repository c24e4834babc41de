// The examples of machines: each spec is one that a home can be made with, and says what its first lines say.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { specOf, taskOf } from "../../src/governor/parse-input.ts";
import type { Spec } from "../../src/spec/spec.ts";

const fileOf = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const read = (name: string): Spec => specOf(readFileSync(fileOf(name)), name).spec;

it("specOf takes examples/home-lab: models here, nothing outside, and a task that tells", () => {
  const { sovereignty, notify, challenge } = read("home-lab/governance.yaml");
  expect([sovereignty.endpoints, sovereignty.external_calls_max, sovereignty.score_min]).toEqual([
    [],
    0,
    100,
  ]);
  expect(sovereignty.providers.map(({ kind }) => kind)).toEqual(["ollama"]);
  expect([notify?.on.length, challenge?.every]).toEqual([7, 7 * 24 * 3_600_000]);
  const text = readFileSync(fileOf("home-lab/notify.yaml"), "utf8");
  const { task } = taskOf({ text, source: "notify.yaml", directory: "/", format: "yaml" });
  expect([task.needs.calls, task.needs.writes]).toEqual([[], ["/home/me/writ/notices"]]);
});

it("specOf takes examples/two-users: a uid each, and a window of its own for each", () => {
  const { principals, resources } = read("two-users/governance.yaml");
  expect(new Set(principals.map(({ uid }) => uid)).size).toBe(2);
  expect(resources.budgets.map(({ scope }) => scope)).toContain("principal");
});

it("specOf takes examples/ci-runner: one registry, read alone, and no secret beside strangers' code", () => {
  const { sovereignty, privacy } = read("ci-runner/governance.yaml");
  expect(sovereignty.endpoints.map(({ host, methods }) => [host, methods])).toEqual([
    ["packages.example.org", ["GET"]],
  ]);
  expect(privacy.refuse_when).toEqual([{ untrusted: true, label_min: "secret", control_not: null }]);
});
