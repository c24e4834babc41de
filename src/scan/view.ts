// One reading of what is scanned: as given, or after some decodings. Types only; decode/ makes them.
import type { Match } from "./finding.ts";
import type { ScanBudget } from "./scan-budget.ts";

export interface View {
  readonly bytes: Uint8Array;
  /** The same, one character a byte (Latin-1): an offset in it is an offset in `bytes`. */
  readonly text: string;
  /** The decodings that made it, outermost first; empty: as given. */
  readonly decoded: readonly string[];
  /** The bytes of what was scanned that [start, end) of this view was read from: never empty for a range that is not. */
  readonly origin: (start: number, end: number) => Span;
  /** `protected`: only values known beforehand can be told apart in it, so only the protected layer looks at it. */
  readonly for?: "protected";
  /** Each of its bytes stands for one thing of the reading before it. */
  readonly symbols?: SlotKind;
  /** The reading may be chance, so that what cannot be read in it says nothing. */
  readonly guess?: true;
  /** Runs of this view that may be chance, though others are not. */
  readonly doubt?: readonly Span[];
  /** Of an excerpt: whether its decoding made anything of [start, end); what it left as it was, the view before judges. */
  readonly changed?: (start: number, end: number) => boolean;
  /** Runs of this view that a decoding turned into readable text or a known format, in order: another view judges them. */
  readonly read?: readonly Span[];
  /** Runs of this view that are compressed and could not be read within the bounds. */
  readonly unread?: readonly Span[];
}

/** What the bytes of a reading stand for: things by kind, such things singly or together, codes, letters. */
export type SlotKind = "kinds" | "groups" | "codes" | "letters";

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One layer of the scanner over one view. Throws ScanExhausted, and nothing else that is expected. */
export type Finder = (view: View, budget: ScanBudget) => readonly Match[];
