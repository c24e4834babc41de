// `writ doctor`: proves by doing what this machine can hold a task to, prints the exact repair for what it cannot, and tells
// what goes around Writ. With `--adopt` only the changed lines that would bring that in.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { printAdopted, printCoverage } from "../coverage-lines.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

interface Flags extends CommonFlags {
  readonly adopt: boolean;
}

async function doctor(this: CliContext, flags: Flags): Promise<number> {
  const home = homePath(this, flags.home);
  const named = (flags.home ?? (this.process.env["WRIT_HOME"] || undefined)) !== undefined;
  if (flags.adopt && flags.format === "human") {
    const { toldCoverage } = await import("../../governor/doctor-coverage.ts");
    printAdopted(this, toldCoverage({ home, named }));
    return EXIT.done;
  }
  const { examine } = await import("../../governor/doctor.ts");
  const report = await examine({ home, named });
  if (flags.format === "json") json(this, "writ.doctor/1", { ...report });
  else {
    for (const check of report.checks) {
      line(this, `${check.state.padEnd(6)} ${check.name}: ${check.evidence}`);
      if (check.repair !== null) line(this, `       repair: ${check.repair}`);
    }
    printCoverage(this, report.coverage);
  }
  return report.ok ? EXIT.done : EXIT.doesNotHold;
}

export const doctorCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(doctor),
  parameters: {
    flags: {
      home,
      format,
      adopt: onFlag("Print the changed lines that would bring scheduled commands in; changes nothing"),
    },
  },
  docs: { brief: "Prove what this machine can hold a task to, and how to mend what it cannot" },
});
