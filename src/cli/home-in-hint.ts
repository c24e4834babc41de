// Puts the home that a command was given into the commands that a hint names, so that they speak of the same home.
import { shellQuote } from "../stdx/shell-quote.ts";

/** Commands of a hint that take `--home` and do not name one. */
const COMMANDS =
  /\bwrit (?:ledger (?:verify|tail)|spec (?:restore|adopt|sign|amend|confirm|withdraw|close|status|log)|task draft|protect (?:add|list)|lift (?:halted|offline)|appeal|status|doctor|check|run|explain)\b(?![^#,;]*--home)/g;

/**
 * `hint` with `--home` behind each such command. `home` is the flag as given; undefined: the default home, which needs
 * no naming.
 *
 * @example homeInHint("writ spec restore", "/my home") === "writ spec restore --home '/my home'"
 */
export function homeInHint(hint: string, home: string | undefined): string {
  if (home === undefined) return hint;
  return hint.replaceAll(COMMANDS, (command) => `${command} --home ${shellQuote(home)}`);
}
