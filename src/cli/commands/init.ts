// `writ init`: makes the home, its key and its first adopted spec. Asks nothing; never touches an existing home.
import { readFileSync } from "node:fs";
import { buildCommand, type Command } from "@stricli/core";
import { escapeUntrusted } from "../../stdx/escape.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, optionalText } from "../flags.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { json, line } from "../output.ts";

interface Flags extends CommonFlags {
  readonly spec: string | undefined;
}

async function init(this: CliContext, flags: Flags): Promise<number> {
  const path = homePath(this, flags.home);
  const { initHome } = await import("../../governor/init-home.ts");
  const made = await initHome({ path, spec: flags.spec === undefined ? null : specFile(flags.spec) });
  if (flags.format === "json") json(this, "writ.init/1", { ...made });
  else {
    line(this, `home    ${made.path}`);
    line(this, `node    ${made.node}`);
    line(this, `spec    ${made.spec_path}  (sha256 ${made.spec_hash})`);
    for (const chosen of made.chosen) line(this, `chosen  ${chosen}`);
    line(this, "next    writ doctor, then writ run -- COMMAND");
  }
  return EXIT.done;
}

function specFile(file: string): { readonly bytes: Uint8Array; readonly source: string } {
  const source = escapeUntrusted(file);
  try {
    return { bytes: readFileSync(file), source };
  } catch (cause) {
    throw new WritError("WRIT_FILE_UNREADABLE", `spec file \`${source}\` cannot be read`, {
      hint: "writ init  # without --spec: fits the example spec to this machine",
      cause,
    });
  }
}

export const initCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(init),
  parameters: {
    flags: { home, format, spec: optionalText("Adopt this spec instead of the fitted example", "FILE") },
  },
  docs: {
    brief: "Make a home: its key, and a first spec fitted to this machine",
    fullDescription:
      "Makes the home folder, the node's signing key and a ledger, and adopts the example spec fitted to this machine\n" +
      "(memory, sensors, pressure figures, your user), or the spec you name. Asks nothing. An existing home is never touched.",
  },
});
