// What macOS's programs print, as their manuals document it: levels, or unmeasurable; never a level for silence.
import { describe, expect, it } from "vitest";
import { createObserver } from "../observe.ts";
import { askMacFigures, parseFreeShare, parsePressureLevel, parseThermalState } from "./mac-figures.ts";

const intel = (speed: number): string =>
  `2026-11-22 20:00:00 +0000 CPU Power notify\n\tCPU_Scheduler_Limit \t= 100\n\tCPU_Available_CPUs \t= 8\n\tCPU_Speed_Limit \t= ${speed}\n`;
const silicon =
  "Note: No thermal warning level has been recorded\nNote: No performance warning level has been recorded\nNote: No CPU power status has been recorded\n";

describe("parseThermalState", () => {
  it.each([
    [intel(100), "nominal"],
    [intel(99), "moderate"],
    [intel(79), "heavy"],
    [intel(49), "trapping"],
    [silicon, "nominal"],
    ["Thermal Warning Level = 1\n", "moderate"],
    ["Thermal Warning Level = 2\n", "heavy"],
    ["Thermal Warning Level = 9\n", "trapping"],
    [`${silicon}Thermal Warning Level = 2\n`, "heavy"],
  ])("reads %j", (text, level) => {
    expect(parseThermalState(text)).toEqual({ state: "level", level, source: "pmset -g therm" });
  });

  it.each(["", "\n", "CPU_Speed_Limit = fast", "pmset: command not found", "CPU_Speed_Limit = -5"])(
    "takes no level from %j",
    (text) => {
      expect(parseThermalState(text).state).toBe("unmeasurable");
    },
  );
});

describe("parsePressureLevel and parseFreeShare", () => {
  it("read what is documented and nothing else", () => {
    const levels = ["1\n", "2\n", "4\n", "3\n", "0", "", "one"].map(parsePressureLevel);
    expect(levels).toEqual(["normal", "warning", "critical", null, null, null, null]);
    const share = (text: string): string => `System-wide memory free percentage: ${text}%\n`;
    expect(["62", "0", "100", "101", "x"].map((text) => parseFreeShare(share(text)))).toEqual([
      62,
      0,
      100,
      null,
      null,
    ]);
  });
});

describe("askMacFigures", () => {
  it("asks fixed programs, and an observer on macOS takes what they say", async () => {
    const answers = new Map([
      ["/usr/bin/pmset", intel(70)],
      ["/usr/sbin/sysctl", "2\n"],
      ["/usr/bin/memory_pressure", "System-wide memory free percentage: 50%\n"],
    ]);
    const run = async (file: string): Promise<string | null> => answers.get(file) ?? null;
    const node = await createObserver({ clock: () => 0, platform: "darwin", run }).node();
    expect(node).toMatchObject({
      heat: { level: "heavy" },
      memory_level: "warning",
      memory_available: Math.floor(node.memory_total / 2),
    });
    const silent = await askMacFigures(async () => null);
    expect(silent).toMatchObject({
      heat: { state: "unmeasurable" },
      memory_level: null,
      memory_free: null,
    });
  });
});
