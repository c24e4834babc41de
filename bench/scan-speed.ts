// `npm run bench -- scan-speed`: processor time of the scanner with every layer and 1,000 enrolled values, on real text, on small
// requests and on texts made to be slow. Not how well it finds (scan.ts).
import { globSync, readFileSync } from "node:fs";
import { createScanPorts } from "../src/enforce/scan-ports.ts";
import { createCredentialFinder, credentialRules } from "../src/scan/credentials/credential-finder.ts";
import { SECRET_WORDS } from "../src/scan/credentials/secret-words.ts";
import { createDocumentFinder } from "../src/scan/documents/document-finder.ts";
import { createDocumentIndex } from "../src/scan/documents/document-index.ts";
import { createOpaqueFinder } from "../src/scan/opaque/create-opaque-finder.ts";
import { createPersonalFinder } from "../src/scan/personal/personal-finder.ts";
import { createProtectedFinder } from "../src/scan/protected/protected-finder.ts";
import { createProtectedIndex, type ProtectedValue } from "../src/scan/protected/protected-index.ts";
import { readIndex, writeIndex } from "../src/scan/protected/stored-index.ts";
import { ScanBudget } from "../src/scan/scan-budget.ts";
import { createScanner, type Scanner } from "../src/scan/scan-bytes.ts";
import type { BenchOptions, Row } from "./bench.ts";
import { hostileTexts, randomFrom } from "./hostile-texts.ts";
import { quantile } from "./interleave.ts";

const KEY: Uint8Array = new Uint8Array(32).fill(7);
const VALUES = 1000;
const ports = createScanPorts();

export function bench({ quick }: BenchOptions): readonly Row[] {
  const values = valuesOf(VALUES);
  const index = createProtectedIndex(values, KEY, ports);
  const stored = writeIndex(index, KEY, ports);
  const documents = createDocumentIndex([{ name: "report", bytes: realText(40_000) }], KEY, ports);
  const detectors = [createCredentialFinder(), createPersonalFinder()];
  const rules = createScanner({ finders: detectors, ports });
  const all = createScanner({
    finders: [...detectors, createOpaqueFinder()],
    protected: [createProtectedFinder(index), createDocumentFinder(documents)],
    ports,
  });
  const real = realText(quick ? 400_000 : 3_000_000).subarray(40_000);
  const rounds = quick ? 2 : 5;
  return [
    {
      what: "reading each byte once",
      "MB/s": speed(
        real.length,
        repeated(() => sumOf(real)),
      ),
    },
    {
      what: "index of 1,000 values, made",
      ms: rounded(least(3, () => createProtectedIndex(values, KEY, ports))),
    },
    {
      what: "index of 1,000 values, read",
      ms: rounded(least(3, () => readIndex(stored, KEY, ports))),
      megabytes: rounded(stored.length / 1e6),
    },
    ...rulesAlone(real, rounds),
    onPieces("rules and decoders", rules, { real, size: 16_384, rounds }),
    onPieces("all layers", all, { real, size: 16_384, rounds }),
    ...[1024, 4096].map((size) => onRequests(all, size, rounds)),
    ...onHostile(all, { length: 32_768, values, rounds: Math.min(rounds, 3) }),
  ];
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 1) sum = (sum + (bytes[at] ?? 0)) | 0;
  return sum;
}

function rulesAlone(real: Buffer, rounds: number): readonly Row[] {
  const text = real.toString("latin1");
  const view = { bytes: real, text, decoded: [], origin: (start: number, end: number) => ({ start, end }) };
  const finders = { credentials: createCredentialFinder(), "personal data": createPersonalFinder() };
  return Object.entries(finders).map(([name, finder]) => {
    const cost = least(rounds, () => finder(view, ample()));
    return { what: `${name} alone, real text`, "MB/s": speed(real.length, cost) };
  });
}

interface Pieces {
  readonly real: Buffer;
  readonly size: number;
  readonly rounds: number;
}

/** Real text in pieces: the speed over all in the best round, and the quantiles of one piece. */
function onPieces(name: string, scan: Scanner, { real, size, rounds }: Pieces): Row {
  const pieces = Array.from({ length: Math.floor(real.length / size) }, (_, at) =>
    real.subarray(at * size, (at + 1) * size),
  );
  const whole = least(rounds, () => {
    for (const piece of pieces) scan(piece, ample());
  });
  const each = pieces.map((piece) => repeated(() => scan(piece, ample())));
  return {
    what: `${name}, real text, ${size} bytes`,
    "MB/s": speed(pieces.length * size, whole),
    "p50 ms": rounded(quantile(each, 0.5)),
    "p99 ms": rounded(quantile(each, 0.99)),
  };
}

/** JSON as programs send it, each text another: the mean of a hundred in the best round. */
function onRequests(scan: Scanner, size: number, rounds: number): Row {
  const random = randomFrom(size);
  const requests = Array.from({ length: 100 }, () => requestOf(size, random));
  const cost = least(2 * rounds, () => {
    for (const request of requests) scan(request, ample());
  });
  return { what: `all layers, JSON request, ${size} bytes`, ms: rounded(cost / requests.length) };
}

interface Hostile {
  readonly length: number;
  readonly values: readonly ProtectedValue[];
  readonly rounds: number;
}

function onHostile(scan: Scanner, { length, values, rounds }: Hostile): readonly Row[] {
  const words = [...new Set([...SECRET_WORDS, ...credentialRules().flatMap((rule) => rule.keywords)])];
  const keywords = words.filter((_, at) => at % 24 === 0).concat("key", "pass", "://", "eyj", "curl ");
  const texts = hostileTexts(length, { values: values.map(({ value }) => String(value)), keywords });
  const rows = texts.map(({ name, bytes }) => {
    const cost = least(rounds, () => scan(bytes, ample()));
    return { what: `hostile: ${name}`, "MB/s": speed(bytes.length, cost) };
  });
  const slowest = rows.toSorted((a, b) => a["MB/s"] - b["MB/s"]);
  const below = rows.filter((row) => row["MB/s"] < 1).length;
  return [
    { what: `${rows.length} hostile texts of ${length} bytes`, "below 1 MB/s": below },
    ...slowest.slice(0, 10),
  ];
}

/** ms of this thread's processor time, the least of `rounds`: what other programs take does not count. */
function least(rounds: number, work: () => unknown): number {
  return Math.min(...Array.from({ length: rounds }, () => once(work)));
}

/** ms of one run, as the mean of some: the kernel tells processor time in steps of several ms. */
function repeated(work: () => unknown): number {
  return (
    once(() => {
      for (let time = 0; time < REPEATED; time += 1) work();
    }) / REPEATED
  );
}

const REPEATED = 10;

function once(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** MB/s. */
function speed(bytes: number, ms: number): number {
  return rounded(bytes / 1000 / ms);
}

function rounded(number: number): number {
  return Number(number.toPrecision(3));
}

/** What no text here exhausts but on purpose. */
function ample(): ScanBudget {
  return new ScanBudget({ time: 600_000, work: 2 ** 40, memory: 2 ** 32 }, ports.now);
}

/** Keys, tokens and pass phrases. */
function valuesOf(count: number): readonly ProtectedValue[] {
  const random = randomFrom(4);
  const picked = (letters: string, length: number): string =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)] ?? "").join("");
  const small = "abcdefghijklmnopqrstuvwxyz";
  const digits = "0123456789";
  const kinds = [
    () => picked(`${digits}abcdef`, 32),
    () => picked(small + small.toUpperCase() + digits, 40),
    () => picked(small + small.toUpperCase() + digits, 64),
    () => Array.from({ length: 5 }, () => picked(small, 7)).join("-"),
    () => picked(small + small.toUpperCase() + digits, 20),
  ];
  return Array.from({ length: count }, (_, at) => ({
    name: `value ${at}`,
    value: kinds[at % kinds.length]?.() ?? "",
    grade: "high",
  }));
}

function requestOf(size: number, random: () => number): Buffer {
  const number = (max: number): number => Math.floor(random() * max);
  const words = [
    "order",
    "result",
    "please",
    "summary",
    "of",
    "the",
    "customer",
    "in",
    "report",
    "and",
    "table",
  ];
  const messages: object[] = [];
  const text = (): string => Array.from({ length: 12 }, () => words[number(words.length)]).join(" ");
  let body = "";
  while (body.length < size) {
    messages.push({ id: number(1e9), role: number(2) === 0 ? "user" : "assistant", content: text() });
    body = JSON.stringify({ model: "small-1", temperature: 0.2, stream: false, messages });
  }
  return Buffer.from(body);
}

/** Documentation, declarations and programs of what this project installs: what people and programs write. */
function realText(length: number): Buffer {
  const parts: Buffer[] = [];
  let held = 0;
  for (const file of globSync(
    "node_modules/{typescript,@types,yaml,vitest,zod,jose}/**/*.{md,d.ts,js}",
  ).toSorted()) {
    if (held >= length) break;
    const part = readFileSync(file).subarray(0, 60_000);
    parts.push(part);
    held += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}
