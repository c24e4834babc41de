import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What the client may load: nothing that parses, signs, decides or stores. */
const LIGHT = new Set([
  "node:buffer",
  "node:child_process",
  "node:fs",
  "node:net",
  "node:os",
  "node:path",
  "node:timers/promises",
  "node:url",
]);

/** Loaded only by what signs: it needs the key's code. */
const WHEN_SIGNING = "./amend/own-signature.ts";

test("openGovernor imports nothing heavy, however deep", () => {
  const seen = new Map<string, string>();
  visit(new URL("./open-governor.ts", import.meta.url), seen);
  const outside = [...seen.keys()].filter((name) => !name.startsWith("file:"));
  expect(outside.filter((name) => !LIGHT.has(name))).toEqual([]);
  const files = [...seen.keys()].filter((name) => name.startsWith("file:"));
  const others = files.filter((name) => !/src\/(?:governor|stdx)\//.test(name));
  const light = ["../enforce/compiled-folder.ts", "../enforce/root/run-folder.ts", "../task/plan.ts"];
  expect(others.toSorted()).toEqual(light.map((file) => new URL(file, import.meta.url).href));
  expect(seen.size).toBeGreaterThan(10);
});

/** Follows the imports that remain when types are stripped, static and dynamic. */
function visit(file: URL, seen: Map<string, string>): void {
  if (seen.has(file.href)) return;
  const text = readFileSync(file, "utf8");
  seen.set(file.href, text);
  const imports = text.matchAll(/^import (?!type )[^;]*? from "([^"]+)";|\bimport\("([^"]+)"\)/gm);
  for (const [whole, fixed, dynamic] of imports) {
    const named = /^import \{([^}]*)\}/.exec(whole)?.[1]?.split(",");
    if (named?.every((name) => name.trim() === "" || name.trim().startsWith("type ")) === true) continue;
    const name = fixed ?? dynamic ?? "";
    if (WHEN_SIGNING === dynamic) continue;
    if (name.startsWith(".")) visit(new URL(name, file), seen);
    else seen.set(name, "");
  }
}
