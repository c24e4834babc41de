// Finds the signatures of a spec: those that were named, and those that lie beside it under the names that minisign and
// ssh-keygen give them. Reads them as text and judges none.
import { existsSync, readFileSync, statSync } from "node:fs";
import type { SignatureFile } from "../governor/amend/signatures.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";

/** Bytes of a signature file: minisign's comment may have 8 KiB. */
const FILE_BYTES_MAX = 16_384;

/**
 * The signatures named by `named`, and those beside `file`; undefined: there are none at all, and the home's own key may
 * sign. Throws WRIT_FILE_UNREADABLE.
 */
export function signatureFiles(
  file: string | null,
  named: readonly string[] = [],
): readonly SignatureFile[] | undefined {
  const beside = file === null ? [] : [`${file}.minisig`, `${file}.sig`].filter((path) => existsSync(path));
  const paths = [...new Set([...named, ...beside])];
  return paths.length === 0 ? undefined : paths.map(readSignature);
}

function readSignature(path: string): SignatureFile {
  const name = escapeUntrusted(path);
  const unreadable = (why: string, cause?: unknown): WritError =>
    new WritError("WRIT_FILE_UNREADABLE", `signature file \`${name}\` cannot be read: ${why}`, {
      hint: "writ spec sign FILE  # makes one, or name one that exists by --signature",
      cause,
    });
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw unreadable(`it is over ${FILE_BYTES_MAX} bytes`);
    return { name, text: readFileSync(path, "utf8") };
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    throw unreadable((cause as NodeJS.ErrnoException).code ?? "unknown reason", cause);
  }
}
