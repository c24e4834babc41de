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
  const home = flags.home ?? service.SERVICE_HOME;
  const files = service.serviceFiles(home, flags.pin);
  const states = files.map((file) => service.fileState(file));
  if (flags.apply) service.writeServiceFiles(files);
  const next = service.serviceSteps(home);
  if (flags.format === "json") {
    const told = files.map((file, index) => ({ ...file, state: states[index] }));
    json(this, "writ.service-install/1", { home, written: flags.apply, files: told, next });
    return EXIT.done;
  }
  for (const [index, { path, text }] of files.entries()) {
    line(this, `# ${path} (${states[index] ?? ""})`);
    for (const each of text.trimEnd().split("\n")) line(this, each);
    line(this, "");
  }
  line(this, "# then, as root");
  for (const each of next) line(this, each);
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
      "Prints a user, a hardened unit that runs `writ serve` as uid writ, and with --pin the file that pins its home.\n" +
      "Nothing is started. Without --home the service's home is /var/lib/writ/home. docs/CLI.md says what it does not protect.",
  },
});
