// `writ status`: what the home's governor is doing now.
import { buildCommand, type Command } from "@stricli/core";
import type { GovernorStatus } from "../../governor/governor.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
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
      for (const text of witnessLines(now)) line(this, `witnesses  ${text}`);
      line(this, `isolation  ${now.isolation}, limits by ${now.limits}`);
      line(this, `governor   ${now.version}, pid ${now.pid}, node ${now.node}`);
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

/** The window that nobody but this node vouches for, and each witness that fails. */
function witnessLines({ witnesses, unwitnessed, records }: GovernorStatus): readonly string[] {
  if (witnesses.length === 0) return [`none: whoever has this node's key can rewrite all ${records} records`];
  const { seconds } = unwitnessed;
  const since = seconds === null ? "none was ever held" : `${seconds} s since one was held`;
  const failing = witnesses.flatMap(({ name, size, cause }) =>
    cause === null ? [] : [escapeUntrusted(`${name} holds ${size} records: ${cause}`)],
  );
  return [`${unwitnessed.records} records unwitnessed, ${since}`, ...failing];
}

export const statusCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(status),
  parameters: { flags: { home, format } },
  docs: { brief: "Show what the governor is doing now" },
});
