// A home whose key is replaced: by a governor that runs, and by one that a crash ended at each step of it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { LedgerSigner } from "../ledger/ledger.ts";
import { importPublicKey } from "../ledger/ledger-key.ts";
import { verifyLedger } from "../ledger/verify-ledger.ts";
import { makeHome, run, script, taskOf } from "./fixtures/made-home.ts";
import { loadGovernorKey, makeGovernorKey } from "./governor-key.ts";
import { type HomePaths, homePaths } from "./home.ts";
import { ledgerOrigin, openHomeLedger } from "./open-home-ledger.ts";
import { settleRotation } from "./rotate-key.ts";

const NODE = "0".repeat(32);
const ending: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

test("a governor's key is replaced, what ran before and what runs after holds, and only the new key is left", {
  timeout: 120_000,
}, async () => {
  const made = await makeHome({ limits: "soft" });
  ending.push(() => made.end());
  const paths = homePaths(made.home);
  const before = readFileSync(paths.private_key);
  const first = await made.open();
  expect((await run(first, taskOf(made, ["/bin/true"]))).observation?.exit_code).toBe(0);
  const marker = `${made.work}/out/runs`;
  const long = script(made, "long.sh", `touch ${marker}; exec sleep 600`);
  const end = new AbortController();
  const running = run(first, taskOf(made, [long], { writes: [`${made.work}/out`] }), { signal: end.signal });
  while (!existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(first.rotate()).rejects.toMatchObject({ code: "WRIT_GOVERNOR_BUSY" });
  end.abort();
  await running;
  const rotated = await first.rotate();
  await first.close();
  expect(rotated.from).not.toBe(rotated.to);
  expect(readFileSync(paths.private_key).equals(before)).toBe(false);
  expect(existsSync(paths.next_key)).toBe(false);
  const second = await made.open();
  expect((await run(second, taskOf(made, ["/bin/true"]))).observation?.exit_code).toBe(0);
  expect((await second.status()).log_key).toBe(rotated.to);
  await second.close();
  const report = await made.verify();
  expect(report.problem).toBeNull();
  expect(report.rotations).toEqual([rotated.sequence]);
});

/** A home's keys and a ledger of one record under them. */
async function smallHome(): Promise<HomePaths> {
  const root = mkdtempSync(join(tmpdir(), "writ-rotate-"));
  ending.push(() => rmSync(root, { recursive: true }));
  const paths = homePaths(`${root}/home`);
  mkdirSync(paths.home);
  const key = makeGovernorKey(paths);
  const ledger = await openHomeLedger(paths.ledger, NODE, key, { create: true, remembered: null });
  await ledger.append({ kind: "gap", core: {} });
  await ledger.close();
  return paths;
}

function makeNext(paths: HomePaths): KeyObject {
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(paths.next_key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  return privateKey;
}

function signerOf(key: KeyObject): LedgerSigner {
  const verifier = { origin: ledgerOrigin(NODE), key: importPublicKey(createPublicKey(key)) };
  return { verifier, sign: (bytes) => sign(null, bytes, key) };
}

async function handOver(paths: HomePaths, next: KeyObject): Promise<void> {
  const ledger = await openHomeLedger(paths.ledger, NODE, loadGovernorKey(paths), {
    create: false,
    remembered: null,
  });
  await ledger.rotate(signerOf(next));
  await ledger.close();
}

const spki = (key: KeyObject): string | Buffer =>
  createPublicKey(key).export({ type: "spki", format: "pem" });

/** What a crash leaves at each step, and whether the new key is then the one that signs. */
const CRASHES: readonly (readonly [string, boolean, (paths: HomePaths, next: KeyObject) => Promise<void>])[] =
  [
    ["before the record", false, () => Promise.resolve()],
    ["behind the handing over", true, handOver],
    [
      "between the public file and the private one",
      true,
      async (paths, next) => {
        await handOver(paths, next);
        writeFileSync(paths.public_key, spki(next));
      },
    ],
  ];

test.each(CRASHES)(
  "settleRotation, after a crash %s: one key signs, and every file is its",
  async (_, isNext, crash) => {
    const paths = await smallHome();
    const old = loadGovernorKey(paths).public_key;
    const next = makeNext(paths);
    await crash(paths, next);
    for (let times = 0; times < 2; times += 1) await settleRotation(paths, NODE, null);
    expect(existsSync(paths.next_key)).toBe(false);
    const { private_key, public_key } = loadGovernorKey(paths);
    expect(public_key.equals(isNext ? createPublicKey(next) : old)).toBe(true);
    expect(
      createPublicKey(createPrivateKey(private_key.export({ type: "pkcs8", format: "pem" }))).equals(
        public_key,
      ),
    ).toBe(true);
    const ledger = await openHomeLedger(paths.ledger, NODE, loadGovernorKey(paths), {
      create: false,
      remembered: null,
    });
    await ledger.append({ kind: "gap", core: {} });
    await ledger.close();
    for (const publicKey of [old, public_key]) {
      const report = await verifyLedger({ dir: paths.ledger, origin: ledgerOrigin(NODE), publicKey });
      expect(report.problem).toBeNull();
    }
  },
);

test("a new key that others may read stops the start", async () => {
  const paths = await smallHome();
  makeNext(paths);
  chmodSync(paths.next_key, 0o644);
  await expect(settleRotation(paths, NODE, null)).rejects.toMatchObject({ code: "WRIT_KEY_UNUSABLE" });
  expect(existsSync(paths.next_key)).toBe(true);
});
