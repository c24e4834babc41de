// Wraps a command so that an operating error becomes its two lines and its exit code. Broken invariants pass through
// to main: they are Writ's own fault and never handled here.
import { WritError } from "../stdx/writ-error.ts";
import type { CliContext } from "./context.ts";
import { exitOfError } from "./exit-codes.ts";
import { homeInHint } from "./home-in-hint.ts";
import { note } from "./output.ts";

type Command<Flags, Args extends readonly (string | undefined)[]> = (
  this: CliContext,
  flags: Flags,
  ...args: Args
) => Promise<number>;

/**
 * A command function for the command-line library: sets the exit code that `command` returns, and prints a `WritError`
 * as `writ: error:` and `writ: hint:`.
 */
export function guarded<Flags, Args extends readonly (string | undefined)[]>(
  command: Command<Flags, Args>,
  exitOf: (error: unknown) => number = exitOfError,
): (this: CliContext, flags: Flags, ...args: Args) => Promise<void> {
  return async function run(this: CliContext, flags: Flags, ...args: Args): Promise<void> {
    try {
      this.process.exitCode = await command.call(this, flags, ...args);
    } catch (error) {
      if (!(error instanceof WritError)) throw error;
      note(this, "error", error.message);
      for (const detail of furtherLines(error)) note(this, "note", detail);
      note(this, "hint", homeInHint(error.hint, homeOf(flags)));
      this.process.exitCode = exitOf(error);
    }
  };
}

function homeOf(flags: unknown): string | undefined {
  const named = typeof flags === "object" && flags !== null && "home" in flags ? flags.home : undefined;
  return typeof named === "string" ? named : undefined;
}

// Of a file with several errors the message names the first; `cause` lists all of them.
function furtherLines({ cause }: WritError): readonly string[] {
  return Array.isArray(cause)
    ? cause.filter((line): line is string => typeof line === "string").slice(1)
    : [];
}
