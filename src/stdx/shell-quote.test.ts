import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellQuote } from "./shell-quote.ts";

test.each([
  "",
  "plain/path-1.yaml",
  "two words",
  "it's",
  '$HOME `id` "x" \\ ;|&',
  "*",
  "~",
  "-n",
  "a\nb",
  "é",
])("a shell reads `%s` as the one word it is", (word) => {
  const said = execFileSync("/bin/sh", ["-c", `printf '<%s>' ${shellQuote(word)}`], { encoding: "utf8" });
  expect(said).toBe(`<${word}>`);
});
