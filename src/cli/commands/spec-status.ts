// `writ spec status`: what is in force, who may change it, what is open, and how far it has come from genesis.
import { buildCommand, type Command } from "@stricli/core";
import { tellStatus } from "../../governor/amend/tell-amendment.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, line } from "../output.ts";

async function specStatus(this: CliContext, flags: CommonFlags): Promise<number> {
  const governor = await governorOf(this, flags.home);
  try {
    const status = await governor.specStatus();
    if (flags.format === "json") json(this, "writ.spec-status/1", { ...status });
    else for (const told of tellStatus(status)) line(this, told);
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const specStatusCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(specStatus),
  parameters: { flags: { home, format } },
  docs: { brief: "Say what is in force, who may change it, what is open, and how loose it has become" },
});
