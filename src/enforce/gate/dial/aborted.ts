// The failure of a dial whose task went away first. A value of its own file: dial.ts is built from those that use it.
import type { DialFailure } from "./dial-request.ts";

/** Not retryable: nobody is left who could. */
export const ABORTED: DialFailure = {
  cause: "connection_failed",
  measured: "ended before it was connected",
  retryable: false,
};
