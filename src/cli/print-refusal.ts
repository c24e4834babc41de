// Prints why a step of the spec was refused, as every error is printed, with the hint made to fit the file and home named.
import { shellQuote } from "../stdx/shell-quote.ts";
import type { CliContext } from "./context.ts";
import { homeInHint } from "./home-in-hint.ts";
import { note } from "./output.ts";

export interface StepRefusal {
  readonly refused: string;
  readonly hint: string | null;
  readonly looser?: readonly { readonly field: string; readonly witness: string | null }[];
}

/** The refusal of `file` (null: none was named), on standard error. `FILE` in the hint stands for it. */
export function printRefusal(
  context: CliContext,
  { refused, hint, looser = [] }: StepRefusal,
  file: string | null,
  home: string | undefined,
): void {
  note(context, "error", file === null ? refused : `\`${file}\`: ${refused}`);
  for (const { field, witness } of looser)
    note(context, "note", `looser: ${field}: ${witness ?? "no witness"}`);
  const named = (hint ?? "").replaceAll(/\bFILE\b/g, () => (file === null ? "FILE" : shellQuote(file)));
  note(context, "hint", homeInHint(named, home));
}
