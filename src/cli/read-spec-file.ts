// Reads a spec file named on the command line, as bytes: the bytes are what is adopted. Does not parse.
import { readFileSync } from "node:fs";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";

export interface SpecFile {
  readonly bytes: Uint8Array;
  /** The name as given, escaped, for messages. */
  readonly source: string;
}

/** The bytes of `file`. Throws WRIT_FILE_UNREADABLE. */
export function readSpecFile(file: string): SpecFile {
  const source = escapeUntrusted(file);
  try {
    return { bytes: readFileSync(file), source };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new WritError(
      "WRIT_FILE_UNREADABLE",
      `spec file \`${source}\` cannot be read: ${code ?? "unknown reason"}`,
      {
        hint: "writ spec check FILE  # one that exists and that you may read",
        cause,
      },
    );
  }
}
