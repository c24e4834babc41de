// `writ scan --jsonl`: lines from files or standard input, their answers to standard output. Not the answers.
import { createReadStream } from "node:fs";
import type { EnrolledValues } from "../governor/scanning/enrolled-values.ts";
import { scanLines } from "../governor/scanning/scan-lines.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { note } from "./output.ts";
import { printTo } from "./print-whole.ts";

/** Answers every line of `files`, one file after the other; none: of standard input. */
export async function printLines(
  context: CliContext,
  values: EnrolledValues,
  files: readonly string[],
): Promise<number> {
  let rejected = 0;
  let unreadable = 0;
  for (const file of files.length === 0 ? [null] : files) {
    const source = file === null ? "standard input" : escapeUntrusted(file);
    const reject = (number: number, why: string): void => {
      note(context, "error", `${source}:${number}: ${why}`);
    };
    try {
      const input =
        file === null ? context.process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
      const sink = { reject, print: printTo(context), isOver: context.process.isUnread };
      rejected += (await scanLines(input, values, sink)).rejected;
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : null;
      if (typeof code !== "string") throw cause;
      note(context, "error", `\`${source}\` cannot be read: ${code === "ENOENT" ? "no such file" : code}`);
      unreadable += 1;
    }
  }
  if (rejected > 0)
    note(context, "hint", "each line is one JSON object with a text or integer `id` and a text `text`");
  return unreadable > 0 ? EXIT.internal : rejected > 0 ? EXIT.invalid : EXIT.done;
}

/** Bytes that are read at once. */
const CHUNK_BYTES = 2 ** 18;
