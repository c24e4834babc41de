// The reader's program of docs/LEDGER.md, run as it stands there on the built package alone: no dependency beside it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { nodeFileSystem } from "../../src/ledger/node-file-system.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { proveRecord } from "../../src/ledger/prove-record.ts";
import { formatVkey, type NoteKey } from "../../src/ledger/signed-note.ts";
import { origin, sampleOptions, testKey } from "../ledger/sample-ledger.ts";
import { PACKAGE } from "../package-place.ts";

const place = mkdtempSync(`${tmpdir()}/writ-reader-`);
const dir = `${place}/ledger`;
const log: NoteKey = { name: origin, algorithm: "ed25519", key: importPublicKey(testKey().publicKey) };
const page = readFileSync("docs/LEDGER.md", "utf8");
const [, program = ""] = /```js\n([\s\S]+?)```/.exec(page) ?? [];

beforeAll(async () => {
  const ledger = await openLedger({ ...sampleOptions(dir) });
  for (let at = 0; at < 5; at += 1) await ledger.append({ kind: "gap", core: { at } });
  await ledger.close();
  const verifier = { origin, key: log.key };
  const proof = { fs: nodeFileSystem, dir, verifier, rememberedHead: null, sequence: 3 };
  writeFileSync(`${place}/3.tlog-proof`, await proveRecord(proof));
  mkdirSync(`${place}/node_modules/writ`, { recursive: true });
  for (const part of ["package.json", "dist"]) {
    cpSync(`${PACKAGE}/${part}`, `${place}/node_modules/writ/${part}`, { recursive: true });
  }
  writeFileSync(`${place}/reader.mjs`, program);
});
afterAll(() => rmSync(place, { recursive: true }));

function read(what: string, key: string = formatVkey(log)): readonly [number | null, string] {
  const { status, stdout } = spawnSync(process.execPath, ["reader.mjs", what, key], {
    cwd: place,
    encoding: "utf8",
  });
  return [status, stdout];
}

test("a reader's program of under twenty lines verifies a ledger and a proof with `writ/ledger`", () => {
  expect(program.trim().split("\n").length).toBeLessThan(20);
  expect(read("ledger")).toEqual([0, "clean: 5 records, self-signed\n"]);
  expect(read("3.tlog-proof")).toEqual([0, "record 3 of 5\n"]);
  const stranger = formatVkey({ ...log, key: importPublicKey(testKey(8).publicKey) });
  expect(read("ledger", stranger)[0]).toBe(1);
  expect(read("3.tlog-proof", stranger)[0]).toBe(1);
});
