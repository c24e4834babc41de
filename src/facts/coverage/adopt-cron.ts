// The changed line of a crontab that would run its command under a writ: schedule, user, quoting and standard input stay as
// they stand, by putting words in between. Writes nothing.
import { shellQuote } from "../../stdx/shell-quote.ts";
import { type CronEntry, cronShellText } from "./cron-file.ts";
import type { Judged, JudgedLine } from "./judge-command.ts";
import { type Adopted, type Caller, uncopied } from "./scheduled-command.ts";
import type { SimpleCommand } from "./shell-line.ts";
import { taskName } from "./task-name.ts";

/** What cron itself reads or sets; a command's own variables are all others (crontab(5)). */
const CRONS_OWN: ReadonlySet<string> = new Set(
  "PATH SHELL HOME LOGNAME USER MAILTO MAILFROM CRON_TZ CONTENT_TYPE CONTENT_TRANSFER_ENCODING RANDOM_DELAY START_HOURS_RANGE WRIT_HOME".split(
    " ",
  ),
);

/** The line that takes the place of `entry`'s in `path`. `found`: whether writ and node are in the PATH of its lines. */
export function adoptCron(
  entry: CronEntry,
  judged: JudgedLine,
  { path, caller, found }: { readonly path: string; readonly caller: Caller; readonly found: boolean },
): Adopted {
  const own = judged.judged.find(({ around, own: writs }) => around !== null && writs);
  if (own !== undefined) return { none: `it calls writ already, and ${own.around}` };
  const none = uncopied(entry.text);
  if (none !== null) return { none };
  const raw = entry.text.slice(entry.start);
  const { text, offsets, end } = cronShellText(raw);
  const program = (found ? ["writ"] : caller.program).map((word) => quoted(word)).join(" ");
  const at = caller.home === null ? "" : ` --home ${quoted(caller.home)}`;
  const variables = [...entry.variables.keys()].filter((name) => /^\w+$/.test(name) && !CRONS_OWN.has(name));
  const passed = variables.map((name) => `${name}="$${name}"`).join(" ");
  const call = (word: string): string => `${program} run${at} --name ${taskName(word)} -- `;
  const changed =
    judged.commands.length === 0
      ? whole(raw.slice(0, end), shellOf(entry), call, passed) + raw.slice(end)
      : inserted(raw, insertions(judged, { text, call, passed }), offsets);
  const folder = folderOf(judged);
  const into = folder === null ? "" : `cd ${quoted(folder)} && `;
  return { path, replaces: entry.line, lines: [entry.text.slice(0, entry.start) + into + changed] };
}

/**
 * Where to go first, as cron starts in the account's home folder, which no task is shown whole: to the program's own folder,
 * or for bare names to one that holds nobody's work. null: the line goes somewhere itself, or has a program that a folder
 * decides.
 */
function folderOf({ commands, judged }: JudgedLine): string | null {
  if (commands.length === 0 || commands.some(({ words }) => words[0]?.text === "cd")) return null;
  const programs = commands.flatMap(({ words }, index) => {
    const verdict = judged[index];
    const program = verdict === undefined || verdict.around === null ? undefined : words[verdict.at];
    return program === undefined ? [] : [program];
  });
  const decided = programs.every(({ text, fixed }) => fixed && (text.startsWith("/") || !text.includes("/")));
  const named = programs.find(({ text }) => text.startsWith("/"))?.text;
  if (!decided) return null;
  return (named === undefined ? "" : named.slice(0, named.lastIndexOf("/"))) || "/usr";
}

/** The whole command as one argument of a shell, where its own commands cannot be told apart. */
function whole(raw: string, shell: string, call: (word: string) => string, passed: string): string {
  const env = passed === "" ? "" : `env ${passed} `;
  return `${call(shell)}${env}${shell} -c '${raw.replaceAll("'", String.raw`'\''`)}'`;
}

function shellOf({ variables }: CronEntry): string {
  const shell = variables.get("SHELL") ?? "sh";
  return /^\/[\w/.-]+$/.test(shell) ? shell : "sh";
}

interface Insertion {
  readonly at: number;
  readonly words: string;
}

function insertions(
  judged: JudgedLine,
  {
    text,
    call,
    passed,
  }: { readonly text: string; readonly call: (word: string) => string; readonly passed: string },
): readonly Insertion[] {
  return judged.commands.flatMap((command, index) => {
    const verdict = judged.judged[index];
    if (verdict === undefined || verdict.around === null) return [];
    const { at, assigned } = whereToCall(command, verdict);
    const words = command.words[verdict.at]?.text ?? text;
    const env = [assigned ? "" : null, passed === "" ? null : passed].filter((part) => part !== null);
    const prefix = env.length === 0 ? "" : `env ${passed === "" ? "" : `${passed} `}`;
    return [{ at, words: `${call(words)}${prefix}` }];
  });
}

/** Before what sets variables for the command, as a task inherits none; else before the command, inside its wrappers. */
function whereToCall(
  { assignments, words }: SimpleCommand,
  { enclose, at }: Judged,
): { readonly at: number; readonly assigned: boolean } {
  const first = assignments[0];
  if (first !== undefined) return { at: first.start, assigned: true };
  return { at: words[enclose ?? at]?.start ?? 0, assigned: false };
}

/** `raw` with words put in; cron reads a percent sign in them as its own, so they are written with a backslash. */
function inserted(raw: string, all: readonly Insertion[], offsets: readonly number[]): string {
  let changed = "";
  let done = 0;
  for (const { at, words } of all) {
    const place = offsets[at] ?? raw.length;
    changed += raw.slice(done, place) + words;
    done = place;
  }
  return changed + raw.slice(done);
}

function quoted(word: string): string {
  return shellQuote(word).replaceAll("%", String.raw`\%`);
}
