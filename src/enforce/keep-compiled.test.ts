import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { expect, it } from "vitest";

const MODULE = new URL("./keep-compiled.ts", import.meta.url).href;

/** Where a process that keeps its compiled code keeps it. */
function folderOf(options: {
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}): string {
  const program = `
    const { keepCompiled } = await import(${JSON.stringify(MODULE)});
    const { getCompileCacheDir } = await import("node:module");
    const keep = keepCompiled();
    keep();
    process.stdout.write(getCompileCacheDir() ?? "none");`;
  const words = ["--no-warnings", "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", env: {}, ...options });
  expect(stderr).toBe("");
  return stdout;
}

it("P2 keeps it in the account's own folder, wherever the environment points", () => {
  const own = `${userInfo().homedir}/.cache/writ/`;
  const env = { HOME: "/tmp/elsewhere", XDG_CACHE_HOME: "/tmp/elsewhere", TMPDIR: "/tmp/elsewhere" };
  expect(folderOf({ env }).startsWith(own)).toBe(true);
});

it.skipIf(process.getuid?.() !== 0)("keeps nothing for an account without a home (needs root)", () => {
  expect(folderOf({ uid: 65_534 })).toBe("none");
});
