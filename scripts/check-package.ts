// The package check: builds and packs for real, then publint and are-the-types-wrong on the tarball.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

mkdirSync("reports", { recursive: true });
const folder = mkdtempSync("reports/pack-");
try {
  run([process.execPath, "scripts/build.ts"]);
  run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder]);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  run([process.execPath, "node_modules/publint/src/cli.js", "run", tarball, "--strict"]);
  run([
    process.execPath,
    "node_modules/@arethetypeswrong/cli/dist/index.js",
    tarball,
    "--profile",
    "esm-only",
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: readonly string[]): void {
  const [program = "", ...args] = command;
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write(`package: error: ${command.join(" ")}\n${result.stdout}${result.stderr}`);
  process.exit(1);
}
