// Operating errors: the system around Writ failed, or was asked in a way it cannot serve. Not refusals (values) and
// not broken invariants (assert.ts). Each code has a row in docs/ERRORS.md and a test.

/** The closed union of operating errors. */
export const ERROR_CODES = [
  "WRIT_USAGE",
  "WRIT_HOME_MISSING",
  "WRIT_HOME_EXISTS",
  "WRIT_HOME_UNWRITABLE",
  "WRIT_HOME_UNSAFE",
  "WRIT_SPEC_INVALID",
  "WRIT_SPEC_MISSING",
  "WRIT_SPEC_EDITED",
  "WRIT_BUILD_WAITS",
  "WRIT_TASK_INVALID",
  "WRIT_FILE_UNREADABLE",
  "WRIT_OUTPUT_UNWRITABLE",
  "WRIT_LEDGER_UNWRITABLE",
  "WRIT_LEDGER_CORRUPT",
  "WRIT_KEY_UNUSABLE",
  "WRIT_SECRET_UNUSABLE",
  "WRIT_GOVERNOR_UNREACHABLE",
  "WRIT_GOVERNOR_LOST",
  "WRIT_GOVERNOR_VERSION",
  "WRIT_GOVERNOR_BUSY",
  "WRIT_PROTOCOL",
  "WRIT_ISOLATION_UNAVAILABLE",
  "WRIT_LAUNCH_FAILED",
  "WRIT_GRANT_CHANGED",
  "WRIT_WRIT_INVALID",
  "WRIT_RECORD_UNKNOWN",
  "WRIT_JOB_UNKNOWN",
  "WRIT_QUEUE_FULL",
  "WRIT_SERVICE_REFUSED",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a `WritError` carries beside its message. */
export interface WritErrorOptions {
  /** A command line that works as it stands, or the one thing to do. One line. */
  readonly hint: string;
  readonly cause?: unknown;
}

/**
 * An operating error: one lower-case line without a final period, observed then limit, user input in backticks.
 *
 * @example throw new WritError("WRIT_HOME_MISSING", "no home at `/x`", { hint: "writ init --home /x" });
 */
export class WritError extends Error {
  override readonly name = "WritError";
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: WritErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
