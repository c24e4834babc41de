// One simulated history of a ledger: a few lives, each ended by a crash or kill at some call, recovery included.
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { type LedgerOptions, openLedger } from "../../src/ledger/open-ledger.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";
import { below, type Random, SimulatedDisk, seededRandom } from "./simulated-disk.ts";

const dir = "/home/ledger";
/** Lives of one history. */
export const LIVES = 4;

/** What one life of the ledger was asked and told. */
interface History {
  /** Ids in the order of the append calls, each life continuing from what it found. */
  appended: number[];
  acknowledged: Set<number>;
  nextId: number;
  /** Byte of the key (sample-ledger.ts) that the home has; the next one is that of a rotation under way. */
  key: number;
}

const FIRST_KEY = 7;

/** As a home opens it: with its key, and the one that may be taking its place. */
function optionsFor(disk: SimulatedDisk, history: History): LedgerOptions {
  const keys = { key: testKey(history.key), nextKey: testKey(history.key + 1) };
  return { ...sampleOptions(dir), ...keys, fs: disk, segmentBytesMax: 6000 };
}

/** What a home does once it is open: the key that signs is its key. */
function settleKey(ledger: Ledger, history: History): void {
  const now = Buffer.from(ledger.key);
  if (now.equals(importPublicKey(testKey(history.key + 1).publicKey).raw)) history.key += 1;
  ok(now.equals(importPublicKey(testKey(history.key).publicKey).raw), "one of the home's keys signs");
}

async function rotate(ledger: Ledger, history: History): Promise<void> {
  const next = testKey(history.key + 1);
  const verifier = { origin, key: importPublicKey(next.publicKey) };
  try {
    await ledger.rotate({ verifier, sign: next.sign });
    history.key += 1;
  } catch {
    // It may or may not have happened: the next opening says it.
  }
}

async function live(disk: SimulatedDisk, random: Random, history: History): Promise<void> {
  let ledger: Ledger;
  let found: number[];
  try {
    ledger = await openLedger(optionsFor(disk, history));
    found = await idsIn(ledger);
  } catch (cause) {
    if (!disk.hasCrashed) throw cause;
    return;
  }
  checkFound(found, history);
  settleKey(ledger, history);
  const waiting: Promise<unknown>[] = [];
  for (let round = below(random, 8); round > 0; round -= 1) {
    for (let count = below(random, 6); count > 0; count -= 1)
      waiting.push(appendOne(ledger, random, history));
    if (below(random, 4) === 0) waiting.push(ledger.checkpoint().catch(() => null));
    if (below(random, 2) === 0) await Promise.allSettled(waiting);
    if (below(random, 6) === 0) await rotate(ledger, history);
  }
  await Promise.allSettled(waiting);
  if (below(random, 2) === 0) await ledger.close().catch(() => null);
}

async function appendOne(ledger: Ledger, random: Random, history: History): Promise<void> {
  const id = history.nextId;
  history.nextId += 1;
  const payload = below(random, 2) === 0 ? {} : { payload: { text: "p".repeat(below(random, 1500)) } };
  const appending = ledger.append({
    kind: "decision",
    core: { id, pad: "x".repeat(below(random, 1500)) },
    ...payload,
  });
  history.appended.push(id);
  try {
    await appending;
    history.acknowledged.add(id);
  } catch {
    // Not acknowledged: it may or may not be there.
  }
}

async function idsIn(ledger: Ledger): Promise<number[]> {
  const ids: number[] = [];
  for await (const record of ledger.records()) {
    if (record.kind !== "decision") continue;
    ids.push(Number(record.core["id"]));
  }
  return ids;
}

async function verify(disk: SimulatedDisk, key: number) {
  return await verifyLedger({ dir, origin, publicKey: testKey(key).publicKey, fs: disk });
}

/** Runs one history and checks the promise after each life; the tail states that `verifyLedger` saw. */
export async function crashLives(runSeed: number): Promise<readonly string[]> {
  const random = seededRandom(runSeed);
  const history: History = { appended: [], acknowledged: new Set(), nextId: 0, key: FIRST_KEY };
  let disk = new SimulatedDisk(random);
  const seen: string[] = [];
  for (let life = 0; life < LIVES; life += 1) {
    disk.crashAfter = below(random, life % 2 === 0 ? 70 : 25);
    await live(disk, random, history);
    disk = below(random, 4) === 0 ? disk.afterKill() : disk.afterCrash();
    if (below(random, 2) === 0) continue;
    const crashed = await verify(disk, history.key);
    if (crashed.problem?.kind !== "missing" || history.acknowledged.size > 0) equal(crashed.problem, null);
    seen.push(crashed.tail.state);
    const ledger = await openLedger(optionsFor(disk, history));
    checkFound(await idsIn(ledger), history);
    settleKey(ledger, history);
    await ledger.close();
    // Whoever believes the first key follows it to the last, and whoever believes the last believes what came before.
    for (const key of [FIRST_KEY, history.key]) equal((await verify(disk, key)).problem, null);
  }
  if (history.key > FIRST_KEY) seen.push("rotated");
  return seen;
}

/** The promise itself. What was not found, and never acknowledged, is gone for good. */
function checkFound(found: readonly number[], history: History): void {
  deepEqual(found, history.appended.slice(0, found.length));
  const kept = new Set(found);
  for (const id of history.acknowledged) ok(kept.has(id), `acknowledged record ${id} is lost`);
  history.appended = [...found];
}
