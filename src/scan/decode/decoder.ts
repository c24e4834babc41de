// What a decoder is given and what it gives. Types only.
import type { ScanPorts } from "../ports.ts";
import type { ScanBudget } from "../scan-budget.ts";
import type { Survey } from "./survey.ts";
import type { Decoded } from "./view-writer.ts";

export interface DecoderInput {
  readonly bytes: Uint8Array;
  /** The same as Latin-1; made when it is asked for. */
  readonly text: string;
  readonly survey: Survey;
  readonly ports: ScanPorts;
  readonly budget: ScanBudget;
  /** Compressed streams that are left in this scan, which decoders count down, and the bytes that one of them may hold. */
  readonly inflations: { left: number; readonly bytes: number };
  /** Whether somebody looks for known values: else readings for them alone are not made. */
  readonly known: boolean;
}

/** The readings of one view by one family of encodings; null where there is none. Throws ScanExhausted, nothing else expected. */
export type Decoder = (input: DecoderInput) => Iterable<Decoded | null>;
