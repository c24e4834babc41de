// `writ protect list`: what was enrolled, by name, count and date. The values are not kept, so nothing can show them.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function protectList(this: CliContext, flags: CommonFlags): Promise<number> {
  const { listEnrolled } = await import("../../governor/enrolled-index.ts");
  const entries = listEnrolled(homePath(this, flags.home));
  if (flags.format === "json") json(this, "writ.protect-list/1", { entries });
  else if (entries.length === 0) line(this, "nothing is enrolled");
  else
    for (const { name, as, count, added } of entries)
      line(
        this,
        `${added}  ${as === "document" ? "document" : `${count} value${count === 1 ? "" : "s"}`}  ${name}`,
      );
  return EXIT.done;
}

export const protectListCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(protectList),
  parameters: { flags: { home, format } },
  docs: { brief: "List what was enrolled, by name and count" },
});
