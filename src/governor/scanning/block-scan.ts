// Scans what is too large to be held: in blocks that overlap, each finding once. Knows nothing of files.
import type { Finding } from "../../scan/finding.ts";
import type { ScanResult } from "../../scan/scan-bytes.ts";

/** Bytes of one block: what is no longer is scanned as it is. */
export const BLOCK_BYTES: number = 2 ** 20;

/**
 * Bytes that a block has in common with the next one. What is longer than half of it and lies on an edge is found in parts,
 * which are put together where both blocks name it alike.
 */
export const OVERLAP_BYTES: number = 2 ** 16;

/** What is settled of one block, in offsets of the whole; `exhausted` as of ScanResult. */
export interface SettledBlock extends ScanResult {
  /** The block itself, and where it starts in the whole. */
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Findings that reach into the next block: they come again, settled, and their end may be another. */
  readonly open: readonly Finding[];
}

/**
 * Takes bytes piece by piece and hands on what is found, block by block and about in order. Holds one block and the findings
 * on its edge. A block whose scan is exhausted is handed on as that: its reader must not take it for searched.
 *
 * @example
 * const blocks = new BlockScan(scan, ({ findings }) => print(findings));
 * for (const chunk of chunks) blocks.push(chunk);
 * blocks.end();
 */
export class BlockScan {
  readonly #scan: (block: Uint8Array) => ScanResult;
  readonly #settled: (block: SettledBlock) => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Where what is held starts in the whole, and up to where the last block's word is final. */
  #start = 0;
  #final = 0;
  /** Findings that reach into the next block. */
  #open: readonly Finding[] = [];

  constructor(scan: (block: Uint8Array) => ScanResult, settled: (block: SettledBlock) => void) {
    this.#scan = scan;
    this.#settled = settled;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#heldBytes === BLOCK_BYTES) this.#next();
      const piece = bytes.subarray(at, at + BLOCK_BYTES - this.#heldBytes);
      this.#held.push(piece);
      this.#heldBytes += piece.length;
      at += piece.length;
    }
  }

  /** Says that nothing more comes. */
  end(): void {
    this.#settle(this.#block(), true);
  }

  #next(): void {
    const block = this.#block();
    this.#settle(block, false);
    // A copy: the block itself may be a part of what the caller goes on to use.
    this.#held = [block.slice(block.length - OVERLAP_BYTES)];
    this.#heldBytes = OVERLAP_BYTES;
    this.#start += BLOCK_BYTES - OVERLAP_BYTES;
  }

  #block(): Uint8Array {
    const [first] = this.#held;
    if (first !== undefined && this.#held.length === 1) return first;
    const block = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const piece of this.#held) {
      block.set(piece, at);
      at += piece.length;
    }
    return block;
  }

  #settle(bytes: Uint8Array, isLast: boolean): void {
    const start = this.#start;
    const end = start + bytes.length;
    const { findings, exhausted } = this.#scan(bytes);
    // What starts behind this is for the next block to judge, which sees what follows it.
    const final = isLast ? end + 1 : end - OVERLAP_BYTES / 2;
    const before = this.#final;
    const own = findings
      .map((finding) => ({ ...finding, start: finding.start + start, end: finding.end + start }))
      .filter((finding) => finding.start < final && (before === 0 || finding.end > before));
    const all = joined([...this.#open, ...own]);
    const reaching = (finding: Finding): boolean => !isLast && finding.end > end - OVERLAP_BYTES;
    this.#open = all.filter((finding) => reaching(finding));
    this.#final = final;
    const settled = all.filter((finding) => !reaching(finding));
    this.#settled({ findings: settled, open: this.#open, exhausted, bytes, start });
  }
}

/** Findings of the same thing that overlap are one. */
function joined(findings: readonly Finding[]): readonly Finding[] {
  const out: Finding[] = [];
  const last = new Map<string, number>();
  for (const finding of findings.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const key = JSON.stringify([finding.class, finding.kind, finding.name]);
    const at = last.get(key);
    const other = at === undefined ? undefined : out[at];
    if (at !== undefined && other !== undefined && finding.start < other.end)
      out[at] = { ...other, end: Math.max(other.end, finding.end) };
    else last.set(key, out.push(finding) - 1);
  }
  return out;
}
