// The main job notices: with one scene's cause taken away, the day ends non-zero and names that scene.
import { execFile } from "node:child_process";
import { describe, it } from "vitest";
import { PACKAGE } from "../package-place.ts";

const SCENES = ["work", "lazy", "contradiction", "sum", "words", "overreach"] as const;

/** For a day on a busy machine, ms. */
const PATIENCE = 120_000;

interface Played {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function day(...args: readonly string[]): Promise<Played> {
  return new Promise((resolve) => {
    const options = { encoding: "utf8", timeout: PATIENCE - 10_000 } as const;
    const child = execFile(
      process.execPath,
      [`${PACKAGE}/dist/day.js`, ...args],
      options,
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

// Each day has a home of its own, and two are played at a time.
describe.concurrent("the example day", { timeout: PATIENCE }, () => {
  it("ends with 0 when every scene happened, and says so", async ({ expect }) => {
    const played = await day();
    expect(played.stderr).toBe("");
    expect(played.status).toBe(0);
    expect(played.stdout).toContain("All of it happened");
  });

  it.for(SCENES)("names the scene `%s` when its cause is taken away", async (scene, { expect }) => {
    const played = await day("--without", scene);
    expect(played.status).toBe(1);
    expect(played.stderr).toMatch(new RegExp(`^day: error: scene \`${scene}\` did not happen`));
  });

  it("refuses a scene it does not have", async ({ expect }) => {
    const played = await day("--without", "everything");
    expect(played.status).toBe(64);
    expect(played.stderr).toContain("no scene `everything`");
  });
});
