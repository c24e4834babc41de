// `writ spec log`: every step of the spec's history, oldest first.
import { buildCommand, type Command } from "@stricli/core";
import { tellStep } from "../../governor/amend/tell-amendment.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";

async function specLog(this: CliContext, flags: CommonFlags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const steps = await governor.specLog();
    if (flags.format === "json") json(this, "writ.spec-log/1", { steps });
    else for (const told of steps.flatMap(tellStep)) line(this, told);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specLogCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(specLog),
  parameters: { flags: { home, format } },
  docs: { brief: "List every step of the spec's history, with its reasons" },
});
