// What a durable record costs against writing the same bytes raw: one write and one fdatasync, and for each record one
// sha256 of it and one of 65 bytes (a leaf and its share of the tree). Batches of 1, 64 and 256, interleaved in one run.
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { RecordInput } from "../src/ledger/record.ts";
import type { Row } from "./bench.ts";
import { interleave } from "./interleave.ts";

const ROUNDS = 60;
const AIMS = new Map([
  [1, 1.5],
  [64, 1.8],
  [256, 2],
]);
/** As many bytes as a decision's core usually has. */
const RECORD_BYTES = 1200;

export async function bench(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [batch, aim] of AIMS) {
    const folder = mkdtempSync(join(process.env["WRIT_BENCH_DISK"] ?? tmpdir(), "writ-bench-durable-"));
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const ledger = await openLedger({
      dir: join(folder, "ledger"),
      origin: "bench",
      key: { sign: (bytes) => sign(null, bytes, privateKey), publicKey },
      time: () => Math.round(performance.now()),
      wall: () => new Date(),
      random: randomBytes,
      create: true,
    });
    const raw = openSync(join(folder, "raw"), "w");
    try {
      const record: RecordInput = {
        kind: "decision",
        core: { outcome: "admit", filler: "x".repeat(RECORD_BYTES - 200) },
      };
      const measured = await interleave(
        [
          { name: "raw write + fdatasync + hashes", once: () => rawBatch(raw, batch) },
          {
            name: "durable append",
            once: async () => {
              const started = performance.now();
              await Promise.all(Array.from({ length: batch }, () => ledger.append(record)));
              return performance.now() - started;
            },
          },
        ],
        ROUNDS,
        5,
      );
      for (const { name, median, p90, ratio } of measured) {
        rows.push({
          batch,
          what: name,
          median_ms: round(median),
          p90_ms: round(p90),
          ratio: round(ratio),
          aim_ratio: name === "durable append" ? aim : null,
        });
      }
    } finally {
      closeSync(raw);
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

function rawBatch(file: number, batch: number): number {
  const started = performance.now();
  const bytes = Buffer.alloc(RECORD_BYTES * batch, 120);
  const node = Buffer.alloc(65);
  for (let record = 0; record < batch; record++) {
    createHash("sha256")
      .update(bytes.subarray(record * RECORD_BYTES, (record + 1) * RECORD_BYTES))
      .digest();
    createHash("sha256").update(node).digest();
  }
  writeSync(file, bytes);
  fdatasyncSync(file);
  return performance.now() - started;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
