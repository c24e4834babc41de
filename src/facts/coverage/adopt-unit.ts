// The drop-in that would run a unit's commands under a writ (systemd.unit(5)): prefixes, variables and quoting stay as they
// stand, by putting words in between. Writes nothing.
import { type ExecCommand, execLine } from "./exec-line.ts";
import { type Adopted, type Caller, uncopied } from "./scheduled-command.ts";
import { taskName } from "./task-name.ts";
import { lastOf, listOf, type UnitFile } from "./unit-file.ts";

/** The settings that start commands, in the order they run. */
export const EXEC_KEYS = ["ExecStartPre", "ExecStart", "ExecStartPost"] as const;

/** Types whose process speaks to systemd itself, which a task cannot. */
const SPEAKING: ReadonlySet<string> = new Set(["notify", "notify-reload", "dbus", "forking"]);

/** The drop-in for `unit` in `folder`. `around` tells whether a command goes around Writ. */
export function adoptUnit(
  unit: UnitFile,
  folder: string,
  { caller, around }: { readonly caller: Caller; readonly around: (command: ExecCommand) => boolean },
): Adopted {
  const type = lastOf(unit, "Service", "Type") ?? "simple";
  if (SPEAKING.has(type)) return { none: `Type=${type} speaks to systemd, which a task cannot` };
  if (lastOf(unit, "Service", "EnvironmentFile") !== null) {
    return { none: "EnvironmentFile= says its variables; name them in a task file: writ run FILE" };
  }
  const lines: string[] = [];
  for (const key of EXEC_KEYS) {
    const settings = listOf(unit, "Service", key);
    const values: string[] = [];
    for (const { value } of settings) {
      const changed = adoptValue(value, unit, caller, around);
      if (typeof changed !== "string") return changed;
      values.push(changed);
    }
    if (values.every((value, index) => value === settings[index]?.value)) continue;
    lines.push(`${key}=`, ...values.map((value) => `${key}=${value}`));
  }
  const path = `${folder}/${unit.name}.d/writ.conf`;
  return { path, replaces: null, lines: ["[Service]", ...folderLine(unit), ...lines] };
}

/** A unit starts in `/`, or a user's in the home folder, which no task is shown whole: in its program's folder instead. */
function folderLine(unit: UnitFile): readonly string[] {
  if (lastOf(unit, "Service", "WorkingDirectory") !== null) return [];
  const program = execLine(listOf(unit, "Service", "ExecStart")[0]?.value ?? "")?.[0]?.words[0]?.text ?? "";
  const folder = /^((?:\/|%h\/)[\w./@:%+-]*)\/[^/]+$/.exec(program)?.[1];
  return [`WorkingDirectory=${folder ?? "/usr"}`];
}

function adoptValue(
  value: string,
  unit: UnitFile,
  caller: Caller,
  around: (command: ExecCommand) => boolean,
): string | { readonly none: string } {
  const none = uncopied(value);
  if (none !== null) return { none };
  const commands = execLine(value);
  if (commands === null) return { none: "its quoting cannot be read" };
  const names = variableNames(unit);
  let changed = "";
  let done = 0;
  for (const command of commands.filter((each) => around(each))) {
    const { prefixes, start, words } = command;
    if (prefixes.includes("@")) return { none: "`@` gives it another name than its file's" };
    if (prefixes.includes(":") && names.length > 0)
      return { none: "`:` keeps its variables from being passed on" };
    const passed = names.length === 0 ? "" : `env ${names.map((name) => `${name}=\${${name}}`).join(" ")} `;
    changed += `${value.slice(done, start)}${callOf(words[0]?.text ?? "", caller, prefixes)}${passed}`;
    done = start;
  }
  return changed + value.slice(done);
}

function callOf(program: string, caller: Caller, prefixes: string): string {
  const home = caller.home === null ? [] : ["--home", caller.home];
  const words = [...caller.program, "run", ...home, "--name", taskName(program), "--"];
  return `${words.map((word) => quoted(word, !prefixes.includes(":"))).join(" ")} `;
}

/** The names that Environment= sets (systemd.exec(5)), without the one that names a home of Writ. */
function variableNames(unit: UnitFile): readonly string[] {
  const names = listOf(unit, "Service", "Environment").flatMap(({ value }) =>
    (execLine(value) ?? []).flatMap(({ words }) => words.map(({ text }) => text.split("=")[0] ?? "")),
  );
  return [...new Set(names)].filter(
    (name) => /^[A-Za-z_]\w*$/.test(name) && name !== "WRIT_HOME" && name !== "PATH",
  );
}

/** One word of a unit's command line. */
function quoted(word: string, expands: boolean): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", expands ? "$$$$" : "$");
  if (/^[A-Za-z0-9_./:@%+,=$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
