// `writ ledger tail`: the last records, one line each.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

/** Records a call may ask for. */
const COUNT_MAX = 10_000;

interface Flags extends CommonFlags {
  readonly count: string | undefined;
}

async function ledgerTail(this: CliContext, flags: Flags): Promise<number> {
  const count = countOf(flags.count);
  const { tailHome } = await import("../../governor/tail-home.ts");
  const { records, lines, unwitnessed } = await tailHome(homePath(this, flags.home), count);
  if (flags.format === "json") json(this, "writ.tail/1", { records, unwitnessed: { ...unwitnessed } });
  else for (const text of lines) line(this, text);
  return EXIT.done;
}

function countOf(flag: string | undefined): number {
  if (flag === undefined) return 20;
  const count = /^[0-9]{1,9}$/.test(flag) ? Number(flag) : Number.NaN;
  if (count >= 1 && count <= COUNT_MAX) return count;
  throw new WritError("WRIT_USAGE", `\`--count\` takes 1 to ${COUNT_MAX}`, {
    hint: "writ ledger tail --count 20",
  });
}

export const ledgerTailCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(ledgerTail),
  parameters: { flags: { home, format, count: optionalText("How many records (default: 20)", "N") } },
  docs: { brief: "Show the last records, one line each" },
});
