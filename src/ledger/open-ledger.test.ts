// openLedger on a real folder: what it promises to its one writer, over restarts.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { JsonObject } from "../stdx/json.ts";
import { openLedger } from "./open-ledger.ts";
import { verifyLedger } from "./verify-ledger.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function options() {
  const folder = mkdtempSync(join(tmpdir(), "writ-ledger-"));
  folders.push(folder);
  const pair = generateKeyPairSync("ed25519");
  let now = 0;
  return {
    dir: join(folder, "ledger"),
    origin: "node-1",
    key: { sign: (bytes: Uint8Array) => sign(null, bytes, pair.privateKey), publicKey: pair.publicKey },
    time: () => (now += 10),
    wall: () => new Date(0),
    random: (length: number) => randomBytes(length),
    create: true,
  };
}

test("openLedger keeps records, times and payloads over a restart", async () => {
  const given = options();
  const first = await openLedger(given);
  const a = await first.append({ kind: "genesis", core: { n: 1 } });
  const b = await first.append({ kind: "decision", core: { n: 2 }, payload: { text: "hello" } });
  expect([a.sequence, b.sequence]).toEqual([0, 1]);
  await first.close();
  const second = await openLedger({ ...given, create: false });
  const c = await second.append({ kind: "decision", core: { n: 3 } });
  expect(c.sequence).toBe(2);
  expect(c.time).toBeGreaterThanOrEqual(b.time);
  expect((await second.read(1)).payload).toEqual({ text: "hello" });
  const cores: JsonObject[] = [];
  for await (const record of second.records()) cores.push(record.core);
  expect(cores).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await second.close();
  const report = await verifyLedger({ dir: given.dir, origin: given.origin, publicKey: given.key.publicKey });
  expect(report).toMatchObject({ ok: true, records: 3, checkpoint_size: 3, unsealed: 0, closed: true });
});
