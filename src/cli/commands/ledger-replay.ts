// `writ ledger replay`: decides every recorded decision again, and with --spec says what another spec would have decided.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";
import { progressLine } from "../progress-line.ts";
import { readSpecFile } from "../read-spec-file.ts";

/** Changed tasks that are told to a person, one screen of them, and in JSON. */
const WORST_MAX = { human: 10, json: 1000 } as const;

interface Flags extends CommonFlags {
  readonly spec: string | undefined;
}

async function ledgerReplay(this: CliContext, flags: Flags): Promise<number> {
  const spec = flags.spec === undefined ? {} : { spec: readSpecFile(flags.spec) };
  const { replayHome } = await import("../../governor/replay-home.ts");
  const progress = progressLine(this, "deciding again");
  try {
    const options = { worst_max: WORST_MAX[flags.format], progress: progress.tell, ...spec };
    const { report, lines } = await replayHome(homePath(this, flags.home), options);
    progress.end();
    if (flags.format === "json") json(this, "writ.replay/1", { ...report });
    else for (const text of lines) line(this, text);
    return report.ok ? EXIT.done : EXIT.doesNotHold;
  } finally {
    progress.end();
  }
}

export const ledgerReplayCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(ledgerReplay),
  parameters: {
    flags: {
      home,
      format,
      spec: optionalText("Say what this spec would have decided, worst first", "FILE"),
    },
  },
  docs: { brief: "Decide every recorded decision again, bit for bit, or with another spec" },
});
