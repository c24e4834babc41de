// The commands of this machine's crontabs: /etc/crontab, /etc/cron.d and the users' own. Judges each and changes none.

import type { Accounts } from "./accounts.ts";
import { adoptCron } from "./adopt-cron.ts";
import type { BoundedReader } from "./bounded-reader.ts";
import { type CronEntry, cronFile, cronShellText } from "./cron-file.ts";
import { judgeLine } from "./judge-command.ts";
import type { Adopted, Caller, ScheduledCommand } from "./scheduled-command.ts";
import { inSearchPath, isWritProgram } from "./writ-program.ts";

/** What cron's shell starts with when a crontab says nothing (crontab(5)). */
const CRON_PATH = "/usr/bin:/bin";

/** Names that no cron takes for a crontab: hidden ones, backups, what package managers leave. */
const PASSED_OVER = /^[.#]|~$|\.(?:dpkg-[a-z]+|rpmsave|rpmorig|rpmnew|cfsaved|swp|bak)$/;

/** Where users' crontabs lie: Debian's cron, and cronie. */
const SPOOLS = ["/var/spool/cron/crontabs", "/var/spool/cron"] as const;

/** What the look at crontabs takes. */
export interface CronLook {
  readonly accounts: Accounts;
  readonly caller: Caller;
  /** The Writ home that this is told for; null: any. */
  readonly home: string | null;
}

/** Every command of every crontab that can be read, file by file. */
export function cronCommands(reader: BoundedReader, look: CronLook): readonly ScheduledCommand[] {
  const system = reader.names("/etc/cron.d").filter((name) => !PASSED_OVER.test(name));
  const found = [
    ...fileCommands(reader, look, "/etc/crontab", null),
    ...system.flatMap((name) => fileCommands(reader, look, `/etc/cron.d/${name}`, null)),
  ];
  for (const spool of SPOOLS) {
    for (const name of reader.names(spool)) {
      if (name === "crontabs" || PASSED_OVER.test(name)) continue;
      found.push(...fileCommands(reader, look, `${spool}/${name}`, name));
    }
  }
  return found;
}

function fileCommands(
  reader: BoundedReader,
  look: CronLook,
  path: string,
  user: string | null,
): readonly ScheduledCommand[] {
  const text = reader.text(path);
  if (text === null) return [];
  const found = new Map<string, boolean>();
  const finds = (searchPath: string): boolean => {
    const known = found.get(searchPath) ?? findsWrit(reader.root, searchPath);
    found.set(searchPath, known);
    return known;
  };
  const { entries, unread } = cronFile(text, user);
  for (const line of unread) reader.miss(`${path}:${line}`, "it is no line of a crontab");
  return entries.map((entry) => commandOf(entry, { root: reader.root, look, path, finds }));
}

/** Whether writ, and the node that its first line asks for, are found in `searchPath`. */
function findsWrit(root: string, searchPath: string): boolean {
  const writ = inSearchPath(root, searchPath, "writ");
  return writ !== null && isWritProgram(root, writ) && inSearchPath(root, searchPath, "node") !== null;
}

interface CrontabLook {
  readonly root: string;
  readonly look: CronLook;
  readonly path: string;
  readonly finds: (searchPath: string) => boolean;
}

function commandOf(entry: CronEntry, { root, look, path, finds }: CrontabLook): ScheduledCommand {
  const searchPath = entry.variables.get("PATH") ?? CRON_PATH;
  const raw = entry.text.slice(entry.start);
  const judged = judgeLine(cronShellText(raw).text, {
    root,
    searchPath,
    accountHome: look.accounts.byName(entry.user)?.home ?? null,
    home: look.home,
    homeVariable: entry.variables.get("WRIT_HOME") ?? null,
  });
  const adopt = (): Adopted =>
    adoptCron(entry, judged, { path, caller: look.caller, found: finds(searchPath) });
  return {
    kind: "cron",
    place: `${path}:${entry.line}`,
    user: entry.user,
    command: raw,
    around: judged.around,
    shipped: false,
    adopted: judged.around === null ? null : adopt(),
  };
}
