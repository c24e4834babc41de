// Erasing payloads of a real home: what a governor rebuilds from the ledger is the same without any payload, byte for byte.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { LedgerRecord } from "../ledger/record.ts";
import { canonicalJson } from "../stdx/canonical-json.ts";
import type { Json } from "../stdx/json.ts";
import { governorPids, type MadeHome, makeHome, run, script, taskOf } from "./fixtures/made-home.ts";
import { loadGovernorKey } from "./governor-key.ts";
import { homePaths } from "./home.ts";
import { openHomeLedger } from "./open-home-ledger.ts";
import { JobBook } from "./queue/job-book.ts";
import { rebuild } from "./recover.ts";

const TERMS = { priority: 0, deadline: null, retries_max: 0, after: [] };

interface Projected {
  readonly records: number;
  /** What a verdict rests on. */
  readonly verdict: string;
  /** The rest: places that labelled tasks wrote, and jobs; both have names of people's files in them. */
  readonly named: string;
}

/** Every projection of the first `records` records, as bytes; `blind` takes each payload away first. */
async function projected(
  made: MadeHome,
  blind: boolean,
  records = Number.POSITIVE_INFINITY,
): Promise<Projected> {
  const paths = homePaths(made.home);
  const opening = { create: false, remembered: null };
  const ledger = await openHomeLedger(paths.ledger, made.node, loadGovernorKey(paths), opening);
  const database = `${made.home}/rebuilt.sqlite`;
  const book = await JobBook.open(database, ledger);
  try {
    const cores: LedgerRecord[] = [];
    for await (const record of ledger.records()) {
      if (record.sequence < records) cores.push({ ...record, payload: blind ? null : record.payload });
    }
    const { projection } = await rebuild(cores, (record) => book.replay(record));
    book.flush();
    const { sums, outputs, heat, decisions, children, settlements, adoptions, enrolled } = projection;
    const jobs = new DatabaseSync(database, { readOnly: true });
    const tables = ["job", "edge", "plan"].map((table) =>
      jobs.prepare(`SELECT * FROM ${table} ORDER BY 1`).all(),
    );
    jobs.close();
    const maps = [decisions, children, settlements, adoptions].map((map) => [...map]);
    return {
      records: cores.length,
      verdict: bytesOf({ sums: sums.snapshot(), heat: heat.snapshot(), maps, enrolled }),
      named: bytesOf({ outputs: outputs.snapshot(), tables }),
    };
  } finally {
    book.close();
    await ledger.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
  }
}

function bytesOf(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
}

async function stopped(made: MadeHome): Promise<void> {
  for (const pid of governorPids(made.home)) process.kill(pid, "SIGTERM");
  for (let turn = 0; governorPids(made.home).length > 0 && turn < 400; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function holding(folder: string, word: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((file) => readFileSync(file).includes(word));
}

test("erase of every payload: projections rebuilt byte-identical, verify clean, no word of a task left", async () => {
  const made = await makeHome();
  try {
    const governor = await made.open();
    const program = script(made, "unmistakable-program", 'echo "$1" > out/unmistakable-file');
    const needs = { writes: ["out"], reads: [`${made.work}/vault`] };
    await run(governor, taskOf(made, [program, "unmistakable-word"], { writes: ["out"] }));
    await run(governor, taskOf(made, [program, "unmistakable-word"], needs), { wait: false });
    await run(governor, taskOf(made, ["true"], { memory: "900 GiB" }), { wait: false });
    const queued = await governor.submit(taskOf(made, [program, "unmistakable-word"]), TERMS);
    await governor.serve({ untilEmpty: true });
    expect(queued.jobs).toHaveLength(1);
    expect(holding(`${made.home}/ledger`, "unmistakable")).not.toEqual([]);
    await stopped(made);
    const before = await projected(made, true);
    const { verdict } = await projected(made, false);
    expect(verdict).toBe(before.verdict);

    const later = await made.open();
    const erased = await later.erase({ all: true });
    expect(erased.payloads).toBeGreaterThan(5);
    // The spec in force.
    expect(erased.kept).toBe(1);
    expect(holding(`${made.home}/ledger`, "unmistakable")).toEqual([]);
    expect(holding(`${made.home}/run`, "unmistakable")).toEqual([]);
    expect(await later.erase({ all: true })).toMatchObject({ kept: 1 });
    await expect(later.explain(4)).rejects.toMatchObject({ code: "WRIT_RECORD_UNKNOWN" });
    expect((await later.jobs(true)).jobs.map(({ name }) => name)).toEqual([""]);
    expect((await run(later, taskOf(made, ["true"]))).observation?.exit_code).toBe(0);
    await stopped(made);
    const { ok, erased: absent, erased_recorded } = await made.verify();
    expect([ok, absent]).toEqual([true, erased_recorded]);
    expect(await projected(made, false, before.records)).toEqual(before);
  } finally {
    await made.end();
  }
}, 60_000);

test("erase refuses a number that the ledger does not hold, and erases nothing", async () => {
  const made = await makeHome();
  try {
    const governor = await made.open();
    await expect(governor.erase({ sequences: [1, 99_999] })).rejects.toMatchObject({
      code: "WRIT_RECORD_UNKNOWN",
    });
    expect((await made.verify()).erased).toBe(0);
  } finally {
    await made.end();
  }
}, 60_000);
