// The last resort of a worker: a fault that nothing caught ends the process, and with it every grant, since nothing says
// which one it was; the executor tells each task. Not the handling of any fault that is known.

/** Exit status of a worker that ended itself (EX_SOFTWARE, sysexits.h of 4.3BSD). */
export const FAULT_STATUS = 70;

/** From now on a fault ends the process, with a line that says where and not what: a message may hold a credential. */
export function exitOnFault(): void {
  const end = (fault: unknown): void => {
    // A fault in telling of it is not told.
    process.removeAllListeners("uncaughtException");
    process.stderr.write(`gate worker: a fault of its own${placeOf(fault)}\n`, () =>
      process.exit(FAULT_STATUS),
    );
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}

/** The first line of the stack that names a place. */
function placeOf(fault: unknown): string {
  const stack = fault instanceof Error ? (fault.stack ?? "") : "";
  const line = stack.split("\n").find((one) => /^\s+at \S/.test(one));
  return line === undefined ? "" : ` ${line.trim()}`;
}
