// Cuts an unfinished write off a ledger that a crash left behind: a durable copy first, then zeros. Decides nothing
// (scan-segment.ts did) and records nothing (open-ledger.ts does, from the copies that it finds).
import { hash } from "node:crypto";
import { join } from "node:path";
import type { JsonObject } from "../stdx/json.ts";
import type { LedgerFileSystem } from "./file-system.ts";
import { cutName, cutNames } from "./layout.ts";
import type { TailPart } from "./scan-state.ts";
import { withFile } from "./with-file.ts";

/** Zeros are what reserved space holds. Each part is kept aside as `cut-<sequence>-<sha256>.bin`, durably, before it is removed from its file. */
export async function cutTail(
  fs: LedgerFileSystem,
  dir: string,
  tail: readonly TailPart[],
  sequence: number,
): Promise<void> {
  for (const part of tail) {
    await withFile(fs, join(dir, part.file), "write", async (file) => {
      if (file === null) throw new Error(`\`${part.file}\` went away while the ledger was opened`);
      const bytes = new Uint8Array(part.to - part.from);
      await file.read(bytes, part.from);
      await keepAside(fs, dir, cutName(sequence, hash("sha256", bytes, "hex")), bytes);
      await file.write(new Uint8Array(bytes.length), part.from);
      await file.sync();
    });
  }
}

/** The core of the `tail_cut` record for each copy that none of `recorded` (their names) speaks of yet. */
export async function unrecordedCuts(
  fs: LedgerFileSystem,
  dir: string,
  recorded: ReadonlySet<string>,
): Promise<readonly JsonObject[]> {
  const cuts: JsonObject[] = [];
  for (const name of cutNames((await fs.list(dir)) ?? [])) {
    if (recorded.has(name)) continue;
    await withFile(fs, join(dir, name), "read", async (file) => {
      if (file === null) return;
      const bytes = new Uint8Array(await file.size());
      await file.read(bytes, 0);
      cuts.push({ file: name, length: bytes.length, sha256: hash("sha256", bytes, "hex") });
    });
  }
  return cuts;
}

async function keepAside(fs: LedgerFileSystem, dir: string, name: string, bytes: Uint8Array): Promise<void> {
  const staged = join(dir, "cut.new");
  const copy = await fs.openEmpty(staged);
  try {
    await copy.write(bytes, 0);
    await copy.sync();
  } finally {
    await copy.close();
  }
  await fs.rename(staged, join(dir, name));
  await fs.syncDirectory(dir);
}
