// One line on the terminal that says how far a long reading is. Nothing where standard error is no terminal.
import type { CliContext } from "./context.ts";

/** The terminal is told no more often than this. */
const EVERY_MS = 100;
/** The clock is asked once for so many records. */
const EVERY_RECORDS = 1024;

export interface ProgressLine {
  /** `done` of about `total` records were read. */
  readonly tell: (done: number, total: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** A progress line for `what` is being done. */
export function progressLine(context: CliContext, what: string): ProgressLine {
  const { stderr } = context.process;
  if (!stderr.isTTY) return { tell: () => undefined, end: () => undefined };
  let last = performance.now();
  let shown = false;
  return {
    tell: (done, total) => {
      if (done % EVERY_RECORDS !== 0) return;
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      shown = true;
      const share = total > 0 ? ` (${Math.min(100, Math.floor((100 * done) / total))} %)` : "";
      stderr.write(`\r\u001b[2K${what}: ${done} records${share}`);
    },
    end: () => {
      if (shown) stderr.write("\r\u001b[2K");
    },
  };
}
