// A ledger's folder as people leave it: segments moved elsewhere, files that are not its own, are links, pipes, folders, out of
// reach or on a read-only file system. Each is one line that names it; nothing is written, and nothing is lost.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importPublicKey } from "../../src/ledger/ledger-key.ts";
import { nodeFileSystem } from "../../src/ledger/node-file-system.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { proveRecord } from "../../src/ledger/prove-record.ts";
import { verifyLedger } from "../../src/ledger/verify-ledger.ts";
import { WritError } from "../../src/stdx/writ-error.ts";
import { origin, sampleOptions, testKey } from "./sample-ledger.ts";

let root = "";
let dir = "";
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "writ-bad-input-"));
  dir = join(root, "ledger");
  const ledger = await openLedger({ ...sampleOptions(dir), segmentBytesMax: 3000 });
  for (let at = 0; at < 12; at += 1)
    await ledger.append({ kind: "gap", core: { at, pad: "x".repeat(300) }, payload: { at } });
  await ledger.close();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const [FIRST, FIRST_PAYLOAD, SECOND] = ["seg-000001.log", "payload-000001.log", "seg-000002.log"];

async function verify() {
  return await verifyLedger({ dir, origin, publicKey: testKey().publicKey });
}

async function opening(): Promise<unknown> {
  try {
    const ledger = await openLedger({ ...sampleOptions(dir), create: false, segmentBytesMax: 3000 });
    await ledger.close();
    return null;
  } catch (error) {
    return error;
  }
}

/** Name and bytes of every file. */
function stateOf(): readonly string[] {
  return readdirSync(dir)
    .filter((name) => name !== "lock")
    .toSorted()
    .map((name) => {
      const stat = statSync(join(dir, name), { throwIfNoEntry: false });
      // To read a pipe would wait for whoever writes it.
      const holds = stat?.isFile() === true ? readFileSync(join(dir, name)).toString("base64") : "no file";
      return `${name} ${holds}`;
    });
}

/** One line of `code` that names `word`, with a hint; and the folder is as it was. */
async function refused(code: string, word: string): Promise<void> {
  const before = stateOf();
  const error = await opening();
  expect(error).toBeInstanceOf(WritError);
  const { message, hint } = error as WritError;
  expect(error).toMatchObject({ code });
  expect(message).toContain(word);
  expect(message).not.toContain("\n");
  expect(hint).not.toBe("");
  expect(stateOf()).toEqual(before);
}

function moveAway(name: string): string {
  const elsewhere = join(root, "archive");
  mkdirSync(elsewhere, { recursive: true });
  renameSync(join(dir, name), join(elsewhere, name));
  symlinkSync(join(elsewhere, name), join(dir, name));
  return join(elsewhere, name);
}

test("a sealed segment and its payloads may lie elsewhere: they verify, prove, are read and are gone on with", async () => {
  for (const name of [FIRST, FIRST_PAYLOAD, SECOND]) moveAway(name);
  const before = await verify();
  expect(before).toMatchObject({ ok: true, records: 12, erased: 0 });
  const ledger = await openLedger({ ...sampleOptions(dir), create: false, segmentBytesMax: 3000 });
  expect((await ledger.read(0)).payload).toEqual({ at: 0 });
  await ledger.append({ kind: "gap", core: { after: true } });
  await ledger.close();
  const verifier = { origin, key: importPublicKey(testKey().publicKey) };
  const proof = { fs: nodeFileSystem, dir, verifier, rememberedHead: null, sequence: 0 };
  expect((await proveRecord(proof)).toString("utf8")).toContain("index 0");
  expect(await verify()).toMatchObject({ ok: true, records: 13 });
});

test("a moved file that is not where its link says is missing by name, and not taken for erased", async () => {
  for (const name of [FIRST, FIRST_PAYLOAD]) {
    const elsewhere = moveAway(name);
    renameSync(elsewhere, `${elsewhere}.unmounted`);
    const { problem } = await verify();
    expect(problem).toMatchObject({ kind: "missing", file: name });
    expect(problem?.detail).toContain(elsewhere);
    await refused("WRIT_LEDGER_CORRUPT", elsewhere);
    renameSync(`${elsewhere}.unmounted`, elsewhere);
    expect(await verify()).toMatchObject({ ok: true });
  }
});

test("payloads that were moved are erased where they are, and what stays comes back", async () => {
  const elsewhere = moveAway(FIRST_PAYLOAD);
  const ledger = await openLedger({ ...sampleOptions(dir), create: false, segmentBytesMax: 3000 });
  expect((await ledger.erase((sequence) => sequence === 0)).payloads).toBe(1);
  await ledger.close();
  expect(readFileSync(elsewhere).includes('{"at":0}')).toBe(false);
  expect(readFileSync(join(dir, FIRST_PAYLOAD)).includes('{"at":1}')).toBe(true);
  expect(await verify()).toMatchObject({ ok: true, erased: 1, erased_recorded: 1 });
});

test("files that are no part of a ledger change nothing", async () => {
  const foreign = ["notes.txt", "seg-1.log", "seg-000001.log.bak", ".hidden", "cut-1.bin", "checkpoint.bak"];
  for (const name of foreign) writeFileSync(join(dir, name), "not a ledger's");
  mkdirSync(join(dir, "folder"));
  expect(await verify()).toMatchObject({ ok: true, records: 12 });
  expect(await opening()).toBeNull();
  for (const name of foreign) expect(readFileSync(join(dir, name), "utf8")).toBe("not a ledger's");
});

test("what is missing, cut, halved or not a file is named, and nothing is written", async () => {
  const last =
    readdirSync(dir)
      .filter((name) => name.startsWith("seg-"))
      .toSorted()
      .at(-1) ?? "";
  const pristine = join(root, "pristine");
  cpSync(dir, pristine, { recursive: true });
  const cases: readonly (readonly [string, string, string, () => void])[] = [
    ["a segment in the middle", "WRIT_LEDGER_CORRUPT", SECOND, () => rmSync(join(dir, SECOND))],
    ["the latest checkpoint", "WRIT_LEDGER_CORRUPT", "checkpoint", () => rmSync(join(dir, "checkpoint"))],
    [
      "half of a segment",
      "WRIT_LEDGER_CORRUPT",
      FIRST,
      () => writeFileSync(join(dir, FIRST), readFileSync(join(dir, FIRST)).subarray(0, 700)),
    ],
    [
      "half of a checkpoint",
      "WRIT_LEDGER_CORRUPT",
      "checkpoint",
      () => writeFileSync(join(dir, "checkpoint"), "writ"),
    ],
    ["a pipe for a segment", "WRIT_LEDGER_UNWRITABLE", FIRST, () => replaceBy(FIRST, ["mkfifo"])],
    ["a folder for a segment", "WRIT_LEDGER_UNWRITABLE", FIRST, () => replaceBy(FIRST, ["mkdir"])],
    [
      "a folder for the checkpoint",
      "WRIT_LEDGER_UNWRITABLE",
      "checkpoint",
      () => replaceBy("checkpoint", ["mkdir"]),
    ],
    ["a link for the last segment", "WRIT_LEDGER_UNWRITABLE", last, () => void moveAway(last)],
    ["a link for the history", "WRIT_LEDGER_UNWRITABLE", "checkpoints", () => void moveAway("checkpoints")],
  ];
  for (const [name, code, word, damage] of cases) {
    damage();
    await refused(code, word).catch((error: unknown) => {
      throw new Error(name, { cause: error });
    });
    rmSync(dir, { recursive: true });
    rmSync(join(root, "archive"), { recursive: true, force: true });
    cpSync(pristine, dir, { recursive: true });
    expect(await opening()).toBeNull();
    rmSync(dir, { recursive: true });
    cpSync(pristine, dir, { recursive: true });
  }
});

function replaceBy(name: string, command: readonly string[]): void {
  rmSync(join(dir, name));
  const [program = "", ...rest] = command;
  expect(spawnSync(program, [...rest, join(dir, name)]).status).toBe(0);
}

/** Whether a file system could be mounted read-only over `dir`. */
function mountReadOnly(): boolean {
  const bound = spawnSync("mount", ["--bind", dir, dir]).status === 0;
  return bound && spawnSync("mount", ["-o", "remount,ro,bind", dir]).status === 0;
}

test("a folder on a read-only file system is verified, and not written to", async (context) => {
  if (!mountReadOnly()) {
    spawnSync("umount", [dir]);
    console.log("skipped: nothing can be mounted here");
    return context.skip("nothing can be mounted here");
  }
  try {
    expect(await verify()).toMatchObject({ ok: true, records: 12 });
    await refused("WRIT_LEDGER_UNWRITABLE", dir);
  } finally {
    spawnSync("umount", [dir]);
  }
  expect(await opening()).toBeNull();
});

test("a file that this user may not read stops verifying and opening with its name", (context) => {
  if (process.getuid?.() !== 0) {
    console.log("skipped: only root can become somebody else");
    return context.skip("only root can become somebody else");
  }
  const nobody = 65_534;
  chmodSync(root, 0o755);
  for (const name of ["", ...readdirSync(dir)]) chownSync(join(dir, name), nobody, nobody);
  chmodSync(join(dir, FIRST), 0o000);
  const before = stateOf();
  const child = new URL("./open-once.ts", import.meta.url).pathname;
  const ran = spawnSync(process.execPath, [child, dir], { encoding: "utf8", uid: nobody, gid: nobody });
  expect(ran.stderr).toBe("");
  expect(JSON.parse(ran.stdout)).toMatchObject({
    opened: { code: "WRIT_LEDGER_UNWRITABLE", message: expect.stringContaining(FIRST) as string },
    verified: { code: "WRIT_FILE_UNREADABLE", message: expect.stringContaining(FIRST) as string },
  });
  expect(stateOf()).toEqual(before);
  expect(existsSync(join(dir, FIRST))).toBe(true);
});
