// `npm run bench [NAME...]`: runs the benches and leaves command, commit, date and figures in docs/evidence/bench.json.
// Ratios in one run against a stated limit or a peer; never part of the tests. With `--quick` a bench that can be short
// is, and nothing is left.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** A bench: what it measured, as rows that can be printed and kept. */
export type Row = Readonly<Record<string, string | number | null>>;

/** How a bench is run. */
export interface BenchOptions {
  /** Few rounds: shows that it works, and gives no figure to keep. */
  readonly quick: boolean;
}

const BENCHES = [
  "decision",
  "spawn",
  "durable",
  "cli",
  "gate",
  "queue",
  "scan-speed",
  "drift",
  "ledger",
  "ratchet",
  "report",
  "challenge-peers",
] as const;
const FILE = "docs/evidence/bench.json";

const quick = process.argv.includes("--quick");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--quick");
const unknown = wanted.filter((name) => !BENCHES.some((bench) => bench === name));
if (unknown.length > 0) {
  process.stderr.write(`bench: error: no bench \`${unknown[0] ?? ""}\`: there are ${BENCHES.join(", ")}\n`);
  process.exit(64);
}
const kept = previous();
for (const name of BENCHES.filter((bench) => wanted.length === 0 || wanted.includes(bench))) {
  process.stdout.write(`\n${name}\n`);
  const { bench } = (await import(`./${name}.ts`)) as {
    bench: (options: BenchOptions) => Promise<readonly Row[]>;
  };
  const rows = await bench({ quick });
  for (const row of rows)
    process.stdout.write(
      `  ${Object.entries(row)
        .map(([key, value]) => `${key} ${value ?? "-"}`)
        .join("   ")}\n`,
    );
  kept[name] = {
    command: `npm run bench -- ${name}`,
    commit: git("rev-parse", "HEAD"),
    date: new Date().toISOString(),
    node: process.version,
    cores: cpus().length,
    rows,
  };
}
if (!quick) {
  mkdirSync("docs/evidence", { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ schema: "writ.bench/1", benches: kept }, null, 2)}\n`);
}

function previous(): Record<string, object> {
  try {
    return (JSON.parse(readFileSync(FILE, "utf8")) as { benches: Record<string, object> }).benches;
  } catch {
    return {};
  }
}

function git(...args: readonly string[]): string {
  return spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
}
