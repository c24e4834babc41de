// Replay over records made by hand: each verdict, what another spec changes, and that nothing in a hostile record ends it.
import { expect, test } from "vitest";
import { baseFacts, baseSpec, baseTask, call } from "../../test/decision-fixtures.ts";
import { compileSpec } from "../decide/compile-spec.ts";
import { decide } from "../decide/decide.ts";
import type { LedgerRecord, RecordInput } from "../ledger/record.ts";
import { formatSpec } from "../spec/format-spec.ts";
import type { Spec } from "../spec/spec.ts";
import type { JsonObject } from "../stdx/json.ts";
import type { Task } from "../task/task.ts";
import { AT_GENESIS, adoptionRecord } from "./amend/amend-records.ts";
import { sha256 } from "./ports.ts";
import { decisionRecord, hashOf } from "./records.ts";
import { type Replayed, type ReplayOptions, replay } from "./replay.ts";
import { type ReplayReport, ReplayTally } from "./replay-tally.ts";
import { type AdoptedSpec, adoptedSpec } from "./spec-in-force.ts";

const BUILD = "1.0.0+here";

function adopted(spec: Spec): AdoptedSpec {
  return adoptedSpec(Buffer.from(formatSpec(spec)), "test");
}

/** With the budget that the language wants beside endpoints, so that it may be adopted. */
function budgeted(): Spec {
  const spec = baseSpec();
  const budget = {
    scope: "principal",
    window: 86_400_000,
    external_calls: 100,
    bytes_out: 100_000_000,
  } as const;
  return { ...spec, resources: { ...spec.resources, budgets: [{ ...budget, tokens: null, money: null }] } };
}

const inForce = adopted(budgeted());
const calling: Task = baseTask({ calls: [call()] });
/** More bytes than the endpoint allows. */
const greedy: Task = baseTask({ calls: [call({ bytes_out_max: 1_000_000 })] });

function judged(task: Task, spec: AdoptedSpec = inForce, kind: "decision" | "check" = "check"): RecordInput {
  const base = baseFacts(task);
  const window = { scope: "principal", key: "me", window: 86_400_000, frees_in: null } as const;
  const empty = { ...window, external_calls: 0, bytes_out: 0, tokens: 0, money: 0 };
  const facts = { ...base, principal: "me", sums: { ...base.sums, windows: [empty] } };
  const decision = decide(spec.compiled, { task, digest: hashOf(task, sha256) }, facts);
  return decisionRecord(kind, { task, facts, decision }, { hold: null, job: null, measured: null }, sha256);
}

function ledger(records: readonly RecordInput[]): readonly LedgerRecord[] {
  return records.map((record, sequence) => ({
    sequence,
    time: sequence,
    wall: "2026-01-01T00:00:00.000Z",
    payload_hash: null,
    payload: null,
    // As a reader of the file has it.
    ...(JSON.parse(JSON.stringify(record)) as RecordInput),
  }));
}

const software = (build: string): RecordInput => ({ kind: "software", core: { version: "1", build } });

async function replayed(
  records: readonly RecordInput[],
  options: Partial<ReplayOptions> = {},
): Promise<readonly Replayed[]> {
  const found: Replayed[] = [];
  for await (const one of replay(ledger(records), { build: BUILD, ...options })) found.push(one);
  return found;
}

async function verdicts(records: readonly RecordInput[]): Promise<readonly string[]> {
  return (await replayed(records)).map(({ verdict }) => verdict);
}

const adoption = adoptionRecord(inForce, AT_GENESIS, { by: "genesis" }, { signed: [], files: [] });

test("P5 replay decides a recorded decision again, byte for byte", async () => {
  expect(await verdicts([software(BUILD), adoption, judged(calling), judged(greedy)])).toEqual([
    "same",
    "same",
  ]);
  const [found] = await replayed([adoption, judged(calling)]);
  expect(found).toMatchObject({ sequence: 1, kind: "check", other: null });
  expect(found?.decided).toEqual(found?.recorded);
});

test("P5 replay finds any member of a decision's core or payload that was not decided", async () => {
  const record = judged(calling);
  for (const name of Object.keys(record.core)) {
    if (name === "hold") continue;
    const core = { ...record.core, [name]: "forged" };
    expect(await verdicts([adoption, { ...record, core }]), name).toEqual([
      name === "spec_hash" ? "erased" : "different",
    ]);
  }
  const { decision, ...rest } = record.payload as { decision: JsonObject } & JsonObject;
  const payload = { ...rest, decision: { ...decision, score: 100.5 } };
  expect(await verdicts([adoption, { ...record, payload }])).toEqual(["different"]);
});

test("replay tells another build's decision from a changed one", async () => {
  const forged = judged(calling);
  const other = { ...forged, core: { ...forged.core, score: 1 } };
  expect(await verdicts([software("1.0.0+there"), adoption, other])).toEqual(["other_code"]);
  expect(await verdicts([software("1.0.0+there"), adoption, judged(calling)])).toEqual(["same"]);
  expect(await verdicts([software("x"), software(BUILD), adoption, other])).toEqual(["different"]);
});

test("replay counts what was erased, its payload or its spec's", async () => {
  const record = judged(calling);
  const { payload: _, ...erased } = record;
  const { payload: __, ...specErased } = adoption;
  expect(await verdicts([adoption, erased])).toEqual(["erased"]);
  expect(await verdicts([specErased, record])).toEqual(["erased"]);
});

test("replay goes on behind payloads that no build writes", async () => {
  const record = judged(calling);
  const hostile: readonly JsonObject[] = [
    { decision: null, task: null, facts: null },
    { decision: [], task: {}, facts: {} },
    { decision: {}, task: { needs: [] }, facts: { sums: 7 } },
  ];
  for (const payload of hostile) {
    expect(await verdicts([adoption, { ...record, payload }, record])).toEqual(["different", "same"]);
  }
  const bytes = Buffer.from("writ: 9").toString("base64");
  for (const payload of [{}, { bytes: 7 }, { bytes: "" }, { bytes }]) {
    const core = { ...adoption.core, bytes_hash: sha256("writ: 9") };
    expect(await verdicts([{ ...adoption, core, payload }, record])).toEqual(["different"]);
  }
});

async function against(spec: Spec, records: readonly RecordInput[]): Promise<ReplayReport> {
  const compiled = compileSpec(spec, "other");
  const tally = new ReplayTally("other");
  for await (const one of replay(ledger(records), { build: BUILD, spec: compiled })) tally.add(one);
  return tally.report(10);
}

/** The base spec with another bound on what one task may send to its endpoint. */
function bounded(bytes_out_per_task_max: number): Spec {
  const spec = budgeted();
  const endpoints = spec.sovereignty.endpoints.map((one) => ({ ...one, bytes_out_per_task_max }));
  return { ...spec, sovereignty: { ...spec.sovereignty, endpoints } };
}

test("ReplayTally ranks what a looser spec would let through, worst first, each with its decision", async () => {
  const more = baseTask({ calls: [call({ bytes_out_max: 1_500_000 })] });
  const records = [adoption, judged(greedy), judged(more), judged(greedy), judged(calling)];
  const report = await against(bounded(2_000_000), records);
  expect(report).toMatchObject({ ok: true, decisions: 4, counts: { same: 4 } });
  expect(report.against).toMatchObject({ alike: 1, unknown: 0, changes: { let_through: 3 }, left_out: 0 });
  expect(report.against?.worst.map(({ sequence, times, bytes_out }) => [sequence, times, bytes_out])).toEqual(
    [
      [2, 1, 1_500_000],
      [3, 2, 1_000_000],
    ],
  );
  expect(report.against?.worst[0]).toMatchObject({ recorded: "refuse", other: "admit", task: "t" });
  expect(report.against?.worst[0]?.why.join(" ")).toMatch(/bytes/);
});

test("ReplayTally names what a tighter spec would stop, and counts what it cannot tell", async () => {
  const { payload: _, ...erased } = judged(calling);
  const report = await against(bounded(1), [adoption, judged(calling), judged(greedy), erased]);
  expect(report.against).toMatchObject({
    alike: 1,
    unknown: 1,
    changes: { stopped: 1, let_through: 0, other_no: 0, other_grants: 0 },
  });
  expect(report.against?.worst).toMatchObject([{ kind: "stopped", recorded: "admit", other: "refuse" }]);
});

test("ReplayTally keeps the worst of very many changed tasks, and counts all", async () => {
  const tally = new ReplayTally("other");
  const records = [adoption, judged(greedy)];
  const [one] = await replayed(records, { spec: compileSpec(bounded(2_000_000), "other") });
  if (one?.recorded === null || one?.recorded === undefined) throw new Error("nothing was replayed");
  for (let sequence = 0; sequence < 10_000; sequence += 1) {
    tally.add({ ...one, sequence, recorded: { ...one.recorded, task_digest: String(sequence) } });
  }
  const report = tally.report(3);
  expect(report.against?.changes.let_through).toBe(10_000);
  expect(report.against?.worst.map(({ sequence }) => sequence)).toEqual([9999, 9998, 9997]);
  expect(report.against?.left_out).toBe(9997);
});
