// The dead-code check: knip over the project, and proof that it can fail: a file nobody imports must be named.

import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";

const PLANTED = "src/stdx/planted-dead-file.ts";

const clean = knip();
if (clean.status !== 0) fail(clean.stdout + clean.stderr);
writeFileSync(PLANTED, "export const planted = 1;\n");
let planted: ReturnType<typeof knip>;
try {
  planted = knip();
} finally {
  rmSync(PLANTED, { force: true });
}
if (planted.status === 0 || !planted.stdout.includes(PLANTED)) fail("the planted dead file was not caught");
process.stdout.write("dead code: none; the planted file was caught\n");

function knip(): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["node_modules/knip/bin/knip.js", "--no-progress"], {
    encoding: "utf8",
  });
}

function fail(message: string): never {
  process.stderr.write(`dead code: error: ${message.trim()}\n`);
  process.exit(1);
}
