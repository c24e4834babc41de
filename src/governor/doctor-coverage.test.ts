// What the doctor tells of coverage: escaped, bounded, and weak where something goes around.
import { describe, expect, it } from "vitest";
import { freshTree } from "../../test/captured-tree.ts";
import { coverageCheck, toldCoverage } from "./doctor-coverage.ts";

describe("toldCoverage", () => {
  it("shows other people's words escaped and cut, and prints no line that would play tricks when copied", () => {
    const root = freshTree({
      "etc/passwd": "",
      "etc/crontab": `* * * * * root echo\u001b[2J; ./x '\u202e'\n* * * * * root ./y ${"a".repeat(5000)}\n`,
    });
    const coverage = toldCoverage({ home: "/not/there", named: false, root });
    expect(JSON.stringify(coverage)).not.toMatch(/\\u001b|\u202e/);
    expect(coverage.commands.map(({ adopted }) => adopted?.none)).toEqual([
      "its line has control characters",
      "its line is over 4096 characters",
    ]);
    expect(Math.max(...coverage.commands.map(({ command }) => command.length))).toBeLessThanOrEqual(400);
    expect(coverage.processes).toBeNull();
    expect(coverageCheck(coverage)).toEqual({
      name: "coverage",
      state: "weak",
      evidence: "0 of 2 scheduled commands go through writ; no governed uid is known",
      repair: "writ doctor --adopt",
    });
  });

  it("names the home in an adopted line only where it was named, and holds where nothing is scheduled", () => {
    const root = freshTree({ "etc/passwd": "", "etc/crontab": "* * * * * root ./x\n" });
    const lines = (named: boolean): string =>
      toldCoverage({ home: "/srv/a 100%", named, root }).commands[0]?.adopted?.lines[0] ?? "";
    expect(lines(true)).toMatch(
      /^\* \* \* \* \* root \S+ \S+\/bin\/writ\.js run --home '\/srv\/a 100\\%' --name x -- \.\/x$/,
    );
    expect(lines(false)).toMatch(/writ\.js run --name x -- \.\/x$/);
    const none = toldCoverage({ home: "/not/there", named: false, root: freshTree({ "etc/passwd": "" }) });
    expect(coverageCheck(none)).toMatchObject({ state: "holds", repair: null });
  });
});
