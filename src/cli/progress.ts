// Shows how far a report is, on a terminal, in one line that is taken off again. Nothing where nobody watches.
import type { CliContext } from "./context.ts";

/** What is told of each step; the last one leaves no trace. */
export function progressOf({ process: own }: CliContext): (decided: number, of: number) => void {
  if (!own.stderr.isTTY) return () => undefined;
  return (decided, of) => {
    const text = decided >= of ? "" : `looking back: ${decided} of ${of} decisions`;
    own.stderr.write(`\r\u001b[K${text}`);
  };
}
