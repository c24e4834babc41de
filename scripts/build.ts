// Builds the package: dist/ from src/ with the compiler alone, so that what ships is plain JavaScript. Library
// declarations are checked by scripts/check-types.ts, not here.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const run = spawnSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--skipLibCheck"],
  {
    stdio: "inherit",
  },
);
process.exit(run.status ?? 1);
