// One command that this machine starts by itself, and what is told of it. Finds none.

export interface ScheduledCommand {
  readonly kind: "cron" | "timer";
  /** The file and line of a crontab, or the timer and the unit that it starts. */
  readonly place: string;
  /** Whom it runs as; null: not said. */
  readonly user: string | null;
  /** As its file has it. Somebody else's words: escape them where they are shown. */
  readonly command: string;
  /** Why it does not go through Writ; null: it does. */
  readonly around: string | null;
  /** It came with the system (/usr/lib/systemd): told, and not counted in the share. */
  readonly shipped: boolean;
  /** What would bring it in; null: it goes through Writ. */
  readonly adopted: Adopted | null;
}

/** A changed text and the file it belongs into, or why there is none. `lines` stand in the place of one crontab line. */
export type Adopted =
  | { readonly path: string; readonly replaces: number | null; readonly lines: readonly string[] }
  | { readonly none: string };

/** How adopted lines call Writ. */
export interface Caller {
  /** The words that start Writ where no PATH finds it: of Node and of bin/writ.js. */
  readonly program: readonly string[];
  /** `--home` of those lines; null: each account's own. */
  readonly home: string | null;
}

/** UTF-16 units of a line that is changed; no cron of old takes a command over a thousand. */
const LINE_MAX = 4096;

/** Why a line like `text` cannot be printed to be copied, or null. */
export function uncopied(text: string): string | null {
  if (text.length > LINE_MAX) return `its line is over ${LINE_MAX} characters`;
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(text.replaceAll("\t", " ")) ? "its line has control characters" : null;
}
