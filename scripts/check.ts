// Every check that reads the code without running it, fast things first; stops at the first that fails.
import { spawnSync } from "node:child_process";

const node = process.execPath;
const STEPS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: "format", command: [node, "node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off"] },
  { name: "house rules", command: [node, "scripts/check-house.ts"] },
  { name: "types", command: [node, "scripts/check-types.ts"] },
  { name: "lint", command: [node, "node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"] },
  { name: "layers", command: [node, "scripts/check-layers.ts"] },
  { name: "dead code", command: [node, "scripts/check-dead-code.ts"] },
  { name: "package", command: [node, "scripts/check-package.ts"] },
];

for (const { name, command } of STEPS) {
  const started = performance.now();
  const [program = "", ...args] = command;
  const run = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (run.status !== 0) {
    process.stdout.write(`${run.stdout}${run.stderr}`);
    process.stderr.write(`check: error: ${name} failed\n`);
    process.exit(1);
  }
  process.stdout.write(`check: ${name} holds (${seconds} s)\n`);
}
