// `writ protect remove NAME…`: refused, recorded, and told with what each would let through, as a looser spec is.
import { buildCommand, type Command } from "@stricli/core";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, files as manyArguments } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, note } from "../output.ts";

async function protectRemove(this: CliContext, flags: CommonFlags, ...names: string[]): Promise<number> {
  if (names.length === 0)
    throw new WritError("WRIT_USAGE", "no name given", { hint: "writ protect remove NAME, as in the list" });
  const governor = await governorOf(this, flags.home);
  try {
    const { sequence, looser } = await governor.remove(names);
    if (flags.format === "json")
      json(this, "writ.protect-remove/1", { outcome: "refused", sequence, looser });
    else {
      note(this, "error", "to protect less than before is a loosening: limit is equal or tighter");
      for (const { name, as, count, since } of looser) {
        const what =
          as === "document" ? "a passage of it" : count === 1 ? "its value" : `any of its ${count} values`;
        const from = since.slice(0, 10);
        note(
          this,
          "note",
          `looser: \`${name}\`: a request with ${what} is refused since ${from}, and would be no more`,
        );
      }
      note(this, "hint", "what is enrolled stays; this version has no amendments yet");
    }
    return EXIT.refused;
  } finally {
    await governor.close();
  }
}

export const protectRemoveCommand: Command<CliContext> = buildCommand<CommonFlags, string[], CliContext>({
  func: guarded(protectRemove),
  parameters: { flags: { home, format }, positional: manyArguments("Names, as the list shows them", "NAME") },
  docs: { brief: "Refused with what it would let through: a loosening" },
});
