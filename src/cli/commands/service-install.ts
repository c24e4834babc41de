// `writ service install`: prints the files that make the governor a service of systemd, and what is to be typed then. Writes
// them only with `--apply`, and starts nothing.
import { buildCommand, type Command } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { json, line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly pin: boolean;
  readonly apply: boolean;
}

async function install(this: CliContext, flags: Flags): Promise<number> {
  const service = await import("../../governor/service/service-files.ts");
  const { executorFile, MACHINE } = await import("../../governor/service/executor-file.ts");
  const home = flags.home ?? service.SERVICE_HOME;
  const executor = await executorFile(home, MACHINE);
  const parts = { pinned: flags.pin, executor: executor.ok ? executor.value.text : null };
  const files = service.serviceFiles(home, parts);
  const states = files.map((file) => service.fileState(file));
  if (flags.apply) service.writeServiceFiles(files);
  const next = service.serviceSteps(home, executor.ok);
  const missing = executor.ok ? null : executor.error;
  const left = executor.ok ? executor.value.left : [];
  if (flags.format === "json") {
    const told = files.map(({ path, text }, index) => ({ path, text, state: states[index] }));
    json(this, "writ.service-install/1", { home, written: flags.apply, files: told, missing, left, next });
    return EXIT.done;
  }
  for (const [index, { path, text }] of files.entries()) {
    line(this, `# ${path} (${text === null ? "not yet" : (states[index] ?? "")})`);
    for (const each of (text ?? "").trimEnd().split("\n")) line(this, each);
    if (text !== null) line(this, "");
  }
  line(this, "# then, as root");
  for (const each of next) line(this, each);
  for (const one of left) note(this, "note", `no tasks of the principal ${one}`);
  if (missing !== null) note(this, "note", `the executor's file cannot be said yet: ${missing.message}`);
  if (missing !== null) note(this, "hint", missing.hint);
  note(this, "note", flags.apply ? "the files were written; nothing was started" : "nothing was written");
  return EXIT.done;
}

export const serviceInstallCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(install),
  parameters: {
    flags: {
      home,
      format,
      pin: onFlag("Let every other home of this machine only play"),
      apply: onFlag("Write the files, as root"),
    },
  },
  docs: {
    brief: "Print, or with --apply write, the files of a systemd service",
    fullDescription:
      "Prints an account, the units of the executor (root) and of the governor (account writ), what root writes down of the\n" +
      "principals once the home is there, and with --pin the file that pins the home. Nothing is started.\n" +
      "Without --home the service's home is /var/lib/writ/home. docs/CLI.md says what it does not protect.",
  },
});
