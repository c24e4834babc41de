// `writ drift detect`: lines of a file or of standard input, their answers to standard output. Not the detectors.
import { createReadStream } from "node:fs";
import { linesOf } from "../governor/scanning/lines-of.ts";
import { type BoundSource, detectDrift, driftRow } from "../measure/drift/drift-row.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import type { Json } from "../stdx/json.ts";
import { err, type Result } from "../stdx/result.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { note } from "./output.ts";
import { printTo } from "./print-whole.ts";

/** Bytes of one line; a stream of a million executions has less. */
const LINE_BYTES_MAX: number = 2 ** 26;

/** Answers every line of `file` (`-`: standard input) that is a stream; names every line that is none, and exits with 3. */
export async function printDriftAnswers(
  context: CliContext,
  file: string,
  bound: BoundSource,
): Promise<number> {
  const source = file === "-" ? "standard input" : escapeUntrusted(file);
  const input = file === "-" ? context.process.stdin : createReadStream(file);
  const print = printTo(context);
  let rejected = 0;
  try {
    for await (const line of linesOf(input, LINE_BYTES_MAX)) {
      const answer = answered(line.bytes, bound);
      if (answer.ok) await print(answer.value);
      else {
        rejected += 1;
        note(context, "error", `${source}:${line.number}: ${answer.error}`);
      }
      if (context.process.isUnread()) break;
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (typeof code !== "string") throw cause;
    note(context, "error", `\`${source}\` cannot be read: ${code === "ENOENT" ? "no such file" : code}`);
    note(context, "hint", "writ drift detect --jsonl -  # for standard input");
    return EXIT.internal;
  }
  if (rejected > 0)
    note(
      context,
      "hint",
      'each line is one object of {"id","stratum","x","class_bounds","spec_bound"}; see docs/MEASUREMENT.md',
    );
  return rejected > 0 ? EXIT.invalid : EXIT.done;
}

function answered(bytes: Uint8Array | null, bound: BoundSource): Result<string, string> {
  if (bytes === null) return err(`longer than ${LINE_BYTES_MAX} bytes`);
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Json;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
    return err("not JSON in UTF-8");
  }
  const row = driftRow(value, bound);
  return row.ok ? { ok: true, value: `${JSON.stringify(detectDrift(row.value, bound))}\n` } : row;
}
