// `writ protect remove`: says that there is no such way yet. To take a value off would be a loosening without a record.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { files as fileArguments, home } from "../flags.ts";
import { guarded } from "../guarded.ts";

function protectRemove(this: CliContext): Promise<number> {
  return Promise.reject(
    new WritError(
      "WRIT_USAGE",
      "what is enrolled stays enrolled: to remove it would loosen what a spec promises",
      {
        hint: "writ init --home DIR, and enrol there what is still to be protected",
      },
    ),
  );
}

interface Flags {
  readonly home: string | undefined;
}

export const protectRemoveCommand: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  func: guarded<Flags, string[]>(protectRemove, () => EXIT.refused),
  parameters: { flags: { home }, positional: fileArguments("What was enrolled") },
  docs: { brief: "Not yet: removing what is enrolled is a loosening" },
});
