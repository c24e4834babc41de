// docs/ERRORS.md and the code name the same closed sets: every code and every cause has a row, and no row is stale.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CAUSES } from "../../src/decide/decision.ts";
import { ERROR_CODES } from "../../src/stdx/writ-error.ts";

const page = readFileSync("docs/ERRORS.md", "utf8");
const [, operating = "", causes = "", gate = ""] = page.split(/^## /m);
const rowsOf = (section: string): readonly string[] =>
  [...section.matchAll(/^\| `([A-Za-z_0-9]+)` \| (.+) \| ?(.*) \|$/gm)].map((row) => row[1] ?? "");

/** The closed sets of the gate, as their types spell them; its death is the one cause that no worker says. */
function gateCauses(): readonly string[] {
  const unions = [
    ["http/refusal.ts", /export type GateCause =([^;]+);/],
    ["connection/connection-record.ts", /export type ConnectionCause =([^;]+);/],
    ["inference/refusal.ts", /export type InferenceCause =([^;]+);/],
    ["dial/dial-request.ts", /readonly cause:([^;]+);/],
  ] as const;
  const spelled = unions.flatMap(([file, union]) => {
    const [, members = ""] = union.exec(readFileSync(`src/enforce/gate/${file}`, "utf8")) ?? [];
    const found = [...members.matchAll(/\| "([a-z_0-9]+)"/g)].map(([, name = ""]) => name);
    expect(found.length).toBeGreaterThan(5);
    return found;
  });
  return [...new Set([...spelled, "gate_died"])].sort();
}

describe("docs/ERRORS.md", () => {
  it("has one row for each of ERROR_CODES, in order", () => {
    expect(rowsOf(operating)).toEqual([...ERROR_CODES]);
  });

  it("has one row for each of CAUSES, in order", () => {
    expect(rowsOf(causes)).toEqual([...CAUSES]);
  });

  it("has one row for each cause of the gate", () => {
    expect([...rowsOf(gate)].sort()).toEqual(gateCauses());
  });
});
