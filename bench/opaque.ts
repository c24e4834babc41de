// Measures the finder of unreadable data: the share of enrolled values contained under encodings on no list, with and without
// the finder of enrolled values, false alarms over ordinary payloads, and speed. Run by hand:
// `node bench/opaque.ts [tune|held] [all|contain|benign] [-v] [--later|--third|--fourth]` (the further lists); AROUND=4096 puts each value in as many bytes of
// generated ordinary payload, VALUES=24 is how many values each encoding gets.
import { createScanPorts } from "../src/enforce/scan-ports.ts";
import { createOpaqueFinder } from "../src/scan/opaque/create-opaque-finder.ts";
import { benignFrom } from "../src/scan/opaque/fixtures/benign-payloads.ts";
import { EVERYDAY, everydayFrom } from "../src/scan/opaque/fixtures/everyday-payloads.ts";
import { FOURTH_ENCODINGS } from "../src/scan/opaque/fixtures/fourth-encodings.ts";
import { LATER_ENCODINGS } from "../src/scan/opaque/fixtures/later-encodings.ts";
import { type Payload, payloadsOf } from "../src/scan/opaque/fixtures/real-payloads.ts";
import { REPEATED, repeatedFrom } from "../src/scan/opaque/fixtures/repeated-payloads.ts";
import { THIRD_ENCODINGS } from "../src/scan/opaque/fixtures/third-encodings.ts";
import { carrier, ENCODINGS, enrolledFrom } from "../src/scan/opaque/fixtures/unseen-encodings.ts";
import { createProtectedFinder } from "../src/scan/protected/protected-finder.ts";
import { createProtectedIndex } from "../src/scan/protected/protected-index.ts";
import { ScanBudget } from "../src/scan/scan-budget.ts";
import { createScanner, type Scanner } from "../src/scan/scan-bytes.ts";

const part = process.argv[2] === "held" ? "held" : "tune";
const what = process.argv[3] ?? "all";
const verbose = process.argv.includes("-v");
const later = process.argv.includes("--later");
const lists = { "--later": LATER_ENCODINGS, "--third": THIRD_ENCODINGS, "--fourth": FOURTH_ENCODINGS };
const encodings = Object.entries(lists).find(([option]) => process.argv.includes(option))?.[1] ?? ENCODINGS;
const VALUES = Number(process.env["VALUES"] ?? 24);
const AROUND = Number(process.env["AROUND"] ?? 0);
const ports = createScanPorts();
const opaque = createScanner({ finders: [createOpaqueFinder()], ports });

if (what === "all" || what === "contain") contained();
if (what === "all" || what === "benign") alarms(benign());

function scan(scanner: Scanner, text: string, charset: BufferEncoding): readonly string[] {
  const budget = new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9 }, ports.now);
  const { findings, exhausted } = scanner(Buffer.from(text, charset), budget);
  return [...findings.map(({ kind }) => kind), ...(exhausted === null ? [] : [`exhausted ${exhausted}`])];
}

function contained(): void {
  const values = Array.from({ length: VALUES }, (_, at) => enrolledFrom(at + (part === "held" ? 5000 : 0)));
  const index = createProtectedIndex(
    values.map((value, at) => ({ name: `value ${at}`, value, grade: "high" }) as never),
    Buffer.alloc(32, 7),
    ports,
  );
  const known = createScanner({ finders: [], protected: [createProtectedFinder(index)], ports });
  const total = { all: 0, alone: 0, matched: 0, both: 0 };
  for (const [at, { name, encode }] of encodings.filter(({ held }) => held === (part === "held")).entries()) {
    const missed: string[] = [];
    let [alone, byContent] = [0, 0];
    for (const [place, value] of values.entries()) {
      const payload = around(carrier(encode(value, place + 3), place * 5 + at), place * 31 + at);
      const charset = name === "yEnc" ? "latin1" : "utf8";
      const seen = scan(opaque, payload, charset).length > 0;
      const matched = scan(known, payload, charset).length > 0;
      alone += Number(seen);
      byContent += Number(matched);
      if (!seen && !matched) missed.push(payload);
    }
    total.all += values.length;
    total.alone += alone;
    total.matched += byContent;
    total.both += values.length - missed.length;
    if (missed.length > 0)
      console.log(
        `${name}: opaque ${alone}, matched ${byContent}, both ${values.length - missed.length} of ${values.length}`,
      );
    if (verbose) for (const payload of missed.slice(0, 4)) console.log(`    ${payload.slice(0, 300)}`);
  }
  const percent = (count: number): string => ((100 * count) / total.all).toFixed(2);
  console.log(
    `contained (${part}): ${percent(total.both)} %; opaque ${percent(total.alone)} %, matched by content ${percent(total.matched)} %, of ${total.all}`,
  );
}

/** `payload` after about `AROUND` bytes of ordinary ones, one a line. */
function around(payload: string, key: number): string {
  let text = "";
  for (let at = 0; text.length < AROUND; at++) text += `${benignFrom(7_000_000 + key * 97 + at)}\n`;
  return text + payload;
}

/** Real payloads; with `--later` the second list of generated ones, with `--third` the third: eight of each kind. */
function benign(): readonly Payload[] {
  const generated = later
    ? Array.from({ length: 8 * EVERYDAY.length }, (_, at) => everydayFrom(at))
    : Array.from({ length: 8 * REPEATED.length }, (_, at) => repeatedFrom(at));
  if (!later && !process.argv.includes("--third")) return payloadsOf(part);
  return generated.map(({ kind, text }) => ({ kind, text: Buffer.from(text).toString("latin1") }));
}

function alarms(payloads: readonly Payload[]): void {
  const byKind = new Map<string, { all: number; alarms: number }>();
  const causes = new Map<string, number>();
  let [bytes, started, slowest] = [0, performance.now(), [] as number[]];
  for (const { kind, text } of payloads) {
    const before = performance.now();
    const kinds = scan(opaque, text, /[\u0100-\uffff]/.test(text) ? "utf8" : "latin1");
    slowest.push(performance.now() - before);
    bytes += text.length;
    const row = byKind.get(kind) ?? { all: 0, alarms: 0 };
    byKind.set(kind, { all: row.all + 1, alarms: row.alarms + Number(kinds.length > 0) });
    for (const cause of new Set(kinds)) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    if (verbose && kinds.length > 0) show(kind, text);
  }
  const seconds = (performance.now() - started) / 1000;
  const all = payloads.length;
  const count = [...byKind.values()].reduce((sum, row) => sum + row.alarms, 0);
  for (const [kind, row] of byKind) if (row.alarms > 0) console.log(`${kind}: ${row.alarms} of ${row.all}`);
  for (const size of [" 512", " 2048", " 4096", " 16384", ""]) {
    const rows = [...byKind].filter(([kind]) => (size === "" ? !/ \d+$/.test(kind) : kind.endsWith(size)));
    const [some, of] = [
      rows.reduce((sum, [, row]) => sum + row.alarms, 0),
      rows.reduce((sum, [, row]) => sum + row.all, 0),
    ];
    console.log(
      `  size${size === "" ? " any" : size}: ${some} of ${of} = ${((100 * some) / of).toFixed(2)} %`,
    );
  }
  console.log(`causes: ${[...causes].map(([cause, times]) => `${cause} ${times}`).join(", ")}`);
  slowest = slowest.toSorted((a, b) => a - b);
  console.log(
    `alarms (${part}): ${((100 * count) / all).toFixed(2)} % of ${all}, ${(bytes / 1e6 / seconds).toFixed(2)} MB/s with decoding, p99 ${slowest[Math.floor(slowest.length * 0.99)]?.toFixed(1)} ms`,
  );
}

function show(kind: string, text: string): void {
  const budget = new ScanBudget({ time: 60_000, work: 1e9, memory: 1e9 }, ports.now);
  const { findings } = opaque(Buffer.from(text, "latin1"), budget);
  for (const { kind: cause, start, end, decoded } of findings.slice(0, 3))
    console.log(
      `  ${kind} ${cause} [${decoded.join(" ")}] ${JSON.stringify(text.slice(Math.max(0, start - 20), start))} >> ${JSON.stringify(text.slice(start, Math.min(end, start + 160)))} ${end - start}`,
    );
}
