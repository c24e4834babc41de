// What a witness is asked and what came of it. Types only.

/** A head of this ledger, for whoever is to hold it. */
export interface AskedHead {
  readonly size: number;
  /** The signed note. */
  readonly note: string;
  /** That the first `old` records are the first of this head's. 0 < `old` ≤ `size`. */
  proof(old: number): Promise<readonly Uint8Array[]>;
  /** The heads by which keys of this ledger handed over, oldest first: a witness that knows an older key follows them. */
  handovers(): Promise<readonly AskedHead[]>;
  /** RFC 6962 root over the first `old` records. */
  rootAt(old: number): Promise<Uint8Array>;
}

/** Why a witness does not hold a head. `rolled_back` and `forked` speak of the ledger, the others of the witness. */
export const REFUSALS = [
  /** It holds a head of more records than the ledger has. */
  "rolled_back",
  /** What it holds is not the beginning of this ledger. */
  "forked",
  "unknown_log",
  "unreachable",
  "timeout",
  "bad_answer",
  "bad_signature",
  /** Its folder is not there, or what is in it is not a checkpoint of this ledger's key. */
  "folder_missing",
  "folder_foreign",
  "folder_unwritable",
] as const;

export type Refusal = (typeof REFUSALS)[number];

export type Held =
  /** `line`: the cosignature; null: a folder holds it, and nobody signed. `time`: seconds since 1970 by its clock. */
  | { readonly held: true; readonly line: string | null; readonly time: number }
  /** `known`: records that it says it holds; null: it does not say. */
  | { readonly held: false; readonly cause: Refusal; readonly known: number | null };
