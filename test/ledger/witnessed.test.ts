// A ledger under a policy with a quorum: its own cosignature records count as far as they hold, and for no more.
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { verifyPath } from "../../src/governor/verify-path.ts";
import { logKey } from "../../src/ledger/checkpoint.ts";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { type LedgerPolicy, parsePolicy } from "../../src/ledger/ledger-policy.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { cosignedMessage, formatVkey, type NoteKey, signatureLine } from "../../src/ledger/signed-note.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";

const root = mkdtempSync(join(tmpdir(), "writ-witnessed-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Witness {
  readonly key: NoteKey;
  readonly secret: KeyObject;
}

function makeWitness(name: string): Witness {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { key: { name, algorithm: "cosignature", key: importPublicKey(publicKey) }, secret: privateKey };
}

const [desk, shelf, stranger] = [makeWitness("desk"), makeWitness("shelf"), makeWitness("stranger")];
const log = logKey({ origin, key: importPublicKey(testKey().publicKey) });

function policyOf(quorum: "all" | "any"): LedgerPolicy {
  const lines = [
    `log ${formatVkey(log)}`,
    ...[desk, shelf].map(({ key }) => `witness ${key.name} ${formatVkey(key)}`),
    `group both ${quorum} desk shelf`,
    "quorum both",
  ];
  const parsed = parsePolicy(Buffer.from(`${lines.join("\n")}\n`));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function cosign({ key, secret }: Witness, note: string, seconds = 1_800_000_000): string {
  const text = note.slice(0, note.indexOf("\n\n") + 1);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  return signatureLine(key, Buffer.concat([time, sign(null, cosignedMessage(text, seconds), secret)]));
}

interface Recorded {
  readonly by: Witness;
  /** What is recorded in the place of the cosignature. */
  readonly line?: (line: string) => string;
  readonly size?: number;
}

/** A ledger of three records, a cosignature record for each of `recorded` over them, and two records more. */
async function ledgerWith(name: string, recorded: readonly Recorded[]): Promise<string> {
  const dir = join(root, name);
  const ledger = await openLedger(sampleOptions(dir));
  await ledger.append({ kind: "genesis", core: {} });
  for (const at of [1, 2]) await ledger.append({ kind: "gap", core: { at } });
  const { checkpoint, note } = await ledger.checkpoint();
  for (const { by, line, size = checkpoint.size } of recorded) {
    const core = { witness: by.key.name, key: Buffer.from(by.key.key.raw).toString("base64"), size, time: 1 };
    const made = cosign(by, note);
    await ledger.append({ kind: "cosignature", core: { ...core, line: line?.(made) ?? made } });
  }
  for (const at of [3, 4]) await ledger.append({ kind: "gap", core: { at } });
  await ledger.close();
  return dir;
}

async function verify(dir: string, quorum: "all" | "any") {
  return await verifyPath(dir, policyOf(quorum), () => undefined);
}

test("P5 a ledger with the cosignatures that its policy asks for is witnessed up to them, and holds", async () => {
  const dir = await ledgerWith("both", [{ by: desk }, { by: shelf }]);
  for (const quorum of ["all", "any"] as const) {
    const { report } = await verify(dir, quorum);
    expect(report).toMatchObject({ ok: true, proof_class: "witnessed", records: 7, unwitnessed: 4 });
    expect(report).toMatchObject({
      witnesses: [
        { name: "desk", size: 3 },
        { name: "shelf", size: 3 },
      ],
    });
  }
});

test("P5 what a policy's quorum lacks makes a ledger unwitnessed, and no stranger, forgery or empty claim mends that", async () => {
  const flipped = (line: string): string => `${line.slice(0, -4)}AAA=`;
  const cases: readonly (readonly [string, readonly Recorded[], "all" | "any"])[] = [
    ["one of two", [{ by: desk }], "all"],
    ["a stranger", [{ by: desk }, { by: stranger }], "all"],
    ["nobody", [], "any"],
    ["a forged line", [{ by: desk, line: flipped }], "any"],
    ["another size than it cosigned", [{ by: desk, size: 2 }], "any"],
    ["more than there was", [{ by: desk, size: 6 }], "any"],
    ["under another one's name", [{ by: { ...desk, secret: stranger.secret } }], "any"],
  ];
  for (const [name, recorded, quorum] of cases) {
    const { report } = await verify(await ledgerWith(name, recorded), quorum);
    expect([name, report.ok]).toEqual([name, false]);
    expect(report).toMatchObject({ proof_class: "self-signed", problem: null });
    expect("summary" in report ? report.summary : "").toContain("unwitnessed");
  }
});

test("P5 a cosignature behind others that do not hold still counts, as long as it is among the last", async () => {
  const bad = { by: desk, line: (): string => "— desk AAAA" };
  for (const [name, count, size] of [
    ["a few", 7, 3],
    ["many", 8, 0],
  ] as const) {
    const dir = await ledgerWith(name, [{ by: desk }, ...Array.from({ length: count }, () => bad)]);
    const report = await verifyLedger({
      dir,
      origin,
      publicKey: testKey().publicKey,
      policy: policyOf("any"),
    });
    expect(report.problem).toBeNull();
    expect(report.records - report.unwitnessed).toBe(size);
  }
});
