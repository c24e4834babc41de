// Makes the records above the last checkpoint durable again before a new checkpoint covers them: they may be in the
// page cache only, after a kill, or after a failed sync that a later one would not report.
import { join } from "node:path";
import type { LedgerFileSystem } from "./file-system.ts";
import { payloadName, segmentName } from "./layout.ts";
import type { Scan } from "./scan-state.ts";
import { withFile } from "./with-file.ts";

/**
 * Writes the same bytes to the same places and syncs. A page whose write-back failed is marked clean while the disk
 * lacks it (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020): only writing it again
 * brings it to the disk.
 */
export async function rewriteUnsealed(fs: LedgerFileSystem, dir: string, scan: Scan): Promise<void> {
  if (scan.unsealed === null) return;
  const { end } = scan;
  let from = scan.unsealed;
  for (
    ;
    from.segment <= end.segment;
    from = { segment: from.segment + 1, recordOffset: 0, payloadOffset: 0 }
  ) {
    const last = from.segment === end.segment;
    await rewrite(fs, join(dir, segmentName(from.segment)), {
      from: from.recordOffset,
      to: last ? end.recordOffset : null,
    });
    await rewrite(fs, join(dir, payloadName(from.segment)), {
      from: from.payloadOffset,
      to: last ? end.payloadOffset : null,
    });
  }
}

async function rewrite(
  fs: LedgerFileSystem,
  path: string,
  range: { readonly from: number; readonly to: number | null },
): Promise<void> {
  await withFile(fs, path, "write", async (file) => {
    if (file === null) return;
    const bytes = new Uint8Array((range.to ?? (await file.size())) - range.from);
    const read = await file.read(bytes, range.from);
    await file.write(bytes.subarray(0, read), range.from);
    await file.sync();
  });
}
