// The package as it ships, built anew before any test: what end-to-end tests start. Vitest calls the default export once.
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../scripts/bundle.ts";
import type { keepGateCompiled as KeepGateCompiled } from "../src/enforce/gate/gate.ts";

const ROOT: string = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Its folder; below it are bin/, dist/ and what they read. */
export const PACKAGE: string = `${ROOT}/reports/package`;

/** As what its processes know each other: a client in a test's own process that says so is one of them. */
export function packageBuild(): string {
  const { version } = JSON.parse(readFileSync(`${PACKAGE}/package.json`, "utf8")) as {
    readonly version: string;
  };
  return `${version}+${readFileSync(`${PACKAGE}/dist/build.txt`, "utf8").trim()}`;
}

/** Beside `dist/`, as `files` of package.json names them; documents are of no use to a process. */
const PARTS: readonly string[] = [
  "bin/writ.js",
  "package.json",
  "examples/governance.yaml",
  "profiles",
  "schemas",
];

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
  const { keepGateCompiled } = (await import(`${PACKAGE}/dist/${GATE}.js`)) as GateModule;
  await keepGateCompiled();
}

const GATE = "enforce/gate/gate";

interface GateModule {
  readonly keepGateCompiled: typeof KeepGateCompiled;
}
