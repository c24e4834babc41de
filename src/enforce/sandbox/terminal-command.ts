// How a task gets a terminal of its own: script(1) of util-linux makes one inside the sandbox and copies between it and the
// task's pipes. No descriptor of anybody's real terminal ever enters a sandbox. Text only; start-sandbox.ts runs it.
import { existsSync } from "node:fs";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { Terminal } from "../execution.ts";
import { CONTROL_FD } from "./launcher-scripts.ts";

/** script, the shell that follows changes of size, and the program by which it sets one. */
export const TERMINAL_PROCESSES = 3;

/** util-linux 2.35 or newer: that has `--echo`. */
const SCRIPT = "/usr/bin/script";

/**
 * The first program inside, as FIRST_SCRIPT of launcher-scripts.ts, for a task with a terminal: it leaves the descriptor of
 * the talk to a loop that takes `ROWS COLUMNS` lines, and becomes script(1), which makes the sandbox's first pseudo-terminal
 * and starts the task as the leader of a session on it. `$2` is the line of `terminalLine`.
 */
export const TERMINAL_SCRIPT: string = `echo ready >&${CONTROL_FD}
read -r word <&${CONTROL_FD} || exit 125
[ "$word" = go ] || exit 125
unset PWD OLDPWD
(while read -r rows columns; do stty -F /dev/pts/0 rows "$rows" cols "$columns"; done <&${CONTROL_FD} >/dev/null 2>&1 &)
exec ${CONTROL_FD}>&-
exec ${SCRIPT} --quiet --return --echo always --command "$2" /dev/null`;

/**
 * The shell line that starts `task` on a terminal of this size; every word of the task is quoted. Throws `WritError`
 * WRIT_LAUNCH_FAILED where there is no script(1).
 *
 * @example terminalLine({ rows: 24, columns: 80, name: "xterm", colour: null }, ["vi", "a b"]) // "stty rows 24 cols 80; exec vi 'a b'"
 */
export function terminalLine({ rows, columns }: Terminal, task: readonly string[]): string {
  if (!existsSync(SCRIPT)) {
    throw new WritError("WRIT_LAUNCH_FAILED", `no \`${SCRIPT}\` to make a terminal for the task`, {
      hint: "apt-get install bsdutils  # or run it through a pipe: writ run … | cat",
    });
  }
  return `stty rows ${rows} cols ${columns}; exec ${task.map((word) => shellQuote(word)).join(" ")}`;
}

/** What programs read of the kind of terminal they have. */
export function terminalVariables({ name, colour }: Terminal): Readonly<Record<string, string>> {
  return colour === null ? { TERM: name } : { TERM: name, COLORTERM: colour };
}
