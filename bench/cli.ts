// What the command line costs over a bare `node`, as packaged: packed, installed into a folder of its own, measured
// from outside. `check` runs against a governor that is already up.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "./bench.ts";
import { interleave } from "./interleave.ts";

const ROUNDS = 25;

export async function bench(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-cli-"));
  try {
    const writ = install(folder);
    const home = join(folder, "home");
    execFileSync(process.execPath, [writ, "init", "--home", home]);
    const task = join(folder, "task.yaml");
    writeFileSync(
      task,
      'task: bench\nrun: { command: ["true"] }\nneeds: { memory: 32 MiB, cpu: 0.5, time: 10 s, processes: 4 }\n',
    );
    const bare = join(folder, "bare.mjs");
    writeFileSync(bare, "");
    const timed = (args: readonly string[]) => () => {
      const started = performance.now();
      const run = spawnSync(process.execPath, args, { stdio: "ignore" });
      if (run.status !== 0) throw new Error(`${args.join(" ")} exited ${run.status ?? "by a signal"}`);
      return performance.now() - started;
    };
    const imports = importers(folder, writ);
    const measured = await interleave(
      [
        { name: "node", once: timed([bare]) },
        ...imports.map(({ name, file }) => ({ name, once: timed([file]) })),
        { name: "writ --version", once: timed([writ, "--version"]) },
        { name: "writ check", once: timed([writ, "check", task, "--home", home]) },
      ],
      ROUNDS,
    );
    const base = measured[0]?.median ?? Number.NaN;
    return measured.map(({ name, median, p90 }) => ({
      command: name,
      median_ms: round(median),
      p90_ms: round(p90),
      over_node_ms: round(median - base),
      aim_over_node_ms: name === "writ --version" ? 25 : name === "writ check" ? 50 : null,
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One script for each part of the start, so that its share over a bare node can be seen. */
function importers(
  folder: string,
  writ: string,
): readonly { readonly name: string; readonly file: string }[] {
  const dist = join(writ, "../../dist");
  const parts = [
    { name: "import @stricli/core", specifier: join(folder, "node_modules/@stricli/core/dist/index.js") },
    { name: "import cli/main", specifier: join(dist, "cli/main.js") },
    { name: "import writ", specifier: join(dist, "writ.js") },
  ];
  return parts.map(({ name, specifier }, at) => {
    const file = join(folder, `import-${at}.mjs`);
    writeFileSync(file, `await import(${JSON.stringify(specifier)});\n`);
    return { name, file };
  });
}

function install(folder: string): string {
  execFileSync(process.execPath, ["scripts/build.ts"]);
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", join(folder, tarball)], {
    cwd: folder,
  });
  return join(folder, "node_modules/writ/bin/writ.js");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
