// `writ ledger rotate`: replaces the key that signs the ledger and the writs of a home, recorded under the old one.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function ledgerRotate(this: CliContext, flags: CommonFlags): Promise<number> {
  const { openGovernor } = await import("../../governor/open-governor.ts");
  const governor = await openGovernor({ home: homePath(this, flags.home) });
  try {
    const rotated = await governor.rotate();
    if (flags.format === "json") json(this, "writ.rotated/1", { ...rotated });
    else {
      line(this, `another key signs from here on, as record #${rotated.sequence} says`);
      line(this, `log key ${rotated.to}`);
      line(this, `give it to whoever verifies or holds this ledger, in the place of ${rotated.from}`);
    }
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

export const ledgerRotateCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(ledgerRotate),
  parameters: { flags: { home, format } },
  docs: {
    brief: "Replace the key that signs the ledger and the writs",
    fullDescription:
      "The old key signs that it hands over, and is gone then. Its thief can change nothing that a later checkpoint covers, for whoever believes the new key or remembers a head behind the change.",
  },
});
