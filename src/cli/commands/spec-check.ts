// `writ spec check FILE`: parses a spec and says every error with its line and column. Needs no home.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { format, oneArgument } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { type Format, json, line, note } from "../output.ts";
import { readSpecFile } from "../read-spec-file.ts";

async function specCheck(
  this: CliContext,
  flags: { readonly format: Format },
  file: string,
): Promise<number> {
  const { examineSpec } = await import("../../governor/examine-spec.ts");
  const { bytes, source } = readSpecFile(file);
  const checked = examineSpec(bytes);
  if (flags.format === "json")
    json(
      this,
      "writ.spec-check/1",
      checked.ok ? { ok: true, ...checked.value } : { ok: false, errors: checked.error },
    );
  else if (checked.ok) {
    line(this, `\`${source}\` holds: spec \`${checked.value.name}\``);
    line(this, `canonical sha256 ${checked.value.spec_hash}`);
    line(this, `bytes sha256     ${checked.value.bytes_hash}`);
  } else {
    for (const error of checked.error)
      note(this, "error", `${source}:${error.line}:${error.column}: ${error.message}`);
    note(
      this,
      "hint",
      checked.error.find(({ hint }) => hint !== null)?.hint ??
        "correct the named line; docs/SPEC.md lists every field",
    );
  }
  return checked.ok ? EXIT.done : EXIT.invalid;
}

export const specCheckCommand: Command<CliContext> = buildCommand<
  { readonly format: Format },
  [string],
  CliContext
>({
  func: guarded(specCheck),
  parameters: { flags: { format }, positional: oneArgument("A spec file", "FILE") },
  docs: { brief: "Say whether a spec file is valid, and every error with its line and column" },
});
