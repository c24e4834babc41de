// Reads a crontab (crontab(5) of Debian's cron and of cronie): entries with what surrounds them. Judges nothing.

/** One entry; `line` as it stands in the file, from 1. */
export interface CronEntry {
  readonly line: number;
  /** The whole line. */
  readonly text: string;
  /** Five fields, or `@daily` and the like. */
  readonly schedule: string;
  readonly user: string;
  /** Where the command starts in `text`. */
  readonly start: number;
  /** The variables that stand above it in the file, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

/** What a crontab says; `unread`: numbers of lines that are none of what crontab(5) knows. */
export interface CronFile {
  readonly entries: readonly CronEntry[];
  readonly unread: readonly number[];
}

/** Lines of one file that are looked at. */
const LINES_MAX = 10_000;

/** `user`: whose crontab it is; null: a system crontab, with a column for the user. */
export function cronFile(text: string, user: string | null): CronFile {
  const entries: CronEntry[] = [];
  const unread: number[] = [];
  let variables: ReadonlyMap<string, string> = new Map();
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (index >= LINES_MAX) {
      unread.push(index + 1);
      break;
    }
    if (/^\s*(?:#|$)/.test(line)) continue;
    const set = /^\s*("[^"]*"|'[^']*'|[A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (set !== null) {
      variables = new Map([...variables, [unquoted(set[1] ?? ""), unquoted(set[2] ?? "")]]);
      continue;
    }
    const entry = entryOf(line, user);
    if (entry === null) unread.push(index + 1);
    else entries.push({ ...entry, line: index + 1, text: line, variables });
  }
  return { entries, unread };
}

const NICKNAME = String.raw`@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly|every_minute|\d+)`;
const FIELD = String.raw`-?[\d*][\w*/,~-]*`;
const NAMED = String.raw`[\w*][\w*/,~-]*`;
const WHEN = new RegExp(
  String.raw`^\s*(${NICKNAME}|${FIELD}\s+${FIELD}\s+${NAMED}\s+${NAMED}\s+${NAMED})\s+`,
);

function entryOf(line: string, user: string | null): Pick<CronEntry, "schedule" | "user" | "start"> | null {
  const when = WHEN.exec(line);
  if (when === null) return null;
  const schedule = (when[1] ?? "").replaceAll(/\s+/g, " ");
  if (user !== null) return line.length > when[0].length ? { schedule, user, start: when[0].length } : null;
  const column = /^(\S+)\s+(?=\S)/.exec(line.slice(when[0].length));
  if (column === null) return null;
  return { schedule, user: column[1] ?? "", start: when[0].length + column[0].length };
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}

/**
 * What cron hands to the shell of an entry's command, and where each character of it stands in `raw`: `\%` is a percent
 * sign, and the first one without a backslash ends the line; what follows is standard input (crontab(5)).
 */
export function cronShellText(raw: string): {
  readonly text: string;
  readonly offsets: readonly number[];
  readonly end: number;
} {
  let text = "";
  const offsets: number[] = [];
  let at = 0;
  for (; at < raw.length && raw[at] !== "%"; at++) {
    offsets.push(at);
    if (raw[at] === "\\" && raw[at + 1] === "%") {
      text += "%";
      at++;
    } else if (raw[at] === "\\" && at + 1 < raw.length) {
      text += raw.slice(at, at + 2);
      at++;
      offsets.push(at);
    } else text += raw[at] ?? "";
  }
  return { text, offsets: [...offsets, at], end: at };
}
