// Where the suites that ship lie: beside `dist/` in the package, beside `src/` in a clone.
import { fileURLToPath } from "node:url";

/** Their folder, as the runner takes it. */
export function shippedSuites(): readonly string[] {
  return [fileURLToPath(new URL("../../suites", import.meta.url))];
}
