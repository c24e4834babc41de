// Lines and columns of findings in what is read block by block. Holds a position, not the text.
import { BLOCK_BYTES, OVERLAP_BYTES, type SettledBlock } from "./block-scan.ts";

/** From 1, both; columns count Unicode code points. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Told every settled block in order, it knows where the findings of it start. */
export class PlacesInText {
  /** The place of the first byte of the next block. */
  #next: Place = { line: 1, column: 1 };
  /** Of findings that came open, by their start. */
  #open = new Map<number, Place>();

  /** The places of the starts of `block`'s findings, by start. */
  placesIn({ findings, open, bytes, start }: SettledBlock): ReadonlyMap<number, Place> {
    const places = new Map(this.#open);
    const starts = [...findings, ...open].map((finding) => finding.start).filter((at) => at >= start);
    const nextStart = start + BLOCK_BYTES - OVERLAP_BYTES;
    const ordered = [...new Set([...starts, nextStart])].toSorted((a, b) => a - b);
    let at = start;
    let { line, column } = this.#next;
    for (const offset of ordered) {
      for (const end = Math.min(offset - start, bytes.length) + start; at < end; at += 1) {
        const byte = bytes[at - start] ?? 0;
        if (byte === LINE_FEED) {
          line += 1;
          column = 1;
        } else if ((byte & 0xc0) !== 0x80) column += 1;
      }
      if (offset === nextStart) this.#next = { line, column };
      if (!places.has(offset)) places.set(offset, { line, column });
    }
    this.#open = new Map(
      open.map((finding) => [finding.start, places.get(finding.start) ?? { line, column }] as const),
    );
    return places;
  }
}

const LINE_FEED = 10;
