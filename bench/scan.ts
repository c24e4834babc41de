// `npm run bench:scan`: how well the scanner's rules find what they should on the development sets, by source, beside a public
// preset on the same rows, and how fast. Scores of one layer below every decoding. Another, disjoint half of the sets decides.
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { leftOut, sourceOf } from "../scripts/train-assignment-filter.ts";
import { createScanPorts } from "../src/enforce/scan-ports.ts";
import { THRESHOLD } from "../src/scan/credentials/assignment-filter.ts";
import { createCredentialFinder, credentialRules } from "../src/scan/credentials/credential-finder.ts";
import { SECRET_WORDS } from "../src/scan/credentials/secret-words.ts";
import { createPersonalFinder } from "../src/scan/personal/personal-finder.ts";
import { ScanBudget } from "../src/scan/scan-budget.ts";
import { createScanner } from "../src/scan/scan-bytes.ts";
import type { Finder, View } from "../src/scan/view.ts";
import { interleave } from "./interleave.ts";

const SECRETS = "../shared/corpora/secrets_dev.jsonl.gz";
const PERSONAL = "../shared/corpora/pii_dev.jsonl.gz";
const PRESET = "@secretlint/secretlint-rule-preset-recommend";

interface Row {
  readonly text: string;
  readonly label: 0 | 1;
  readonly tier: string;
  readonly kind: string;
  readonly source: string;
}

interface Judged extends Row {
  readonly found: boolean;
}

/** Whether something was found in a row. */
type Judge = (row: Row) => boolean | Promise<boolean>;

for (const file of [SECRETS, PERSONAL])
  if (!existsSync(file)) {
    process.stderr.write(`bench: error: ${file} is absent: there is nothing to score on\n`);
    process.exit(1);
  }
const secretlint = await loadSecretlint();
if (secretlint === null) console.log(`${PRESET} is absent from bench/peers: only Writ's figures follow\n`);
await scoreCredentials();
await scorePersonal();
await measureSpeed();

async function scoreCredentials(): Promise<void> {
  const rows = rowsOf(SECRETS).filter((row) => row.tier === "core");
  const judges = [
    { name: "writ", judge: judgeBy(createCredentialFinder()) },
    ...(secretlint === null ? [] : [{ name: "secretlint", judge: secretlint }]),
  ];
  for (const { name, judge } of judges) {
    console.log(`credentials, ${name}: core rows of the development set`);
    const judged = await judgeAll(rows, judge);
    const isCredData = ({ source }: Row): boolean => source.startsWith("CredData:");
    print("all", judged);
    print(
      "rule tests",
      judged.filter((row) => !isCredData(row)),
    );
    print("CredData lines", judged.filter(isCredData));
    for (const [source, some] of groups(judged)) print(`  ${source}`, some);
    console.log();
  }
  console.log(
    `credentials, writ, leave-source-out: each source judged by a filter trained without it, threshold ${THRESHOLD}`,
  );
  const ruled = judgeBy(createCredentialFinder(), (kind) => !kind.endsWith("_assignment"));
  const { rows: core, left } = leftOut();
  const judged = await judgeAll(core, ruled);
  const estimated = judged.map((row, at) => ({
    ...row,
    found: row.found || (left[at]?.score ?? Number.NEGATIVE_INFINITY) >= THRESHOLD,
  }));
  print("all", estimated);
  print(
    "CredData lines",
    estimated.filter(({ source }) => source.startsWith("CredData:")),
  );
  for (const [source, some] of groups(estimated)) print(`  ${source}`, some);
  console.log();
}

async function scorePersonal(): Promise<void> {
  const rows = rowsOf(PERSONAL);
  const judges = [
    { name: "writ", judge: judgeBy(createPersonalFinder()) },
    ...(secretlint === null ? [] : [{ name: "secretlint", judge: secretlint }]),
  ];
  for (const { name, judge } of judges) {
    console.log(`personal data, ${name}: the development set`);
    const judged = await judgeAll(rows, judge);
    for (const tier of ["structured", "soft"])
      print(
        `${tier}, against neg`,
        judged.filter((row) => row.tier === tier || row.tier === "neg"),
      );
    for (const [source, some] of groups(judged)) print(`  ${source}`, some);
    const kinds = Object.groupBy(
      judged.filter(({ label, tier }) => label === 1 && tier === "structured"),
      ({ kind }) => kind,
    );
    const missed = Object.entries(kinds).map(([kind, some]) => ({
      kind,
      missed: some?.filter((row) => !row.found).length ?? 0,
      of: some?.length ?? 0,
    }));
    console.log(
      `  kinds with misses: ${missed
        .filter((each) => each.missed > 0)
        .map((each) => `${each.kind} ${each.missed} of ${each.of}`)
        .join(", ")}`,
    );
    console.log();
  }
}

async function judgeAll(rows: readonly Row[], judge: Judge): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const row of rows) judged.push({ ...row, found: await judge(row) });
  return judged;
}

/** By repository or project, the largest first. */
function groups(rows: readonly Judged[]): readonly (readonly [string, readonly Judged[]])[] {
  return Object.entries(Object.groupBy(rows, sourceOf))
    .map(([source, some]) => [source, some ?? []] as const)
    .sort((a, b) => b[1].length - a[1].length);
}

function print(name: string, rows: readonly Judged[]): void {
  const leaks = rows.filter(({ label }) => label === 1);
  const others = rows.filter(({ label }) => label === 0);
  const hits = leaks.filter(({ found }) => found).length;
  const alarms = others.filter(({ found }) => found).length;
  const share = (some: number, all: number): string =>
    all === 0 ? "     -" : `${((100 * some) / all).toFixed(1).padStart(5)}%`;
  console.log(
    `${name.padEnd(56)} recall ${share(hits, leaks.length)} of ${String(leaks.length).padStart(4)}   false alarms ${share(alarms, others.length)} of ${String(others.length).padStart(4)}   precision ${share(hits, hits + alarms)}`,
  );
}

/** By one layer over all readings of a row, as `writ scan` does. */
function judgeBy(finder: Finder, counts: (kind: string) => boolean = () => true): Judge {
  const scan = createScanner({ finders: [finder], ports: createScanPorts() });
  return ({ text }) => scan(Buffer.from(text), ample()).findings.some(({ kind }) => counts(kind));
}

/** What no row of the sets exhausts. */
function ample(): ScanBudget {
  return new ScanBudget({ time: 600_000, work: 2 ** 40, memory: 2 ** 32 }, () => performance.now());
}

function viewOf(bytes: Buffer): View {
  return { bytes, text: bytes.toString("latin1"), decoded: [], origin: (start, end) => ({ start, end }) };
}

function rowsOf(file: string): readonly Row[] {
  return gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** The public preset, run as its own documentation says; null: not installed. */
async function loadSecretlint(): Promise<Judge | null> {
  const peers = createRequire(new URL("peers/package.json", import.meta.url));
  const paths = [PRESET, "@secretlint/core"].map((name) => {
    try {
      return peers.resolve(name);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return null;
      throw error;
    }
  });
  const [presetPath, corePath] = paths;
  if (!presetPath || !corePath) return null;
  const { creator } = (await import(pathToFileURL(presetPath).href)) as { creator: unknown };
  const { lintSource } = (await import(pathToFileURL(corePath).href)) as {
    lintSource: (input: object) => Promise<{ readonly messages: readonly unknown[] }>;
  };
  const options = { config: { rules: [{ id: PRESET, rule: creator }] }, noPhysicFilePath: true };
  return async ({ text }) => {
    const source = { filePath: "row.txt", content: text, contentType: "text", ext: ".txt" };
    return (await lintSource({ source, options })).messages.length > 0;
  };
}

async function measureSpeed(): Promise<void> {
  console.log("speed: MB/s in one run, and how many times the cost of reading the bytes once");
  const real = realText(4_000_000);
  const read = (bytes: Buffer): number => {
    let sum = 0;
    for (let at = 0; at < bytes.length; at += 1) sum = (sum + (bytes[at] ?? 0)) | 0;
    return sum;
  };
  const credentials = createCredentialFinder();
  const personal = createPersonalFinder();
  const scanned = (name: string, finder: Finder, bytes: Buffer) => {
    const view = viewOf(bytes);
    return { name, once: () => microsecondsPerMegabyte(bytes.length, () => finder(view, ample())) };
  };
  const measured = await interleave(
    [
      { name: "read the bytes", once: () => microsecondsPerMegabyte(real.length, () => read(real)) },
      scanned("credentials, real text", credentials, real),
      scanned("personal data, real text", personal, real),
      ...hostile(100_000).map(({ name, bytes }) => scanned(`credentials, ${name}`, credentials, bytes)),
      ...hostile(100_000).map(({ name, bytes }) => scanned(`personal data, ${name}`, personal, bytes)),
    ],
    5,
  );
  const [base, ...others] = measured.toSorted((a, b) => a.ratio - b.ratio);
  for (const { name, median, ratio } of base === undefined
    ? []
    : [base, ...others.slice(0, 4), ...others.slice(-12)])
    console.log(`${name.padEnd(56)} ${(1e6 / median).toFixed(1).padStart(8)} MB/s   × ${ratio.toFixed(1)}`);
}

function microsecondsPerMegabyte(length: number, work: () => unknown): number {
  const started = performance.now();
  work();
  return ((performance.now() - started) * 1000) / (length / 1e6);
}

/** Documentation and types of what this project installs: what people and programs write. */
function realText(length: number): Buffer {
  const parts: Buffer[] = [];
  let held = 0;
  for (const file of globSync("node_modules/{typescript,@types,yaml,vitest,zod,jose}/**/*.{md,d.ts,js}")) {
    if (held >= length) break;
    const part = readFileSync(file).subarray(0, 200_000);
    parts.push(part);
    held += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Every keyword over and over, alone and with what invites a rule to read on. */
function hostile(length: number): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const keywords = [...new Set([...SECRET_WORDS, ...credentialRules().flatMap((rule) => rule.keywords)])];
  const some = keywords
    .filter((_, at) => at % 24 === 0)
    .concat("key", "pass", "://", "eyj", "kind: secret", "curl ", "-----begin ");
  const patterns = some.flatMap((word) => [
    word,
    `${word}=`,
    `${word}:"`,
    `${word} a1b2 `,
    `${word}aaaaAAAA0000`,
  ]);
  return patterns.map((pattern) => ({
    name: JSON.stringify(pattern),
    bytes: Buffer.from(pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length), "latin1"),
  }));
}
