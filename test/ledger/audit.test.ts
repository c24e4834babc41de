// An auditor's day with a real ledger on a real disk: its copy, its export behind a plain web server, and proofs of its records,
// each verified from files and a key alone; and what is damaged, foreign or unreadable there, told and left alone.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyOfKey } from "../../src/governor/believed.ts";
import { type VerifiedPath, verifyPath } from "../../src/governor/verify-path.ts";
import { exportLedger } from "../../src/ledger/export-ledger.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { nodeFileSystem } from "../../src/ledger/node-file-system.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { proveRecord } from "../../src/ledger/prove-record.ts";
import { formatVkey, type NoteKey } from "../../src/ledger/signed-note.ts";
import { verifyTiles } from "../../src/ledger/verify-tiles.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";

const RECORDS = 300;
const root = mkdtempSync(join(tmpdir(), "writ-audit-"));
const dir = `${root}/ledger`;
const exported = `${root}/exported`;
const log: NoteKey = { name: origin, algorithm: "ed25519", key: importPublicKey(testKey().publicKey) };
const policy = policyOfKey(formatVkey(log));
const verifier = { origin, key: log.key };
const reading = { fs: nodeFileSystem, dir, verifier, rememberedHead: null };
const silent = (): void => undefined;

/** Records that follow from each other, so that their meaning holds too. */
async function fill(folder: string, records: number): Promise<void> {
  const ledger = await openLedger({ ...sampleOptions(folder) });
  await ledger.append({ kind: "genesis", core: {} });
  for (let at = 1; at < records; at += 1) void ledger.append({ kind: "gap", core: { at }, payload: { at } });
  await ledger.close();
}

function exportTo(folder: string): ReturnType<typeof exportLedger> {
  const put = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  const append = (bytes: Uint8Array): void =>
    writeFileSync(join(folder, "records.jsonl"), bytes, { flag: "a" });
  mkdirSync(folder);
  return exportLedger({ ...reading, sink: { put, append } });
}

let server: Server;
let url: string;
beforeAll(async () => {
  await fill(dir, RECORDS);
  await exportTo(exported);
  server = createServer(({ url: path = "" }, response) => {
    try {
      response.end(readFileSync(join(exported, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

test("P5 an export verifies over a plain web server, entry by entry, to the signed root", async () => {
  const asked: string[] = [];
  const read = async (path: string): Promise<Uint8Array | null> => {
    asked.push(path);
    const answer = await fetch(`${url}/${path}`);
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
  };
  const report = await verifyTiles({ read, policy });
  expect(report).toMatchObject({ ok: true, records: RECORDS, hashes_only: 0, problem: null });
  expect(asked).toContain("tile/entries/001.p/44");
  expect(asked).toContain("tile/1/000.p/1");
  const lines = readFileSync(`${exported}/records.jsonl`, "utf8").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual(
    Array.from({ length: RECORDS }, (_, at) => at),
  );
  expect(lines.join("")).not.toContain('payload":');
});

test("P5 proveRecord's file proves its record anywhere, and nothing else", async () => {
  for (const sequence of [0, 1, 255, 256, RECORDS - 1]) {
    const file = `${root}/${sequence}.tlog-proof`;
    writeFileSync(file, await proveRecord({ ...reading, sequence }));
    const { report } = await verifyPath(file, policy, silent);
    expect(report).toMatchObject({ ok: true, sequence, size: RECORDS, proof_class: "self-signed" });
    const stranger = policyOfKey(formatVkey({ ...log, key: importPublicKey(testKey(8).publicKey) }));
    expect((await verifyPath(file, stranger, silent)).report.ok).toBe(false);
  }
  await expect(proveRecord({ ...reading, sequence: RECORDS })).rejects.toMatchObject({
    code: "WRIT_RECORD_UNKNOWN",
  });
});

test("proveRecord and exportLedger refuse a ledger that does not hold, and a record that nothing signed covers", async () => {
  const copy = copyOf("changed");
  const bytes = readFileSync(`${copy}/seg-000001.log`);
  bytes[5000] = (bytes[5000] ?? 0) ^ 1;
  writeFileSync(`${copy}/seg-000001.log`, bytes);
  const changed = { ...reading, dir: copy };
  await expect(proveRecord({ ...changed, sequence: 0 })).rejects.toMatchObject({
    code: "WRIT_LEDGER_CORRUPT",
  });
  const sink = { put: silent, append: silent };
  await expect(exportLedger({ ...changed, sink })).rejects.toMatchObject({ code: "WRIT_LEDGER_CORRUPT" });
  const nowhere = { ...reading, dir: `${root}/nowhere`, sequence: 0 };
  await expect(proveRecord(nowhere)).rejects.toThrow(/missing|no record/);
  const live = await openLedger({ ...sampleOptions(`${root}/live`) });
  await live.append({ kind: "genesis", core: {} });
  await expect(proveRecord({ ...reading, dir: `${root}/live`, sequence: 0 })).rejects.toThrow(
    "nothing signed",
  );
  await live.close();
});

function copyOf(name: string): string {
  const copy = `${root}/${name}`;
  cpSync(dir, copy, { recursive: true });
  return copy;
}

async function verified(path: string): Promise<VerifiedPath> {
  return await verifyPath(path, policy, silent);
}

test("verifyPath tells a whole copy of a ledger from one that is changed, half written or of a stranger", async () => {
  expect((await verified(dir)).report).toMatchObject({
    ok: true,
    records: RECORDS,
    meaning: { problem: null },
  });
  const half = copyOf("half");
  truncateSync(`${half}/seg-000001.log`, 20_000);
  expect((await verified(half)).report).toMatchObject({ ok: false, problem: { kind: "changed" } });
  const stranger = policyOfKey(formatVkey({ ...log, key: importPublicKey(testKey(8).publicKey) }));
  const { report, lines } = await verifyPath(dir, stranger, silent);
  expect(report).toMatchObject({ ok: false, problem: { kind: "bad_signature" } });
  expect(lines[0]).toContain("does not hold");
});

test("verifyPath leaves foreign files alone, and is not misled by them", async () => {
  const copy = copyOf("foreign");
  for (const name of ["README", "seg-1.log", "seg-000001.log.bak", "checkpoint.new", ".hidden"]) {
    writeFileSync(`${copy}/${name}`, "foreign");
  }
  mkdirSync(`${copy}/tile`);
  expect((await verified(copy)).report).toMatchObject({ ok: true, records: RECORDS });
  writeFileSync(`${copy}/seg-000002.log`, "foreign");
  expect((await verified(copy)).report).toMatchObject({ ok: false });
});

test("verifyPath says what it cannot read, and that a folder is none of a ledger", async () => {
  const empty = `${root}/empty`;
  mkdirSync(empty);
  await expect(verified(empty)).rejects.toMatchObject({ code: "WRIT_USAGE" });
  await expect(verified(`${root}/not-there`)).rejects.toMatchObject({ code: "WRIT_FILE_UNREADABLE" });
  const closed = copyOf("closed");
  chmodSync(`${closed}/seg-000001.log`, 0o000);
  // Root reads everything: then it holds.
  if (process.geteuid?.() === 0) expect((await verified(closed)).report.ok).toBe(true);
  else await expect(verified(closed)).rejects.toMatchObject({ code: "WRIT_FILE_UNREADABLE" });
  const folder = copyOf("folder");
  rmSync(`${folder}/seg-000001.log`);
  mkdirSync(`${folder}/seg-000001.log`);
  await expect(verified(folder)).rejects.toMatchObject({ code: "WRIT_FILE_UNREADABLE" });
  const huge = `${root}/huge.tlog-proof`;
  writeFileSync(huge, Buffer.alloc(3_000_000, "a"));
  expect((await verified(huge)).report).toMatchObject({ ok: false });
});
