// `writ ledger verify`: checks the ledger offline from its files and the public key alone.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function ledgerVerify(this: CliContext, flags: CommonFlags): Promise<number> {
  const { verifyHome } = await import("../../governor/verify-home.ts");
  const { report, lines } = await verifyHome(homePath(this, flags.home));
  if (flags.format === "json") json(this, "writ.ledger-verify/1", { ...report });
  else for (const text of lines) line(this, text);
  return report.ok ? EXIT.done : EXIT.doesNotHold;
}

export const ledgerVerifyCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(ledgerVerify),
  parameters: { flags: { home, format } },
  docs: { brief: "Verify the ledger from its files and the public key alone" },
});
