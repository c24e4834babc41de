// `writ drift audit [PATH]`: whether probes were sent as the schedule said, from a ledger's files and a public key alone.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneOptionalArgument, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { progressLine } from "../progress-line.ts";

interface Flags extends CommonFlags {
  readonly key: string | undefined;
}

async function driftAudit(this: CliContext, flags: Flags, path: string | undefined): Promise<number> {
  const { auditProbes, ledgerOfHome } = await import("../../governor/audit-probes.ts");
  const { ledgerFolder } = await import("../../governor/verify-path.ts");
  const { believed } = await import("../../governor/believed.ts");
  if (path === undefined && flags.key !== undefined)
    throw new WritError("WRIT_USAGE", "`--key` says whom to believe of a PATH", {
      hint: "writ drift audit PATH --key KEY",
    });
  const own = homePath(this, flags.home);
  const ledger =
    path === undefined
      ? ledgerOfHome(own)
      : await ledgerFolder(path, believed({ key: flags.key, policy: undefined, home: own }));
  const progress = progressLine(this, "checking");
  try {
    const { report, lines } = await auditProbes(ledger, progress.tell);
    progress.end();
    if (flags.format === "json") json(this, "writ.probe-audit/1", { ...report });
    else for (const text of lines) line(this, text);
    return report.ok ? EXIT.done : EXIT.doesNotHold;
  } finally {
    progress.end();
  }
}

export const driftAuditCommand: Command<CliContext> = buildCommand<Flags, [string | undefined], CliContext>({
  func: guarded(driftAudit),
  parameters: {
    flags: { home, format, key: optionalText("The log's key, as `ledger verify` prints it", "KEY") },
    positional: oneOptionalArgument("A ledger's folder (default: the home's ledger)", "PATH"),
  },
  docs: {
    brief: "Check the schedule of probes: what was committed to, shown and sent",
    fullDescription:
      "Reads a ledger's files and a public key, offline. Each epoch commits to a seed by its hash and the next one shows it:\n" +
      "checked is that it is the same, and that what ran beside runs and in self-tests is what it draws, no more and no less.",
  },
});
