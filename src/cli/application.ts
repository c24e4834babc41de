// The commands as a tree: names, flags and help. Loaded whole only where the whole is needed: help, groups, and words
// that are not understood (one-command.ts is the short way).
import { type Application, buildRouteMap } from "@stricli/core";
import { buildWrit, ROOT_DOCS } from "./build-writ.ts";
import { appealCommand } from "./commands/appeal.ts";
import { cancelCommand } from "./commands/cancel.ts";
import { challengeCommand } from "./commands/challenge.ts";
import { checkCommand } from "./commands/check.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { driftAuditCommand } from "./commands/drift-audit.ts";
import { driftBaselineCommand } from "./commands/drift-baseline.ts";
import { driftDetectCommand } from "./commands/drift-detect.ts";
import { driftShowCommand } from "./commands/drift-show.ts";
import { explainCommand } from "./commands/explain.ts";
import { initCommand } from "./commands/init.ts";
import { ledgerEraseCommand } from "./commands/ledger-erase.ts";
import { ledgerExportCommand } from "./commands/ledger-export.ts";
import { ledgerProveCommand } from "./commands/ledger-prove.ts";
import { ledgerReplayCommand } from "./commands/ledger-replay.ts";
import { ledgerRotateCommand } from "./commands/ledger-rotate.ts";
import { ledgerTailCommand } from "./commands/ledger-tail.ts";
import { ledgerVerifyCommand } from "./commands/ledger-verify.ts";
import { ledgerWitnessCommand } from "./commands/ledger-witness.ts";
import { liftCommand } from "./commands/lift.ts";
import { logsCommand } from "./commands/logs.ts";
import { measureCommand } from "./commands/measure.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { haltCommand, offlineCommand } from "./commands/narrow.ts";
import { protectAddCommand } from "./commands/protect-add.ts";
import { protectListCommand } from "./commands/protect-list.ts";
import { protectRemoveCommand } from "./commands/protect-remove.ts";
import { psCommand } from "./commands/ps.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { scanCommand } from "./commands/scan.ts";
import { serveCommand } from "./commands/serve.ts";
import { serviceInstallCommand } from "./commands/service-install.ts";
import { serviceStatusCommand } from "./commands/service-status.ts";
import { serviceUninstallCommand } from "./commands/service-uninstall.ts";
import { specAdoptCommand } from "./commands/spec-adopt.ts";
import { specAmendCommand } from "./commands/spec-amend.ts";
import { specCheckCommand } from "./commands/spec-check.ts";
import { specCloseCommand } from "./commands/spec-close.ts";
import { specConfirmCommand } from "./commands/spec-confirm.ts";
import { specDiffCommand } from "./commands/spec-diff.ts";
import { specLogCommand } from "./commands/spec-log.ts";
import { specRestoreCommand } from "./commands/spec-restore.ts";
import { specSignCommand } from "./commands/spec-sign.ts";
import { specStatusCommand } from "./commands/spec-status.ts";
import { specWithdrawCommand } from "./commands/spec-withdraw.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";
import { taskDraftCommand } from "./commands/task-draft.ts";
import { waitCommand } from "./commands/wait.ts";
import type { CliContext } from "./context.ts";

const spec = buildRouteMap({
  routes: {
    check: specCheckCommand,
    diff: specDiffCommand,
    sign: specSignCommand,
    adopt: specAdoptCommand,
    amend: specAmendCommand,
    confirm: specConfirmCommand,
    withdraw: specWithdrawCommand,
    close: specCloseCommand,
    status: specStatusCommand,
    log: specLogCommand,
    restore: specRestoreCommand,
  },
  docs: { brief: "Check, compare, sign, adopt and amend the governance spec" },
});

const ledger = buildRouteMap({
  routes: {
    verify: ledgerVerifyCommand,
    tail: ledgerTailCommand,
    prove: ledgerProveCommand,
    replay: ledgerReplayCommand,
    export: ledgerExportCommand,
    erase: ledgerEraseCommand,
    rotate: ledgerRotateCommand,
    witness: ledgerWitnessCommand,
  },
  docs: { brief: "Verify and read the ledger" },
});

const task = buildRouteMap({
  routes: { draft: taskDraftCommand },
  docs: { brief: "Draft a task from what a run was refused" },
});

const service = buildRouteMap({
  routes: {
    install: serviceInstallCommand,
    uninstall: serviceUninstallCommand,
    status: serviceStatusCommand,
  },
  docs: { brief: "Run the governor as a service of systemd" },
});

const protect = buildRouteMap({
  routes: { add: protectAddCommand, list: protectListCommand, remove: protectRemoveCommand },
  docs: { brief: "Enrol what must never leave" },
});

const drift = buildRouteMap({
  routes: {
    show: driftShowCommand,
    audit: driftAuditCommand,
    baseline: driftBaselineCommand,
    detect: driftDetectCommand,
  },
  defaultCommand: "show",
  docs: { brief: "Find lasting moves of what is measured" },
});

const root = buildRouteMap({
  routes: {
    init: initCommand,
    doctor: doctorCommand,
    status: statusCommand,
    check: checkCommand,
    run: runCommand,
    submit: submitCommand,
    serve: serveCommand,
    service,
    ps: psCommand,
    logs: logsCommand,
    wait: waitCommand,
    cancel: cancelCommand,
    halt: haltCommand,
    offline: offlineCommand,
    lift: liftCommand,
    explain: explainCommand,
    appeal: appealCommand,
    scan: scanCommand,
    measure: measureCommand,
    metrics: metricsCommand,
    report: reportCommand,
    drift,
    challenge: challengeCommand,
    protect,
    task,
    spec,
    ledger,
  },
  docs: ROOT_DOCS,
});

/** The whole command line. */
export function application(version: string): Application<CliContext> {
  return buildWrit(root, version);
}
