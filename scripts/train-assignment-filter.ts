// Trains the filter of keyword assignments and the letter model below it, and writes both as data into src/scan/credentials.
// Prints what to expect of repositories that it has not seen: each source's rows judged by a filter trained without them.
// Usage: node scripts/train-assignment-filter.ts [--letters] [--dry]
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { assignmentAt } from "../src/scan/credentials/assignment.ts";
import { featuresOf } from "../src/scan/credentials/assignment-features.ts";
import { isSecretName, keyNameOf } from "../src/scan/credentials/key-name.ts";
import { letterTableOf } from "../src/scan/credentials/letter-model.ts";
import { SECRET_WORDS } from "../src/scan/credentials/secret-words.ts";
import { isTrivial } from "../src/scan/credentials/value-shape.ts";

const CORPUS = "../shared/corpora/secrets_dev.jsonl.gz";
const ROOM = "src/scan/credentials";
/** L2 penalty of each weight but the bias's. */
const PENALTY = 1.0;

export interface Row {
  readonly id: string;
  readonly text: string;
  readonly label: 0 | 1;
  readonly kind: string;
  readonly tier: string;
  readonly values: readonly string[];
  readonly source: string;
}

interface Candidate {
  readonly row: number;
  readonly source: string;
  readonly label: 0 | 1;
  readonly features: Features;
  weight: number;
}

type Features = ReadonlyMap<string, number>;

export interface LeftOut {
  readonly source: string;
  readonly score: number;
  readonly label: 0 | 1;
}

if (import.meta.main) {
  if (process.argv.includes("--letters")) writeLetters();
  else train();
}

export function readRows(): readonly Row[] {
  if (!existsSync(CORPUS)) {
    process.stderr.write(`writ: error: ${CORPUS} is absent: the filter is trained on it\n`);
    process.exit(1);
  }
  return gunzipSync(readFileSync(CORPUS))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** Of the core rows, each judged by a filter trained without its source. */
export function leftOut(): { readonly rows: readonly Row[]; readonly left: readonly LeftOut[] } {
  const rows = readRows().filter((row) => row.tier === "core");
  return { rows, left: leaveSourceOut(rows, candidatesIn(rows)) };
}

function candidatesIn(rows: readonly Row[]): readonly Candidate[] {
  const candidates = rows.flatMap((row, at) => candidatesOf(row, at));
  balance(candidates);
  return candidates;
}

function train(): void {
  const rows = readRows().filter((row) => row.tier === "core");
  const candidates = candidatesIn(rows);
  const left = leaveSourceOut(rows, candidates);
  for (const line of estimates(left)) console.log(line);
  const weights = fit(candidates);
  const kept = [...weights].map(([name, weight]) => [name, Math.round(weight * 1000) / 1000] as const);
  kept.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  console.log(`${candidates.length} assignments, ${kept.length} features`);
  if (process.argv.includes("-v")) for (const [name, weight] of kept) console.log(weight, name);
  if (process.argv.includes("--dry")) return;
  const body = kept.map(([name, weight]) => `  [${JSON.stringify(name)}, ${weight}],`).join("\n");
  writeFileSync(
    `${ROOM}/assignment-weights.ts`,
    `// Weights of the assignment filter, in log odds. Data only, written by scripts/train-assignment-filter.ts.\n\nexport const WEIGHTS: ReadonlyMap<string, number> = new Map([\n${body}\n]);\n`,
  );
}

/** The assignments of a row. In a row with a leak, those that hold one of its values are leaks, and the others unknown. */
function candidatesOf(row: Row, at: number): readonly Candidate[] {
  const text = Buffer.from(row.text).toString("latin1");
  const values = row.values.map((value) => Buffer.from(value).toString("latin1"));
  const lower = text.toLowerCase();
  const seen = new Set<number>();
  const found: Candidate[] = [];
  for (const word of SECRET_WORDS)
    for (let hit = lower.indexOf(word); hit !== -1; hit = lower.indexOf(word, hit + 1)) {
      const assignment = assignmentAt(text, hit, hit + word.length);
      if (assignment === null || seen.has(assignment.valueStart)) continue;
      const name = keyNameOf(text.slice(assignment.keyStart, assignment.keyEnd));
      if (!isSecretName(name) || isTrivial(text, assignment.valueStart, assignment.valueEnd)) continue;
      seen.add(assignment.valueStart);
      const value = text.slice(assignment.valueStart, assignment.valueEnd);
      const leaks =
        values.length === 0 ||
        values.some((secret) => value.includes(secret) || (value.length > 4 && secret.includes(value)));
      if (row.label === 1 && !leaks) continue;
      const features = new Map<string, number>();
      featuresOf(text, assignment, name, (feature, amount) => features.set(feature, amount));
      found.push({ row: at, source: sourceOf(row), label: row.label, features, weight: 1 });
    }
  // Without values, which of several assignments leaks is not known.
  if (row.label === 1 && values.length === 0 && found.length > 1) return [];
  return found;
}

/** A repository, or the project whose rule tests they are. */
export function sourceOf({ source }: Pick<Row, "source">): string {
  return source.startsWith("CredData:") ? source : (source.split(" ")[0] ?? "");
}

/** A row counts once however many assignments it has, and a source with many rows of a label less for each. */
function balance(candidates: readonly Candidate[]): void {
  const perRow = countBy(candidates, ({ row }) => String(row));
  const perSource = countBy(candidates, ({ source, label }) => `${source} ${label}`);
  for (const candidate of candidates) {
    const many = perSource.get(`${candidate.source} ${candidate.label}`) ?? 1;
    candidate.weight = Math.min(1, Math.sqrt(60 / many)) / (perRow.get(String(candidate.row)) ?? 1);
  }
}

function countBy<Item>(items: readonly Item[], by: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(by(item), (counts.get(by(item)) ?? 0) + 1);
  return counts;
}

export function scoreOf(weights: ReadonlyMap<string, number>, features: Features): number {
  let sum = 0;
  for (const [name, value] of features) sum += (weights.get(name) ?? 0) * value;
  return sum;
}

/** Each row's best score by a filter that was trained without its source; rows without assignments score lowest. */
function leaveSourceOut(rows: readonly Row[], candidates: readonly Candidate[]): readonly LeftOut[] {
  const best = new Map<number, number>();
  for (const source of new Set(candidates.map((candidate) => candidate.source))) {
    const weights = fit(candidates.filter((candidate) => candidate.source !== source));
    for (const candidate of candidates.filter((each) => each.source === source)) {
      const score = scoreOf(weights, candidate.features);
      best.set(candidate.row, Math.max(best.get(candidate.row) ?? Number.NEGATIVE_INFINITY, score));
    }
  }
  return rows.map((row, at) => ({
    source: sourceOf(row),
    label: row.label,
    score: best.get(at) ?? Number.NEGATIVE_INFINITY,
  }));
}

/** Recall among rows with a leak in an assignment and false alarms among rows without, at several thresholds. */
export function estimates(left: readonly LeftOut[]): readonly string[] {
  const lines = ["leave-source-out: threshold, recall and false alarms of CredData lines; of rule tests"];
  for (const threshold of [-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]) {
    const share = (credData: boolean, label: 0 | 1): string => {
      const some = left.filter(
        (row) => row.source.startsWith("CredData:") === credData && row.label === label,
      );
      const hit = some.filter(({ score }) => score >= threshold).length;
      return `${((100 * hit) / some.length).toFixed(1)} %`;
    };
    lines.push(
      `${threshold.toFixed(1).padStart(5)}  ${share(true, 1)} at ${share(true, 0)}   ${share(false, 1)} at ${share(false, 0)}`,
    );
  }
  return lines;
}

/** Logistic regression with an L2 penalty by Newton's method (iteratively reweighted least squares). */
function fit(candidates: readonly Candidate[]): ReadonlyMap<string, number> {
  const names = [...new Set(candidates.flatMap(({ features }) => [...features.keys()]))];
  const place = new Map(names.map((name, at) => [name, at]));
  const rows = candidates.map(({ features }) =>
    [...features].map(([name, value]) => [place.get(name) ?? 0, value] as const),
  );
  const size = names.length;
  const weights = new Float64Array(size);
  for (let round = 0; round < 12; round += 1) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, () => new Float64Array(size));
    for (const [at, row] of rows.entries()) {
      const candidate = candidates[at]!;
      const odds = row.reduce((sum, [name, value]) => sum + weights[name]! * value, 0);
      const chance = 1 / (1 + Math.exp(-odds));
      const slope = candidate.weight * Math.max(1e-6, chance * (1 - chance));
      const miss = candidate.weight * (candidate.label - chance);
      for (const [name, value] of row) gradient[name]! += miss * value;
      addOuter(hessian, row, slope);
    }
    for (let name = 0; name < size; name += 1) {
      const penalty = names[name] === "bias" ? 1e-6 : PENALTY;
      gradient[name]! -= penalty * weights[name]!;
      hessian[name]![name]! += penalty;
    }
    const step = solve(hessian, gradient);
    for (let name = 0; name < size; name += 1) weights[name]! += step[name]!;
    if (step.every((move) => Math.abs(move) < 1e-6)) break;
  }
  return new Map(names.map((name, at) => [name, weights[at]!]));
}

/** Adds `slope` times the outer product of a sparse row with itself. */
function addOuter(
  matrix: readonly Float64Array[],
  row: readonly (readonly [number, number])[],
  slope: number,
): void {
  for (const [name, value] of row)
    for (const [other, otherValue] of row) matrix[name]![other]! += slope * value * otherValue;
}

/** Gaussian elimination; the matrix is positive definite, so that no pivot is 0. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  const result = Float64Array.from(right);
  for (let column = 0; column < size; column += 1)
    for (let row = column + 1; row < size; row += 1) {
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      if (factor === 0) continue;
      for (let at = column; at < size; at += 1) matrix[row]![at]! -= factor * matrix[column]![at]!;
      result[row]! -= factor * result[column]!;
    }
  for (let row = size - 1; row >= 0; row -= 1) {
    for (let at = row + 1; at < size; at += 1) result[row]! -= matrix[row]![at]! * result[at]!;
    result[row]! /= matrix[row]![row]!;
  }
  return result;
}

/** Letter triples of the words in the documentation and the types of what this project installs. Each word counts once a file. */
function writeLetters(): void {
  const words = new Map<string, number>();
  for (const file of globSync("node_modules/**/*.{md,d.ts,d.mts,d.cts}")) {
    const found = readFileSync(file, "latin1").match(/[A-Z]?[a-z]{1,19}|[A-Z]{2,12}(?![a-z])/g) ?? [];
    for (const word of new Set(found.map((each) => each.toLowerCase())))
      words.set(word, (words.get(word) ?? 0) + 1);
  }
  const counts = new Float64Array(27 ** 3);
  let known = 0;
  for (const [word, files] of words) {
    if (files < 4 || word.length < 2) continue;
    known += 1;
    let [before, last] = [0, 0];
    for (const letter of Array.from(word, (each) => each.charCodeAt(0) - 96).concat(0)) {
      counts[(before * 27 + last) * 27 + letter]! += Math.log2(files);
      [before, last] = [last, letter];
    }
  }
  const lines = letterTableOf(counts).match(/.{1,100}/g) ?? [];
  writeFileSync(
    `${ROOM}/letter-table.ts`,
    `// The letter model's levels, one character each. Data only, written by scripts/train-assignment-filter.ts --letters.\n\nexport const LETTER_TABLE: string = [\n${lines.map((line) => `  "${line}",`).join("\n")}\n].join("");\n`,
  );
  console.log(`${known} words`);
}
