// `writ halt` and `writ offline`: take away at once what a node may do, until an operator lifts it by signature.
import { buildCommand, type Command } from "@stricli/core";
import type { NarrowingStep } from "../../decide/facts.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { homeInHint } from "../home-in-hint.ts";
import { json, line } from "../output.ts";

const SAID: Readonly<Record<NarrowingStep, string>> = {
  halted: "nothing runs on this node",
  offline: "no task sends anything off this node",
};

function narrow(step: NarrowingStep) {
  return async function (this: CliContext, flags: CommonFlags): Promise<number> {
    const governor = await governorOf(this, flags.home);
    try {
      const narrowed = await governor.narrow(step);
      if (flags.format === "json") json(this, "writ.narrowed/1", { ...narrowed });
      else {
        const { record, ended } = narrowed;
        line(this, `${step}: ${SAID[step]} until that is lifted  (record #${record})`);
        line(this, `ended      ${ended} task${ended === 1 ? "" : "s"}`);
        line(this, `lift it    ${homeInHint(`writ lift ${step}`, flags.home)}`);
      }
      return EXIT.done;
    } finally {
      await governor.close();
    }
  };
}

const parameters = { flags: { home, format } };

export const haltCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(narrow("halted")),
  parameters,
  docs: {
    brief: "End what runs and let nothing run until it is lifted",
    fullDescription:
      "Takes effect at once and outlives a restart. What waits in the queue keeps its place. `writ lift halted` ends it, with an operator's signature.",
  },
});

export const offlineCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(narrow("offline")),
  parameters,
  docs: {
    brief: "End what may call out and let nothing leave until it is lifted",
    fullDescription:
      "Takes effect at once and outlives a restart. Tasks that stay on this node go on. `writ lift offline` ends it, with an operator's signature.",
  },
});
