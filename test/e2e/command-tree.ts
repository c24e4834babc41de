// Every command of the command line with its flags and positional arguments, walked out of the tree that the command
// line is built from: a new command or flag is seen by the tests without being told to them.
import { application } from "../../src/cli/application.ts";

export interface ListedCommand {
  /** As typed: `["spec", "check"]`. */
  readonly path: readonly string[];
  /** As typed: `--status-fd`. */
  readonly flags: readonly string[];
  /** Placeholders of the positional arguments. */
  readonly positional: readonly string[];
}

type Target = ReturnType<typeof application>["root"];

/** Every command, in the order of the help. */
export function listCommands(): readonly ListedCommand[] {
  return walk(application("0").root, []);
}

function walk(target: Target, path: readonly string[]): readonly ListedCommand[] {
  if ("getAllEntries" in target) {
    return target.getAllEntries().flatMap((entry) => walk(entry.target, [...path, entry.name.original]));
  }
  const { flags = {}, positional } = target.parameters;
  const names = Object.keys(flags).map(
    (name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  const listed =
    positional === undefined
      ? []
      : positional.kind === "tuple"
        ? positional.parameters
        : [positional.parameter];
  return [{ path, flags: names, positional: listed.map(({ placeholder }) => placeholder ?? "") }];
}
