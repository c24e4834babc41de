// Turns an offset into a line and a column. YAML 1.2 breaks lines at LF and CR LF only as Writ reads it; a lone CR is refused.
import type { Position } from "./document-node.ts";

/** Positions in one text, each found in the logarithm of its number of lines. */
export interface LineIndex {
  /** 1-based; an offset past the end is the place just after the last character. */
  at(offset: number): Position;
}

/** An index over `text`. */
export function lineIndex(text: string): LineIndex {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    at(offset) {
      const place = Math.min(Math.max(offset, 0), text.length);
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= place) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: place - (starts[low] ?? 0) + 1 };
    },
  };
}
