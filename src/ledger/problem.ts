// What can be wrong with a ledger, as a value, and the operating errors that come of it.
import { WritError } from "../stdx/writ-error.ts";

export const PROBLEM_KINDS = [
  /** Bytes that are not as written, or records that the signed root does not cover. */
  "changed",
  /** Records that a checkpoint or their own numbering says must be there are not. */
  "cut",
  /** A record stands where another one belongs. */
  "reordered",
  /** An unfinished write where none can be: below a checkpoint or after an orderly close. */
  "torn",
  /** Something stands behind the checkpoint of an orderly close. */
  "added",
  /** A checkpoint that the key did not sign, or records that a key went on with after it was replaced. */
  "bad_signature",
  /** A payload that is not the one its record commits to. */
  "payload_mismatch",
  /** Not a continuation of the head that the reader remembers. */
  "rolled_back",
  /** A file or folder that a ledger has is absent. */
  "missing",
] as const;

export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** The first thing that does not hold. */
export interface LedgerProblem {
  readonly kind: ProblemKind;
  /** Name inside the ledger folder. */
  readonly file: string;
  /** Byte offset in that file. */
  readonly offset: number;
  /** The record that was expected there. */
  readonly sequence: number;
  /** One line, lower case. */
  readonly detail: string;
}

/** WRIT_LEDGER_CORRUPT: nothing was appended, nothing was cut. */
export function corruptError(dir: string, problem: LedgerProblem): WritError {
  const where = `\`${problem.file}\` byte ${problem.offset}, record ${problem.sequence}`;
  return new WritError("WRIT_LEDGER_CORRUPT", `ledger ${problem.kind} at ${where}: ${problem.detail}`, {
    hint: `keep a copy of \`${dir}\` as evidence, then run writ ledger verify`,
  });
}

/** WRIT_LEDGER_UNWRITABLE: the record is not durable, so nothing may come of it. */
export function unwritableError(dir: string, what: string, details: FailureDetails): WritError {
  const free = details.freeBytes === null ? "" : ` (${details.freeBytes} bytes free)`;
  const cause = details.cause instanceof Error ? `: ${firstLine(details.cause)}` : "";
  return new WritError("WRIT_LEDGER_UNWRITABLE", `${what} in \`${dir}\`${free}${cause}`, {
    hint: details.hint,
    cause: details.cause,
  });
}

export interface FailureDetails {
  readonly cause: unknown;
  readonly freeBytes: number | null;
  readonly hint: string;
}

/** Whether a system error says that there is no space, or no quota, left. */
export function isDiskFull(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT");
}

function firstLine(error: Error): string {
  return error.message.split("\n", 1)[0] ?? "";
}
