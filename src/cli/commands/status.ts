// `writ status`: what the home's governor is doing now.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function status(this: CliContext, flags: CommonFlags): Promise<number> {
  const { openGovernor } = await import("../../governor/open-governor.ts");
  const governor = await openGovernor({ home: homePath(this, flags.home) });
  try {
    const now = await governor.status();
    if (flags.format === "json") json(this, "writ.status/1", { ...now });
    else {
      line(this, `spec       ${now.spec_name}  (sha256 ${now.spec_hash})`);
      line(this, `tasks      ${now.running} running, ${now.waiting} waiting`);
      line(this, `ledger     ${now.records} records`);
      line(this, `isolation  ${now.isolation}, limits by ${now.limits}`);
      line(this, `governor   ${now.version}, pid ${now.pid}, node ${now.node}`);
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const statusCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(status),
  parameters: { flags: { home, format } },
  docs: { brief: "Show what the governor is doing now" },
});
