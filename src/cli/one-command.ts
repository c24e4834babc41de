// The short way to a command that the first word names: only its own file is loaded, so that starting stays cheap. The
// same definitions as in application.ts, never others.
import { type Application, buildRouteMap, type Command } from "@stricli/core";
import { buildWrit, ROOT_DOCS } from "./build-writ.ts";
import type { CliContext } from "./context.ts";

const LOADERS: Readonly<Record<string, () => Promise<Command<CliContext>>>> = {
  init: async () => (await import("./commands/init.ts")).initCommand,
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand,
  status: async () => (await import("./commands/status.ts")).statusCommand,
  check: async () => (await import("./commands/check.ts")).checkCommand,
  run: async () => (await import("./commands/run.ts")).runCommand,
  submit: async () => (await import("./commands/submit.ts")).submitCommand,
  serve: async () => (await import("./commands/serve.ts")).serveCommand,
  ps: async () => (await import("./commands/ps.ts")).psCommand,
  logs: async () => (await import("./commands/logs.ts")).logsCommand,
  wait: async () => (await import("./commands/wait.ts")).waitCommand,
  cancel: async () => (await import("./commands/cancel.ts")).cancelCommand,
  halt: async () => (await import("./commands/narrow.ts")).haltCommand,
  lift: async () => (await import("./commands/lift.ts")).liftCommand,
  offline: async () => (await import("./commands/narrow.ts")).offlineCommand,
  explain: async () => (await import("./commands/explain.ts")).explainCommand,
  report: async () => (await import("./commands/report.ts")).reportCommand,
  measure: async () => (await import("./commands/measure.ts")).measureCommand,
  appeal: async () => (await import("./commands/appeal.ts")).appealCommand,
  scan: async () => (await import("./commands/scan.ts")).scanCommand,
  challenge: async () => (await import("./commands/challenge.ts")).challengeCommand,
};

/**
 * The command line with nothing but the command `word` names; with any one of them for `--version`, which asks for none.
 * null: the word is no command of the first level, so the whole tree is needed.
 */
export async function oneCommand(
  word: string | undefined,
  version: string,
): Promise<Application<CliContext> | null> {
  const name = word === "--version" || word === "-v" ? "status" : (word ?? "");
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  if (load === undefined) return null;
  return buildWrit(buildRouteMap({ routes: { [name]: await load() }, docs: ROOT_DOCS }), version);
}
