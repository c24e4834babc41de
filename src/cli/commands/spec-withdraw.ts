// `writ spec withdraw`: drops the open amendment; one on trial is taken back at once. It can never loosen.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";

async function specWithdraw(this: CliContext, flags: CommonFlags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const withdrawn = await governor.withdraw();
    if (flags.format === "json") json(this, "writ.withdrawal/1", { ...withdrawn });
    else
      line(
        this,
        withdrawn.amendment === null
          ? "no amendment is open"
          : `withdrawn: amendment #${withdrawn.amendment}`,
      );
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specWithdrawCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(specWithdraw),
  parameters: { flags: { home, format } },
  docs: { brief: "Drop the open amendment; one on trial is taken back at once" },
});
