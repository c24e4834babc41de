// `writ spec close`: ends the founding period for ever. It can never loosen.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";

async function specClose(this: CliContext, flags: CommonFlags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const { closed } = await governor.closeFounding();
    if (flags.format === "json") json(this, "writ.founding/1", { closed });
    else
      line(this, closed ? "closed: the spec in force is the charter" : "the founding period is over already");
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specCloseCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(specClose),
  parameters: { flags: { home, format } },
  docs: { brief: "End the founding period: from now on every loosening cools off" },
});
