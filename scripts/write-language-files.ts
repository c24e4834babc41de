// Writes what follows from the language schemas: schemas/*.json, and the field tables of docs/SPEC.md between their
// markers. `--check` writes nothing and fails when a file differs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { languageFiles } from "./language-files.ts";

const check = process.argv.includes("--check");
let stale = 0;
for (const { path, text } of languageFiles(process.cwd())) {
  const current = existsSync(path) ? readFileSync(path, "utf8") : null;
  if (current === text) continue;
  stale += 1;
  if (check) process.stderr.write(`language: ${path} differs: run node scripts/write-language-files.ts\n`);
  else {
    mkdirSync(new URL(".", `file://${path}`), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`language: wrote ${path}\n`);
  }
}
process.exit(check && stale > 0 ? 1 : 0);
