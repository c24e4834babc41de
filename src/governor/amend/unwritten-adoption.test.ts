// A crash between an adoption's record and governance.yaml mends itself at the next start; an edited file never does.
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, test } from "vitest";
import { endGovernor } from "../../../test/e2e/cli-process.ts";
import { type MadeHome, makeHome, taskOf } from "../fixtures/made-home.ts";
import { homePaths } from "../home.ts";
import { UnwrittenAdoption } from "./unwritten-adoption.ts";

test("UnwrittenAdoption is what the last adoption replaced, until a governor starts", () => {
  const unwritten = new UnwrittenAdoption();
  const adopt = (bytes_hash: string): void => unwritten.note({ kind: "spec_adopted", core: { bytes_hash } });
  adopt("a");
  expect(unwritten.replaced).toBeNull();
  adopt("b");
  expect(unwritten.replaced).toBe("a");
  unwritten.note({ kind: "settlement", core: {} });
  expect(unwritten.replaced).toBe("a");
  unwritten.note({ kind: "software", core: {} });
  expect(unwritten.replaced).toBeNull();
  adopt("c");
  expect(unwritten.replaced).toBe("b");
});

describe("a start after a crash that left the file of the spec before", { timeout: 120_000 }, () => {
  let made: MadeHome | null = null;
  afterEach(async () => {
    await made?.end();
    made = null;
  });

  it("puts the adopted bytes into the file, once, and into no edited one", async () => {
    made = await makeHome();
    const { home } = made;
    const file = homePaths(home).spec;
    const before = readFileSync(file, "utf8");
    const tighter = before.replace(/processes_max: [0-9]+/, "processes_max: 7");
    expect(tighter).not.toBe(before);
    const killed = async (left: string): Promise<void> => {
      await endGovernor(home);
      writeFileSync(file, left);
    };
    const asked = taskOf(made, ["true"]);
    let governor = await made.open();
    const adopted = await governor.adopt({ bytes: Buffer.from(tighter), source: "tighter" });
    expect(adopted.outcome).toBe("adopted");
    // Edited is not unwritten: no start touches it.
    await killed(`${before}# mine\n`);
    governor = await made.open();
    await expect(governor.check(asked)).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
    expect(readFileSync(file, "utf8")).toBe(`${before}# mine\n`);
    await governor.restore();
    const again = tighter.replace("processes_max: 7", "processes_max: 6");
    expect((await governor.adopt({ bytes: Buffer.from(again), source: "again" })).outcome).toBe("adopted");
    await killed(tighter);
    governor = await made.open();
    await governor.check(asked);
    expect(readFileSync(file, "utf8")).toBe(again);
    // A governor has started since: whoever puts the old bytes back now edits.
    await killed(tighter);
    governor = await made.open();
    await expect(governor.check(asked)).rejects.toMatchObject({ code: "WRIT_SPEC_EDITED" });
  });
});
