// Exit codes, the same everywhere but for `run`, which gives the child's own. Documented in docs/CLI.md.
import type { Decision } from "../decide/decision.ts";
import { WritError } from "../stdx/writ-error.ts";

export const EXIT = {
  done: 0,
  doesNotHold: 1,
  refused: 2,
  invalid: 3,
  usage: 64,
  internal: 70,
  deferred: 75,
  /** 128 + SIGPIPE: whoever read the output has gone. */
  unread: 141,
} as const;

/** Codes of `writ run` beside the child's own; the shell's convention for a command that could not be run. */
export const RUN_EXIT = { notRun: 125, refused: 126 } as const;

/** The exit code of a command that only decides. */
export function exitOfDecision(outcome: Decision["outcome"]): number {
  switch (outcome) {
    case "admit":
      return EXIT.done;
    case "defer":
      return EXIT.deferred;
    case "refuse":
      return EXIT.refused;
  }
}

/** The exit code of a command that an error ended. */
export function exitOfError(error: unknown): number {
  if (!(error instanceof WritError)) return EXIT.internal;
  switch (error.code) {
    case "WRIT_USAGE":
      return EXIT.usage;
    case "WRIT_SPEC_INVALID":
    case "WRIT_TASK_INVALID":
      return EXIT.invalid;
    case "WRIT_LEDGER_CORRUPT":
    case "WRIT_RECORD_UNKNOWN":
    case "WRIT_JOB_UNKNOWN":
      return EXIT.doesNotHold;
    default:
      return EXIT.internal;
  }
}
