// Writes a result to a file that the command line names. Never over something that is there.
import { writeFileSync } from "node:fs";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";

/** Writes `bytes` to `file`, which must not be there yet. Throws WRIT_OUTPUT_UNWRITABLE. */
export function writeOutput(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { flag: "wx" });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown reason";
    const why = code === "EEXIST" ? "something is there" : code;
    throw new WritError("WRIT_OUTPUT_UNWRITABLE", `cannot write to \`${escapeUntrusted(file)}\`: ${why}`, {
      hint: "give a file that is not there yet, in a folder that you may write to",
      cause,
    });
  }
}
