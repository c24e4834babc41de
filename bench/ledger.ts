// What an auditor waits for: the root over a million leaves and the full offline verify of a million records, against the
// hashes that nobody can leave out. Processor time of this process, as other work on the machine does not count in it.
import { generateKeyPairSync, hash, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerMeaning } from "../src/governor/ledger-meaning.ts";
import { MerkleTree } from "../src/ledger/merkle-tree.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { verifyLedger } from "../src/ledger/verify-ledger.ts";
import type { BenchOptions, Row } from "./bench.ts";
import { interleave } from "./interleave.ts";

const RECORDS = 1_000_000;
const QUICK_RECORDS = 100_000;
/** The leaves of a batch that are appended before they are waited for. */
const BATCH = 4096;
/** As many bytes as a settlement's core usually has. */
const FILLER = "x".repeat(300);

export async function bench({ quick }: BenchOptions): Promise<readonly Row[]> {
  const records = quick ? QUICK_RECORDS : RECORDS;
  const rounds = quick ? 3 : 5;
  return [...(await roots(records, rounds)), ...(await verifying(records, rounds))];
}

async function roots(leaves: number, rounds: number): Promise<readonly Row[]> {
  const leaf = randomBytes(32);
  const node = randomBytes(65);
  const measured = await interleave(
    [
      {
        name: "sha256 of 65 bytes",
        once: () =>
          spent(() => {
            for (let at = 0; at < leaves; at += 1) hash("sha256", node, "buffer");
          }),
      },
      {
        name: "root over leaves",
        once: () =>
          spent(() => {
            const tree = new MerkleTree();
            for (let at = 0; at < leaves; at += 1) tree.append(leaf);
            tree.root();
          }),
      },
    ],
    rounds,
    1,
  );
  return measured.map((one) => row(one, leaves, 1.3));
}

async function verifying(records: number, rounds: number): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "writ-bench-ledger-"));
  const dir = join(folder, "ledger");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  try {
    const ledger = await openLedger({
      dir,
      origin: "bench",
      key: { sign: (bytes) => sign(null, bytes, privateKey), publicKey },
      time: () => Math.round(performance.now()),
      wall: () => new Date(),
      random: randomBytes,
      create: true,
    });
    for (let at = 0; at < records; at += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, records - at) }, (_, index) =>
        ledger.append({ kind: at + index === 0 ? "genesis" : "gap", core: { at, filler: FILLER } }),
      );
      await Promise.all(batch);
    }
    await ledger.close();
    const body = Buffer.alloc(FILLER.length + 150, 120);
    const node = randomBytes(65);
    const verify = (visit: Parameters<typeof verifyLedger>[0]["visit"]): Promise<number> =>
      spent(async () => {
        const told = visit === undefined ? {} : { visit };
        const report = await verifyLedger({ dir, origin: "bench", publicKey, ...told });
        if (!report.ok) throw new Error(report.summary);
      });
    const measured = await interleave(
      [
        {
          name: "sha256 of each record and of 65 bytes",
          once: () =>
            spent(() => {
              for (let at = 0; at < records; at += 1) {
                hash("sha256", body, "buffer");
                hash("sha256", node, "buffer");
              }
            }),
        },
        { name: "offline verify, integrity", once: () => verify(undefined) },
        {
          name: "offline verify, with meaning",
          once: () => {
            const meaning = new LedgerMeaning();
            return verify((record) => meaning.take(record));
          },
        },
      ],
      rounds,
      1,
    );
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    return measured.map((one) => ({ ...row(one, records, 1.5), peak_mib: peak }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time of `work`, user and system, in ms. */
async function spent(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function row(
  { name, median, ratio }: Awaited<ReturnType<typeof interleave>>[number],
  count: number,
  aim: number,
): Row {
  return {
    count,
    what: name,
    cpu_ms: Math.round(median),
    ratio: Math.round(ratio * 100) / 100,
    aim_ratio: aim,
  };
}
