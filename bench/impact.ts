// The impact report over so many recorded decisions, read from a real ledger and decided by a looser spec. Part of ratchet.ts.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileSpec } from "../src/decide/compile-spec.ts";
import { decide } from "../src/decide/decide.ts";
import { AT_GENESIS, adoptionRecord } from "../src/governor/amend/amend-records.ts";
import { impactOf } from "../src/governor/amend/impact.ts";
import { sha256 } from "../src/governor/ports.ts";
import { decisionRecord, hashOf } from "../src/governor/records.ts";
import { type AdoptedSpec, adoptedSpec } from "../src/governor/spec-in-force.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { Row } from "./bench.ts";
import { factsOf, lazyTask, taskOf } from "./decision.ts";
import { quantile } from "./interleave.ts";

const BUILD = "bench";
/** Records that are appended before they are waited for. */
const BATCH = 1024;
/** Different tasks: as many lines may the report have. */
const TASKS = 100;
/** One decision in so many is a refusal. */
const REFUSED_OF = 4;

/** Decisions between two looks at the clock. */
const SLICE = 200;

/** The report over `decisions` decisions, a quarter of them refusals that would have run. */
export async function impactRow(decisions: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-impact-"));
  try {
    const key = generateKeyPairSync("ed25519");
    const ledger = await openLedger({
      dir: join(folder, "ledger"),
      origin: BUILD,
      key: { sign: (bytes) => sign(null, bytes, key.privateKey), publicKey: key.publicKey },
      time: () => Math.round(performance.now()),
      wall: () => new Date(),
      random: randomBytes,
      create: true,
    });
    await fill(ledger, decisions);
    const row = await reported(ledger, decisions);
    await ledger.close();
    return row;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The spec of the example, and a looser one under which what it refused runs. */
function specs(): { readonly older: AdoptedSpec; readonly looser: AdoptedSpec } {
  const older = adoptedSpec(readFileSync("examples/governance.yaml"), "example");
  const { spec } = older.parsed;
  const looser = {
    ...spec,
    sovereignty: {
      ...spec.sovereignty,
      score_min: 0,
      uncontrolled_calls_max: 3,
      local_first: false,
      endpoints: spec.sovereignty.endpoints.map((endpoint) => ({ ...endpoint, clearance: "internal" })),
    },
  };
  const hash = sha256(JSON.stringify(looser));
  return { older, looser: { ...older, compiled: compileSpec(looser, hash) } };
}

async function fill(ledger: Ledger, decisions: number): Promise<void> {
  const { older } = specs();
  await ledger.append({ kind: "genesis", core: {} });
  await ledger.append({ kind: "software", core: { version: "0", build: BUILD } });
  await ledger.append(adoptionRecord(older, AT_GENESIS, { by: "genesis" }, { signed: [], files: [] }));
  const passing = taskOf("https://api.example.com/v1/chat", 0);
  const lazy = lazyTask();
  const facts = factsOf();
  const appending: Promise<unknown>[] = [];
  for (let at = 0; at < decisions; at += 1) {
    const { task } = at % REFUSED_OF === 0 ? lazy : passing;
    const named = { ...task, task: `${task.task}-${at % TASKS}` };
    const digested = { task: named, digest: hashOf(named, sha256) };
    const judged = { ...facts, time: facts.time + at };
    const decision = decide(older.compiled, digested, judged);
    if ((decision.outcome === "refuse") !== (at % REFUSED_OF === 0))
      throw new Error(`a benched decision is ${decision.outcome}`);
    const held = { hold: null, job: null, measured: null };
    appending.push(
      ledger.append(decisionRecord("decision", { task: named, facts: judged, decision }, held, sha256)),
    );
    if (appending.length === BATCH) await Promise.all(appending.splice(0));
  }
  await Promise.all(appending);
}

async function reported(ledger: Ledger, decisions: number): Promise<Row> {
  let [told, from] = [0, 0];
  const slices: number[] = [];
  const before = process.cpuUsage();
  let mark = before;
  const report = await impactOf(ledger.records(), specs().looser.compiled, {
    decisions,
    progress: (decided) => {
      told += 1;
      if (decided - from < SLICE) return;
      const { user, system } = process.cpuUsage(mark);
      slices.push((user + system) / (decided - from));
      [from, mark] = [decided, process.cpuUsage()];
    },
  });
  const { user, system } = process.cpuUsage(before);
  if (report.decisions !== decisions || report.changes.let_through !== decisions / REFUSED_OF)
    throw new Error(`the report is ${JSON.stringify(report).slice(0, 600)}`);
  if (told === 0 || from > decisions) throw new Error("no progress was told");
  return {
    what: "impact report",
    decisions,
    cpu_s: Number(((user + system) / 1e6).toFixed(1)),
    us_per_decision: Math.round((user + system) / decisions),
    // Processor time doubles on a busy machine; the tenth part of the slices had it most to itself.
    us_tenth: Math.round(quantile(slices, 0.1)),
    progress_told: told,
    aim_s: 10,
  };
}
