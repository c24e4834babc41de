import { spawnSync } from "node:child_process";
import { userInfo } from "node:os";
import { expect, it } from "vitest";

const MODULE = new URL("./compiled-folder.ts", import.meta.url).href;

/** Where a process would keep compiled code. */
function folderOf(options: {
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}): unknown {
  const program = `
    const { compiledVariables } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(JSON.stringify(compiledVariables()));`;
  const words = ["--no-warnings", "--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", env: {}, ...options });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

it("P2 compiledVariables name the account's own folder, wherever the environment points", () => {
  const env = { HOME: "/tmp/elsewhere", XDG_CACHE_HOME: "/tmp/elsewhere", TMPDIR: "/tmp/elsewhere" };
  expect(folderOf({ env })).toEqual({ NODE_COMPILE_CACHE: `${userInfo().homedir}/.cache/writ` });
});

it.skipIf(process.getuid?.() !== 0)(
  "compiledVariables are none for an account without a home (needs root)",
  () => {
    expect(folderOf({ uid: 65_534 })).toEqual({});
  },
);
