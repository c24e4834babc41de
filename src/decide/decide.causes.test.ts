// Every cause of the closed set has a known answer in a test beside its check. The answers themselves stand there.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CAUSES } from "./decision.ts";

test("decide: every cause of CAUSES is named by a known-answer test", () => {
  const folder = new URL(".", import.meta.url);
  const files = readdirSync(folder).filter((name) =>
    /^(check-[a-z]+|lazy-needs|place-models)\.test\.ts$/.test(name),
  );
  expect(files).toHaveLength(16);
  const text = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  expect(CAUSES.filter((cause) => !text.includes(`"${cause}"`))).toEqual([]);
});
