// Builds the package as it ships before any test: what tests start as processes. Vitest calls the default export.
import { cpSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle, bundleProgram } from "../scripts/bundle.ts";
import type * as Gate from "../src/enforce/gate/gate.ts";
import { PACKAGE } from "./package-place.ts";

const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Beside `dist/`, as `files` of package.json names them; documents are of no use to a process. */
const PARTS: readonly string[] = [
  "bin/writ.js",
  "package.json",
  "examples/governance.yaml",
  "examples/day",
  "profiles",
  "suites",
  "answers",
  "schemas",
];

/** What tests start many times, as `dist/NAME.js`: from source each start is a second of loading instead of a tenth. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "append-forever": "test/ledger/append-forever.ts",
  "confined-run": "test/fixtures/confined-run.ts",
  day: "examples/day/day.ts",
  "inject-once": "test/ledger/inject-once.ts",
};

/**
 * Builds it and keeps its gate worker compiled, as a governor does that lives for a while: hundreds of them start. What is
 * there already is replaced file by file, so that another run of these tests goes on.
 */
export default async function buildPackage(): Promise<void> {
  for (const part of PARTS) {
    mkdirSync(dirname(`${PACKAGE}/${part}`), { recursive: true });
    cpSync(`${ROOT}/${part}`, `${PACKAGE}/${part}`, { recursive: true });
  }
  await bundle(ROOT, `${PACKAGE}/dist`, [GATE]);
  for (const [name, file] of Object.entries(PROGRAMS))
    await bundleProgram(ROOT, `${PACKAGE}/dist`, name, `${ROOT}/${file}`);
  const { keepGateCompiled } = (await import(`${PACKAGE}/dist/${GATE}.js`)) as typeof Gate;
  await keepGateCompiled();
}

const GATE = "enforce/gate/gate";
