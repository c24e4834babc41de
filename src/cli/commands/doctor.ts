// `writ doctor`: proves by doing what this machine can hold a task to, and prints the exact repair for what it cannot.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

async function doctor(this: CliContext, flags: CommonFlags): Promise<number> {
  const { examine } = await import("../../governor/doctor.ts");
  const report = await examine({ home: homePath(this, flags.home) });
  if (flags.format === "json") json(this, "writ.doctor/1", { ...report });
  else {
    for (const check of report.checks) {
      line(this, `${check.state.padEnd(6)} ${check.name}: ${check.evidence}`);
      if (check.repair !== null) line(this, `       repair: ${check.repair}`);
    }
  }
  return report.ok ? EXIT.done : EXIT.doesNotHold;
}

export const doctorCommand: Command<CliContext> = buildCommand<CommonFlags, [], CliContext>({
  func: guarded(doctor),
  parameters: { flags: { home, format } },
  docs: { brief: "Prove what this machine can hold a task to, and how to mend what it cannot" },
});
