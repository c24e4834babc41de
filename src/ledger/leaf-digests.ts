// The leaf hashes of a ledger's records, read from its segment files. Not a verifier: each frame answers for itself alone.
import { join } from "node:path";
import type { LedgerFileSystem } from "./file-system.ts";
import { recordFormat } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { segmentName } from "./layout.ts";
import { withFile } from "./with-file.ts";

/** Calls `take` with the leaf hash of each of the first `size` records, in order. Rejects when they are not all there. */
export async function eachLeaf(
  fs: LedgerFileSystem,
  dir: string,
  size: number,
  take: (leaf: Uint8Array) => void,
): Promise<void> {
  for (let [at, segment] = [0, 1]; at < size; segment += 1) {
    const before = at;
    at += await takeSegment(fs, join(dir, segmentName(segment)), { at: before, size }, take);
  }
}

/** How many leaves the segment has. */
async function takeSegment(
  fs: LedgerFileSystem,
  path: string,
  { at, size }: { readonly at: number; readonly size: number },
  take: (leaf: Uint8Array) => void,
): Promise<number> {
  return await withFile(fs, path, "sealed", async (file) => {
    if (file === null) throw new Error(`\`${path}\` is not there`);
    const reader = new FrameReader(file, recordFormat);
    for (let taken = 0; ; taken += 1) {
      const read = at + taken < size ? await reader.next() : null;
      if (read?.status !== "frame" || read.frame.sequence !== at + taken) return taken;
      take(Uint8Array.from(read.frame.digest));
    }
  });
}
