// launch: what becomes of launchers that fail, and of a stage that binds another thing than was granted.
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { launch } from "./launch.ts";
import { STAGE_SCRIPT } from "./launcher-scripts.ts";
import { closePaths, type OpenPath, openPresent } from "./open-grants.ts";
import { prepareStage } from "./stage.ts";
import { openPipeMaker } from "./task-pipes.ts";

const base = mkdtempSync("/var/tmp/writ-launch-");
const maker = openPipeMaker(null);
const isRoot = process.geteuid?.() === 0;
afterAll(() => {
  maker.close();
  rmSync(base, { recursive: true, force: true });
});

async function run(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const pipes = await maker.take();
  try {
    return await launch({
      program,
      arguments: args,
      variables,
      pipes,
      descriptors: new Map(),
    });
  } catch (cause) {
    return cause;
  }
}

describe("launch", () => {
  test("a launcher that fails is an error with its last words, escaped and bounded", async () => {
    const script = "printf 'first\\nsecond \\033[31m\\nlast' >&2; exit 9";
    expect(await run("/bin/sh", ["-c", script])).toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
      hint: "writ doctor",
      message: String.raw`the sandbox ended with 9 before it stood: "second \u001b[31m; last"`,
    });
    const much = (await run("/bin/sh", ["-c", "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1"])) as Error;
    expect(much.message.length).toBeLessThan(5000);
  });

  test("a launcher that is not there, or that ends without a word, or that says another one, is an error", async () => {
    for (const [program, args] of [
      ["/nowhere/bwrap", []],
      ["/bin/true", []],
      ["/bin/sh", ["-c", "echo other >&4; sleep 60"]],
      ["/bin/sh", ["-c", "kill -9 $$"]],
    ] as const) {
      expect(await run(program, args)).toMatchObject({ code: "WRIT_LAUNCH_FAILED" });
    }
  });

  test("a word that comes without a sandbox behind it is an error", async () => {
    expect(await run("/bin/sh", ["-c", "echo ready >&4; sleep 60"])).toMatchObject({
      code: "WRIT_LAUNCH_FAILED",
    });
  });

  test("P1 a path that is another one when the stage binds it starts nothing", async () => {
    if (!isRoot) {
      process.stderr.write("not tested: the stage: only root has one\n");
      return;
    }
    const granted = `${base}/granted`;
    const ran = `${base}/ran`;
    writeFileSync(granted, "granted");
    const open = openPresent(granted, "file") as OpenPath;
    const another = `${base}/another`;
    const swaps = [
      () => undefined,
      () => writeFileSync(another, "granted"),
      () => symlinkSync("/etc/hostname", another),
    ];
    for (const [index, swap] of swaps.entries()) {
      swap();
      if (index > 0) renameSync(another, granted);
      const folder = `${base}/swap-${index}`;
      mkdirSync(`${folder}/etc`, { recursive: true });
      const { variables } = prepareStage(folder, `${folder}/etc`, [open]);
      const args = [
        "--mount",
        "--",
        "/bin/sh",
        "-c",
        STAGE_SCRIPT,
        "sh",
        "--",
        "/bin/sh",
        "-c",
        `echo x >> ${ran}; exit 5`,
      ];
      const result = (await run("unshare", args, variables)) as {
        readonly code: string;
        readonly message: string;
      };
      if (index === 0) expect(result.message).toContain("ended with 5");
      else expect(result).toMatchObject({ code: "WRIT_GRANT_CHANGED" });
    }
    expect(statSync(ran).size).toBe(2);
    closePaths([open]);
  });
});
