// While only the ledger's reserve is left nothing new is let in, and as soon as there is room again it is.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { LedgerFile, LedgerFileSystem } from "../ledger/file-system.ts";
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { KeptLedger } from "./keep-ledger.ts";

const folder = mkdtempSync(join(tmpdir(), "writ-room-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a full disk admits nothing, records what was admitted, and recovers when room is made", async () => {
  const disk = { full: false };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const ledger = await openLedger({
    dir: join(folder, "ledger"),
    origin: "writ/test",
    key: { sign: (bytes) => sign(null, bytes, privateKey), publicKey },
    time: () => 0,
    wall: () => new Date(),
    random: (length) => randomBytes(length),
    create: true,
    fs: fillable(disk),
  });
  const kept = new KeptLedger(ledger);
  await kept.checkRoom();
  disk.full = true;
  const core = { text: "x".repeat(10_000) };
  for (let records = 0; !ledger.spaceLow; records += 1) {
    expect(records).toBeLessThan(20);
    await kept.append({ kind: "egress", core });
  }
  await expect(kept.checkRoom()).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  const size = kept.size;
  await kept.append({ kind: "settlement", core: {} });
  expect(kept.size).toBe(size + 1);
  for (let asked = 0; asked < 200; asked += 1)
    await expect(kept.checkRoom()).rejects.toMatchObject({ code: "WRIT_LEDGER_UNWRITABLE" });
  disk.full = false;
  await kept.checkRoom();
  await kept.append({ kind: "egress", core });
  expect(ledger.spaceLow).toBe(false);
  await kept.close();
});

/** The real disk; full, it takes no byte beyond what its files have already. */
function fillable(disk: { readonly full: boolean }): LedgerFileSystem {
  const bounded = (file: LedgerFile): LedgerFile => ({
    read: (...args) => file.read(...args),
    sync: () => file.sync(),
    size: () => file.size(),
    close: () => file.close(),
    write: async (bytes, at) => {
      if (disk.full && at + bytes.length > (await file.size()))
        throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      await file.write(bytes, at);
    },
  });
  return {
    ...nodeFileSystem,
    openEmpty: async (path) => bounded(await nodeFileSystem.openEmpty(path)),
    openExisting: async (path, mode) => {
      const file = await nodeFileSystem.openExisting(path, mode);
      return file === null ? null : bounded(file);
    },
  };
}
