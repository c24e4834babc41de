// The main job notices: with one scene's cause taken away, the day ends non-zero and names that scene.
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const SCENES = ["work", "lazy", "contradiction", "sum", "words", "overreach"] as const;

function day(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, ["examples/day/day.ts", ...args], {
    encoding: "utf8",
    timeout: 110_000,
  });
}

describe("the example day", () => {
  it("ends with 0 when every scene happened, and says so", () => {
    const run = day();
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    expect(run.stdout).toContain("All of it happened");
  }, 120_000);

  it.each(SCENES)(
    "names the scene `%s` when its cause is taken away",
    (scene) => {
      const run = day("--without", scene);
      expect(run.status).toBe(1);
      expect(run.stderr).toMatch(new RegExp(`^day: error: scene \`${scene}\` did not happen`));
    },
    120_000,
  );

  it("refuses a scene it does not have", () => {
    const run = day("--without", "everything");
    expect(run.status).toBe(64);
    expect(run.stderr).toContain("no scene `everything`");
  });
});
