// The commands as a tree: names, flags and help. Each command's code is loaded only when it is called, so that start-up
// stays short.
import { type Application, buildApplication, buildRouteMap } from "@stricli/core";
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { initCommand } from "./commands/init.ts";
import { ledgerTailCommand } from "./commands/ledger-tail.ts";
import { ledgerVerifyCommand } from "./commands/ledger-verify.ts";
import { runCommand } from "./commands/run.ts";
import { specAdoptCommand } from "./commands/spec-adopt.ts";
import { specCheckCommand } from "./commands/spec-check.ts";
import { specDiffCommand } from "./commands/spec-diff.ts";
import { specRestoreCommand } from "./commands/spec-restore.ts";
import { statusCommand } from "./commands/status.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { text } from "./text.ts";

const spec = buildRouteMap({
  routes: {
    check: specCheckCommand,
    diff: specDiffCommand,
    adopt: specAdoptCommand,
    restore: specRestoreCommand,
  },
  docs: { brief: "Check, compare and adopt the governance spec" },
});

const ledger = buildRouteMap({
  routes: { verify: ledgerVerifyCommand, tail: ledgerTailCommand },
  docs: { brief: "Verify and read the ledger" },
});

const root = buildRouteMap({
  routes: {
    init: initCommand,
    doctor: doctorCommand,
    status: statusCommand,
    check: checkCommand,
    run: runCommand,
    explain: explainCommand,
    spec,
    ledger,
  },
  docs: {
    brief: "A runtime governor: nothing runs without a writ",
    fullDescription:
      "Writ measures a task against your governance spec before it runs, and holds it to its writ while it runs.\n" +
      "There is no --force: what fails does not run. Another task, other facts or an adopted spec can pass.",
  },
});

/** The whole command line. */
export function application(version: string): Application<CliContext> {
  return buildApplication(root, {
    name: "writ",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { loadText: () => text },
    determineExitCode: () => EXIT.internal,
  });
}
