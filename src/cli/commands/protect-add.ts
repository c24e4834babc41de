// `writ protect add FILE…`: enrols values or documents that must never leave. Keeps keyed hashes; says counts, never values.
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, files as fileArguments, format, home, optionalText } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly as: "values" | "document";
  readonly name: string | undefined;
  readonly column: string | undefined;
}

async function protectAdd(this: CliContext, flags: Flags, ...files: string[]): Promise<number> {
  checkUse(flags, files);
  const { enrolFiles } = await import("../../governor/enrol-files.ts");
  const { as, name = null, column = null } = flags;
  const governor = await governorOf(this, flags.home);
  const enrolling = enrolFiles(homePath(this, flags.home), files, { as, name, column }, governor);
  await Promise.allSettled([enrolling]);
  await governor.close();
  const { files: enrolled, sequence } = await enrolling;
  const empty = enrolled.filter(({ taken, known }) => taken + known === 0);
  if (flags.format === "json") json(this, "writ.protect-add/1", { files: enrolled, sequence });
  else
    for (const { file, taken, known, placeholders, short, surplus, unusable } of enrolled) {
      const left = [
        known > 0 ? `${known} enrolled before` : "",
        placeholders > 0 ? `${placeholders} that stand for a value` : "",
        short > 0 ? `${short} short or ordinary` : "",
        surplus > 0 ? `${surplus} beyond the bound of one file` : "",
        unusable > 0 ? `${unusable} that nothing can tell` : "",
      ].filter((words) => words !== "");
      const what = as === "document" ? "document" : `value${taken === 1 ? "" : "s"}`;
      line(
        this,
        `${escapeUntrusted(file)}: ${taken} ${what} enrolled${left.length > 0 ? `; left out: ${left.join(", ")}` : ""}`,
      );
    }
  for (const { file } of empty)
    note(this, "error", `nothing in \`${escapeUntrusted(file)}\` can be enrolled`);
  if (empty.length === 0) return EXIT.done;
  note(
    this,
    "hint",
    "name a file with values of at least 6 characters, or a text of some sentences with --as document",
  );
  return EXIT.doesNotHold;
}

function checkUse({ as, name, column }: Flags, files: readonly string[]): void {
  const hint = "writ protect add FILE [--as document] [--name NAME] [--column COLUMN]";
  if (files.length === 0) throw new WritError("WRIT_USAGE", "no file given", { hint });
  if (name !== undefined && files.length > 1)
    throw new WritError("WRIT_USAGE", `one \`--name\` for ${files.length} files`, { hint });
  if (column !== undefined && as === "document")
    throw new WritError("WRIT_USAGE", "`--column` is for values, not for a document", { hint });
}

export const protectAddCommand: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  func: guarded(protectAdd),
  parameters: {
    flags: {
      home,
      format,
      as: {
        kind: "enum",
        values: ["values", "document"],
        default: "values",
        brief: "Each value in it, or its text as a whole",
      },
      name: optionalText("What it is called in a refusal (default: the file's name)", "NAME"),
      column: optionalText("Of a table, the one column to take: its name or number", "COLUMN"),
    },
    positional: fileArguments("Files: .env, keys, lines, JSON, tables, texts"),
  },
  docs: { brief: "Enrol values or documents that must never leave" },
});
