// Takes payload frames out of one payload file that nothing is appended to any more: a new file beside it, renamed over
// it, and zeros over what was taken out of the old one. Decides nothing: what may go is the caller's matter.
import { join } from "node:path";
import type { LedgerFile, LedgerFileSystem } from "./file-system.ts";
import { payloadFormat } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { payloadName } from "./layout.ts";
import { withFile } from "./with-file.ts";

/** Bytes of a payload file. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Called on both sides of the moment from which readers find the new file. */
export interface Replacing {
  readonly before: () => void;
  /** `removed`: what is no longer there, in the old file's offsets, ascending. */
  readonly after: (removed: readonly Span[]) => void;
}

/**
 * How many payloads of `segment` were taken out: those of the sequences that `isErased` names. Durable when it resolves;
 * after a crash the file is the old or the new one, whole. The old bytes are overwritten with zeros where they stood;
 * whether the disk underneath keeps copies is the disk's matter. What a link led to elsewhere comes back into the folder.
 */
export async function erasePayloads(
  fs: LedgerFileSystem,
  where: { readonly dir: string; readonly segment: number },
  isErased: (sequence: number) => boolean,
  replacing: Replacing,
): Promise<number> {
  const path = join(where.dir, payloadName(where.segment));
  return await withFile(fs, path, "erase", async (file) => {
    if (file === null) return 0;
    const { removed, kept, count } = await sortFrames(file, isErased);
    if (count === 0) return 0;
    await copyKept(fs, file, `${path}.new`, kept);
    replacing.before();
    try {
      await fs.rename(`${path}.new`, path);
    } finally {
      replacing.after(removed);
    }
    await fs.syncDirectory(where.dir);
    for (const span of removed) await overwrite(file, span);
    await file.sync();
    return count;
  });
}

interface Sorted {
  readonly removed: readonly Span[];
  readonly kept: readonly Span[];
  readonly count: number;
}

async function sortFrames(file: LedgerFile, isErased: (sequence: number) => boolean): Promise<Sorted> {
  const reader = new FrameReader(file, payloadFormat);
  const removed: Span[] = [];
  const kept: Span[] = [];
  let count = 0;
  for (;;) {
    const from = reader.offset;
    const read = await reader.next();
    if (read.status === "bad") throw new Error(`a payload frame at byte ${from} cannot be read`);
    if (read.status === "end") return { removed, kept, count };
    const erased = isErased(read.frame.sequence);
    if (erased) count += 1;
    extend(erased ? removed : kept, { from, to: reader.offset });
  }
}

/** Neighbours become one span. */
function extend(spans: Span[], { from, to }: Span): void {
  const last = spans.at(-1);
  if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
  else spans.push({ from, to });
}

async function copyKept(
  fs: LedgerFileSystem,
  from: LedgerFile,
  path: string,
  kept: readonly Span[],
): Promise<void> {
  const copy = await fs.openEmpty(path);
  try {
    let at = 0;
    for (const chunk of kept.flatMap((span) => chunksOf(span))) {
      const bytes = new Uint8Array(chunk.to - chunk.from);
      if ((await from.read(bytes, chunk.from)) !== bytes.length)
        throw new Error("a payload file was cut short");
      await copy.write(bytes, at);
      at += bytes.length;
    }
    await copy.sync();
  } finally {
    await copy.close();
  }
}

async function overwrite(file: LedgerFile, span: Span): Promise<void> {
  for (const { from, to } of chunksOf(span)) await file.write(new Uint8Array(to - from), from);
}

/** So much is held in memory at once. */
const CHUNK_BYTES = 1024 * 1024;

function chunksOf({ from, to }: Span): readonly Span[] {
  const chunks: Span[] = [];
  for (let at = from; at < to; at += CHUNK_BYTES)
    chunks.push({ from: at, to: Math.min(at + CHUNK_BYTES, to) });
  return chunks;
}
