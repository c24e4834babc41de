// Makes the records above the last checkpoint durable again before a new checkpoint covers them, and with them the zeros
// behind: they may be in the page cache only, after a kill, or after a failed sync that a later one would not report.
import { join } from "node:path";
import type { LedgerFileSystem } from "./file-system.ts";
import { HISTORY_NAME, payloadName, segmentName } from "./layout.ts";
import type { RecordPlace, Scan } from "./scan-state.ts";
import { withFile } from "./with-file.ts";

/**
 * Writes the same bytes to the same places and syncs. A page whose write-back failed is marked clean while the disk
 * lacks it (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020): only writing it again
 * brings it to the disk. So it is with what an opening cut off that was killed before it could sync: the next one sees zeros
 * where the disk has yet what was cut, which would come back behind an orderly close.
 */
export async function rewriteUnsealed(fs: LedgerFileSystem, dir: string, scan: Scan): Promise<void> {
  const { end, heads } = scan;
  if (heads.latest?.closing === true) return;
  let from: RecordPlace = scan.unsealed ?? end;
  for (
    ;
    from.segment <= end.segment;
    from = { segment: from.segment + 1, recordOffset: 0, payloadOffset: 0 }
  ) {
    await rewrite(fs, join(dir, segmentName(from.segment)), from.recordOffset);
    await rewrite(fs, join(dir, payloadName(from.segment)), from.payloadOffset);
  }
  await rewrite(fs, join(dir, HISTORY_NAME), heads.historyEnd);
}

/** All of the file from `from` on, the space reserved in it too. */
async function rewrite(fs: LedgerFileSystem, path: string, from: number): Promise<void> {
  await withFile(fs, path, "write", async (file) => {
    if (file === null) return;
    const bytes = new Uint8Array(Math.max((await file.size()) - from, 0));
    const read = await file.read(bytes, from);
    await file.write(bytes.subarray(0, read), from);
    await file.sync();
  });
}
