// Memory pressure as captured trees show it.
import { describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import { observePressure } from "./pressure.ts";

const full = "full avg10=99.00 avg60=0.00 avg300=0.00 total=0\n";

describe("observePressure", () => {
  it.each([
    ["0.00", 0],
    ["1.50", 150],
    ["0.29", 29],
    ["100.00", 10_000],
  ])("reads some avg10=%s as %i basis points", (share, expected) => {
    const text = `some avg10=${share} avg60=7.00 avg300=8.00 total=12345\n${full}`;
    expect(observePressure(capturedTree({ "proc/pressure/memory": text }))).toBe(expected);
  });

  it.each([
    ["is missing", {}],
    ["is empty", { "proc/pressure/memory": "" }],
    ["has only the other line", { "proc/pressure/memory": full }],
    ["is over a hundred", { "proc/pressure/memory": "some avg10=100.01 avg60=0.00\n" }],
    ["is no number", { "proc/pressure/memory": "some avg10=nan avg60=0.00\n" }],
    ["is a folder", { "proc/pressure/memory/x": "" }],
  ])("is null when the figure %s", (_, tree: Record<string, string>) => {
    expect(observePressure(capturedTree(tree))).toBeNull();
  });
});
