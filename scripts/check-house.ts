// House rules that no linter knows: first lines, file and function size, banned words and names. "X is banned, use Y".
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const LINES_MAX = 400;
/** What must not stand in product code, and what to do instead. */
const BANNED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  {
    pattern: /\b(?:TODO|FIXME)\b|\/\/.*\bXXX\b/,
    instead: "finish it, or say it in docs/ARCHITECTURE.md under limits",
  },
  {
    pattern: /@ts-(?:ignore|expect-error|nocheck)|(?:eslint|oxlint|biome)-(?:disable|ignore)/,
    instead: "mend the cause",
  },
  {
    pattern: /catch\s*(?:\([^)]*\))?\s*\{\s*\}/,
    instead: "say in the block why nothing is done, or handle it",
  },
  { pattern: /\bMath\.random\(\)/, instead: "take randomness as a port" },
  { pattern: /\bas any\b\s*[;,.)\]]/, instead: "name the type" },
  { pattern: /\b(?:it|test|describe)\.(?:only|todo)\(/, instead: "run every test" },
];
/** Everything that a start waits for. Its tests and what only a challenge loads may import what they like. */
const STARTS = /^src\/(?:facts|enforce|governor|cli)\/(?!.*(?:\.test\.ts|fixtures\/))/;
const HTTP_IMPORTED = /^import (?!type ).*"node:http";/m;
/** The pure rooms and the ledger know no clock but the one they are handed. */
const TIMELESS = /^src\/(?:stdx|names|spec|task|decide|scan|measure|ledger)\//;
const NAMES_BANNED = new Set(["utils.ts", "helpers.ts", "types.ts", "common.ts", "index.ts", "misc.ts"]);

const problems: string[] = [];
const product = globSync("src/**/*.ts");
for (const file of product) {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n");
  if (NAMES_BANNED.has(basename(file)))
    problems.push(`${file}: the name says nothing; name it after its main export`);
  if (!text.startsWith("//") && !file.endsWith(".test.ts"))
    problems.push(`${file}:1: first lines must say what the file is and is not`);
  if (!file.endsWith(".test.ts") && lines.length > LINES_MAX)
    problems.push(`${file}: ${lines.length} lines: limit is ${LINES_MAX}`);
  if (TIMELESS.test(file) && /\bDate\.now\(\)/.test(text))
    problems.push(`${file}: \`Date.now()\` is banned: take the clock as a port`);
  if (STARTS.test(file) && HTTP_IMPORTED.test(text))
    problems.push(
      `${file}: an import of node:http loads Node's WebSocket client: use enforce/gate/http-module.ts`,
    );
  for (const { pattern, instead } of BANNED) {
    const found = lines.findIndex((line) => pattern.test(line));
    if (found >= 0) {
      problems.push(`${file}:${found + 1}: \`${lines[found]?.trim()}\` is banned: ${instead}`);
    }
  }
}
if (product.length === 0) problems.push("no file was checked");
for (const problem of problems) process.stderr.write(`house: ${problem}\n`);
process.stdout.write(`house: ${product.length} files\n`);
process.exit(problems.length === 0 ? 0 : 1);
