// `writ scan [FILE…]`: what looks like a credential, personal data or an enrolled value, and where. Never the value.
import { buildCommand, type Command } from "@stricli/core";
import type { FindingClass } from "../../scan/finding.ts";
import type { CliContext } from "../context.ts";
import { type CommonFlags, files as fileArguments, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";

interface ScanFlags extends CommonFlags {
  readonly jsonl: boolean;
  readonly class: readonly FindingClass[] | undefined;
}

/** What is listed and counts as found unless `--class` says otherwise: what cannot be read stands in most folders. */
const USUAL: readonly FindingClass[] = ["credential", "personal", "protected"];

async function scan(this: CliContext, flags: ScanFlags, ...files: string[]): Promise<number> {
  const { NO_VALUES } = await import("../../governor/scanning/enrolled-values.ts");
  const values =
    flags.home === undefined
      ? NO_VALUES
      : await (await import("../../governor/scanning/home-values.ts")).valuesOfHome(
          homePath(this, flags.home),
        );
  if (flags.jsonl) return (await import("../scan-lines.ts")).printLines(this, values, files);
  const { printFindings } = await import("../scan-files.ts");
  return printFindings(this, { format: flags.format, classes: new Set(flags.class ?? USUAL), values }, files);
}

export const scanCommand: Command<CliContext> = buildCommand<ScanFlags, string[], CliContext>({
  func: guarded(scan),
  parameters: {
    flags: {
      home: { ...home, brief: "A home whose enrolled values are looked for too" },
      format,
      jsonl: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: 'Answer lines of {"id","text"} with lines of {"id","findings"}',
      },
      class: {
        kind: "enum",
        values: ["credential", "personal", "protected", "opaque"],
        optional: true,
        variadic: true,
        brief: "What to look for (default: all but opaque)",
      },
    },
    positional: fileArguments("Files and folders; none: standard input"),
  },
  docs: { brief: "Find credentials, personal data and enrolled values in files" },
});
