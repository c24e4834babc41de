// The layering check: dependency-cruiser over src/ with the rules of .dependency-cruiser.js, and proof that it can fail:
// the module count must match the files on disk, and violations planted in a copy must be caught.

import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

/** Each planted file, and the rule that must name it. */
const PLANTED: readonly { readonly file: string; readonly text: string; readonly rule: RegExp }[] = [
  {
    file: "src/decide/planted-io.ts",
    text: 'import { readFileSync } from "node:fs";\nexport const x: typeof readFileSync = readFileSync;\n',
    rule: /^pure-rooms-do-no-io$/,
  },
  {
    file: "src/names/planted-upward.ts",
    text: 'export type { Spec } from "../spec/spec.ts";\n',
    rule: /^names-knows-only/,
  },
  {
    file: "src/ledger/planted-sideways.ts",
    text: 'export type { Facts } from "../decide/facts.ts";\n',
    rule: /^ledger-knows-only/,
  },
  {
    file: "src/spec/planted-package.ts",
    text: 'export { CompactSign } from "jose";\n',
    rule: /^pure-rooms-use-only-pure-packages$/,
  },
];

const real = cruise(process.cwd());
const files = globSync("src/**/*.ts").filter((file) => !file.endsWith(".test.ts"));
const seen = new Set(real.modules.map((module) => module.source));
const unseen = files.filter((file) => !seen.has(file));
for (const violation of real.summary.violations) fail(`${violation.from} breaks ${violation.rule.name}`);
if (files.length === 0 || unseen.length > 0)
  fail(`modules not seen by the check: ${unseen.join(", ") || "all"}`);
proveItCanFail();
process.stdout.write(
  `layers: ${files.length} modules, no violation; ${PLANTED.length} planted ones caught\n`,
);

function cruise(folder: string): Cruise {
  const run = spawnSync(
    process.execPath,
    [
      join(process.cwd(), "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs"),
      "--config",
      ".dependency-cruiser.js",
      "--output-type",
      "json",
      "src",
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  try {
    return JSON.parse(run.stdout) as Cruise;
  } catch {
    return fail(`dependency-cruiser gave no result: ${run.stderr.trim()}`);
  }
}

function proveItCanFail(): void {
  mkdirSync("reports", { recursive: true });
  const copy = mkdtempSync(join("reports", "layers-"));
  try {
    for (const item of ["src", ".dependency-cruiser.js", "tsconfig.json", "package.json"])
      cpSync(item, join(copy, item), { recursive: true });
    symlinkSync(join(process.cwd(), "node_modules"), join(copy, "node_modules"));
    for (const planted of PLANTED) writeFileSync(join(copy, planted.file), planted.text);
    const { violations } = cruise(join(process.cwd(), copy)).summary;
    for (const planted of PLANTED) {
      if (
        !violations.some(
          (violation) => violation.from === planted.file && planted.rule.test(violation.rule.name),
        )
      ) {
        fail(`the planted violation ${planted.file} was not caught`);
      }
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function fail(message: string): never {
  process.stderr.write(`layers: error: ${message}\n`);
  process.exit(1);
}
