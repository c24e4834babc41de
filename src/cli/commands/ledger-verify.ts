// `writ ledger verify [PATH]`: checks a ledger, an export of one, or a proof, offline from files and a public key alone.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, oneOptionalArgument, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { type ProgressLine, progressLine } from "../progress-line.ts";

interface Flags extends CommonFlags {
  readonly key: string | undefined;
  readonly policy: string | undefined;
}

interface Verified {
  readonly schema: string;
  readonly report: { readonly ok: boolean };
  readonly lines: readonly string[];
}

async function ledgerVerify(this: CliContext, flags: Flags, path: string | undefined): Promise<number> {
  const progress = progressLine(this, "verifying");
  let verified: Verified;
  try {
    verified = await (path === undefined
      ? ofHome(this, flags, progress)
      : ofPath(this, flags, { path, progress }));
  } finally {
    progress.end();
  }
  const { schema, report, lines } = verified;
  if (flags.format === "json") json(this, schema, { ...report });
  else for (const text of lines) line(this, text);
  return report.ok ? EXIT.done : EXIT.doesNotHold;
}

async function ofHome(context: CliContext, flags: Flags, { tell }: ProgressLine): Promise<Verified> {
  if (flags.key !== undefined || flags.policy !== undefined) {
    throw new WritError("WRIT_USAGE", "`--key` and `--policy` say whom to believe of a PATH", {
      hint: "writ ledger verify PATH --key KEY",
    });
  }
  const { verifyHome } = await import("../../governor/verify-home.ts");
  const { headsFolder } = await import("../../governor/remembered-head.ts");
  const verified = await verifyHome(homePath(context, flags.home), headsFolder(), tell);
  return { schema: "writ.ledger-verify/1", ...verified };
}

async function ofPath(
  context: CliContext,
  flags: Flags,
  { path, progress }: { readonly path: string; readonly progress: ProgressLine },
): Promise<Verified> {
  const { believed } = await import("../../governor/believed.ts");
  const { verifyPath } = await import("../../governor/verify-path.ts");
  const { key, policy, home: named } = flags;
  return await verifyPath(path, believed({ key, policy, home: homePath(context, named) }), progress.tell);
}

export const ledgerVerifyCommand: Command<CliContext> = buildCommand<Flags, [string | undefined], CliContext>(
  {
    func: guarded(ledgerVerify),
    parameters: {
      flags: {
        home,
        format,
        key: optionalText("The log's key, as its own `verify` prints it", "KEY"),
        policy: optionalText("Whom to believe: logs, witnesses, quorum (C2SP tlog-policy)", "FILE"),
      },
      positional: oneOptionalArgument(
        "A ledger's folder, an exported folder or a proof (default: the home's ledger)",
        "PATH",
      ),
    },
    docs: { brief: "Verify a ledger, an export or a proof from files and the public key alone" },
  },
);
