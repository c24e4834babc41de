// The commands that timers of systemd start on this machine: enabled ones of the system and of users, read from their files.
// Judges each and changes none; a timer that was started by hand and not enabled is not seen.
import { adoptUnit, EXEC_KEYS } from "./adopt-unit.ts";
import type { BoundedReader } from "./bounded-reader.ts";
import type { CronLook } from "./cron-commands.ts";
import { type ExecCommand, execLine } from "./exec-line.ts";
import { type Judged, judgeWords, type Surroundings } from "./judge-command.ts";
import type { ScheduledCommand } from "./scheduled-command.ts";
import type { ShellWord } from "./shell-line.ts";
import { lastOf, listOf, type UnitFile, unitFile } from "./unit-file.ts";

/** Where units lie, first found first (systemd.unit(5), Unit File Load Path). */
const SYSTEM_FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/run/systemd/transient",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
] as const;

const USER_FOLDERS = [
  "/etc/systemd/user",
  "/run/systemd/user",
  "/usr/local/lib/systemd/user",
  "/usr/lib/systemd/user",
] as const;

/** What comes with the system. */
const SHIPPED = /^\/(?:usr\/)?lib\/systemd\//;

/** Where a bare name is looked for, whatever a unit says (systemd.service(5)). */
const EXEC_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Uids of people, as login.defs(5) has them by default; root too may have timers of its own. */
const PEOPLE = { from: 1000, to: 60_000 } as const;

interface Scope {
  /** Where its units lie. First folder: where a drop-in would be put. */
  readonly folders: readonly string[];
  /** Those of `folders` that say what is enabled for this scope alone. */
  readonly enabling: readonly string[];
  /** Whose manager it is; null: the system's, or every user's. */
  readonly user: string | null;
  readonly ofSystem: boolean;
}

/** Every command of every enabled timer whose files can be read. */
export function timerCommands(reader: BoundedReader, look: CronLook): readonly ScheduledCommand[] {
  const people = look.accounts.all.filter(({ uid }) => uid === 0 || (uid >= PEOPLE.from && uid <= PEOPLE.to));
  const scopes: readonly Scope[] = [
    { folders: SYSTEM_FOLDERS, enabling: SYSTEM_FOLDERS, user: null, ofSystem: true },
    { folders: USER_FOLDERS, enabling: USER_FOLDERS, user: null, ofSystem: false },
    ...people.map(({ name, home }) => {
      const own = [`${home}/.config/systemd/user`, `${home}/.local/share/systemd/user`];
      return { folders: [...own, ...USER_FOLDERS], enabling: own, user: name, ofSystem: false };
    }),
  ];
  return scopes.flatMap((scope) =>
    enabledTimers(reader, scope).flatMap((timer) => timerCommand(reader, look, scope, timer)),
  );
}

/** Names of timers that something wants: links in `*.wants` and `*.requires` folders, and transient ones. */
function enabledTimers(reader: BoundedReader, { enabling }: Scope): readonly string[] {
  const names = new Set<string>();
  for (const folder of enabling) {
    const listed = reader.names(folder);
    const wants = listed.filter((name) => /\.(?:wants|requires)$/.test(name));
    const wanted = wants.flatMap((want) => reader.names(`${folder}/${want}`));
    const transient = folder.endsWith("/transient") ? listed : [];
    for (const name of [...wanted, ...transient]) if (name.endsWith(".timer")) names.add(name);
  }
  return [...names].sort();
}

function timerCommand(
  reader: BoundedReader,
  look: CronLook,
  scope: Scope,
  name: string,
): readonly ScheduledCommand[] {
  const timer = unitFile(reader, scope.folders, name);
  if (timer === null) return [];
  const service = lastOf(timer, "Timer", "Unit") ?? name.replace(/\.timer$/, ".service");
  if (!service.endsWith(".service")) return [];
  const unit = unitFile(reader, scope.folders, service);
  if (unit === null) {
    reader.miss(service, `${name} starts it, and it has no unit file that can be read`);
    return [];
  }
  return unitCommands(reader, look, scope, { timer: name, unit });
}

function unitCommands(
  reader: BoundedReader,
  look: CronLook,
  scope: Scope,
  { timer, unit }: { readonly timer: string; readonly unit: UnitFile },
): readonly ScheduledCommand[] {
  const user = scope.ofSystem ? (lastOf(unit, "Service", "User") ?? "root") : scope.user;
  const around: Surroundings = {
    root: reader.root,
    searchPath: EXEC_PATH,
    accountHome: user === null ? null : (look.accounts.byName(user)?.home ?? null),
    home: look.home,
    homeVariable: environmentHome(unit),
  };
  const judge = (command: ExecCommand): Judged => judgeWords(programWords(command), around);
  const settings = EXEC_KEYS.flatMap((key) => listOf(unit, "Service", key));
  // One drop-in holds all of a unit's commands, so it is told once, with the first that goes around.
  let told = false;
  return settings.flatMap(({ value, path }): readonly ScheduledCommand[] => {
    const place = `${timer} starts ${unit.name}`;
    const shipped = SHIPPED.test(path);
    const common = { kind: "timer", place, user, command: value, shipped } as const;
    const commands = execLine(value);
    if (commands === null) {
      const why = "its quoting cannot be read";
      return [{ ...common, around: why, adopted: { none: why } }];
    }
    const judged = commands.map((command) => judge(command));
    const first = judged.find(({ around: why }) => why !== null);
    if (first === undefined || first.around === null) return [{ ...common, around: null, adopted: null }];
    if (first.own) {
      const none = `it calls writ already, and ${first.around}`;
      return [{ ...common, around: first.around, adopted: { none } }];
    }
    if (told) return [{ ...common, around: first.around, adopted: { none: "the drop-in above has it" } }];
    told = true;
    const goes = (command: ExecCommand): boolean => {
      const verdict = judge(command);
      return verdict.around !== null && !verdict.own;
    };
    const adopted = adoptUnit(unit, scope.folders[0] ?? "", { caller: look.caller, around: goes });
    return [{ ...common, around: first.around, adopted }];
  });
}

/** `@` puts the name that the program is given behind its path; `%h` is the account's home (systemd.unit(5)). */
function programWords({ prefixes, words }: ExecCommand): readonly ShellWord[] {
  const rest = prefixes.includes("@") ? [...words.slice(0, 1), ...words.slice(2)] : words;
  return rest.map((word) =>
    word.text.startsWith("%h/") ? { ...word, text: `~${word.text.slice(2)}` } : word,
  );
}

function environmentHome(unit: UnitFile): string | null {
  const values = listOf(unit, "Service", "Environment").flatMap(({ value }) =>
    (execLine(value) ?? []).flatMap(({ words }) => words.map(({ text }) => text)),
  );
  return values.findLast((text) => text.startsWith("WRIT_HOME="))?.slice("WRIT_HOME=".length) ?? null;
}
