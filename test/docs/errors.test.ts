// docs/ERRORS.md and the code name the same closed sets: every code and every cause has a row, and no row is stale.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CAUSES } from "../../src/decide/decision.ts";
import { ERROR_CODES } from "../../src/stdx/writ-error.ts";

const page = readFileSync("docs/ERRORS.md", "utf8");
const [, operating = "", causes = ""] = page.split(/^## /m);
const rowsOf = (section: string): readonly string[] =>
  [...section.matchAll(/^\| `([A-Za-z_]+)` \| (.+) \| (.+) \|$/gm)].map((row) => row[1] ?? "");

describe("docs/ERRORS.md", () => {
  it("has one row for each of ERROR_CODES, in order", () => {
    expect(rowsOf(operating)).toEqual([...ERROR_CODES]);
  });

  it("has one row for each of CAUSES, in order", () => {
    expect(rowsOf(causes)).toEqual([...CAUSES]);
  });
});
