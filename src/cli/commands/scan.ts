// `writ scan [FILE…]`: what looks like a credential, personal data or an enrolled value, and where. Never the value.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";

export interface ScanFlags extends CommonFlags {
  readonly jsonl: boolean;
}

async function scan(this: CliContext, flags: ScanFlags, ...files: string[]): Promise<number> {
  const { printLines } = await import("../scan-lines.ts");
  return printLines(this, flags, files);
}

export const scanCommand: Command<CliContext> = buildCommand<ScanFlags, string[], CliContext>({
  func: guarded(scan),
  parameters: {
    flags: {
      home,
      format,
      jsonl: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: 'Answer lines of {"id","text"} with lines of {"id","findings"}',
      },
    },
    positional: {
      kind: "array",
      parameter: {
        brief: "Files; none: standard input",
        parse: (input: string) => input,
        placeholder: "FILE",
      },
    },
  },
  docs: { brief: "Find credentials, personal data and enrolled values in files" },
});
