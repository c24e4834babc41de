// Whether a command goes through Writ: its program is Writ's own and it runs or submits. Judged by what starts, never by a
// word among the arguments; what cannot be told counts as going around.
import { resolve } from "node:path";
import type { ShellWord, SimpleCommand } from "./shell-line.ts";
import { shellLine } from "./shell-line.ts";
import { wrapped } from "./wrappers.ts";
import { inSearchPath, isWritProgram } from "./writ-program.ts";

/** Where a command would be started. */
export interface Surroundings {
  readonly root: string;
  /** As in PATH. */
  readonly searchPath: string;
  /** The home folder of the account it runs as; null: not known. */
  readonly accountHome: string | null;
  /** The Writ home that coverage is told for; null: any. */
  readonly home: string | null;
  /** WRIT_HOME as its surroundings set it, or null. */
  readonly homeVariable: string | null;
}

/** Why a command does not go through Writ; null: it does. */
type Why = string | null;

/** A simple command. */
export interface Judged {
  /** It does no work of its own, such as `cd`. */
  readonly idle: boolean;
  readonly around: Why;
  /** It calls Writ, in a way that governs nothing: `around` says why. */
  readonly own: boolean;
  /** The word that starts what does the work. */
  readonly at: number;
  /** The first wrapper that sets variables, as a task inherits none; null: there is none. */
  readonly enclose: number | null;
}

/** A whole line; `around` of the first command that has one. `judged` stands beside the commands of the line. */
export interface JudgedLine {
  readonly around: Why;
  readonly commands: readonly SimpleCommand[];
  readonly judged: readonly Judged[];
}

/** `sh -c` in `sh -c` and no deeper. */
const NESTED_MAX = 4;

/** Builtins and programs that change nothing beyond their own shell and its output. */
const IDLE: ReadonlySet<string> = new Set(
  ": [ cd echo exit export false printf sleep test true ulimit umask wait".split(" "),
);

/** A shell line goes through Writ when each of its commands does or does no work, and at least one does. */
export function judgeLine(text: string, around: Surroundings, depth = 0): JudgedLine {
  const { commands, unread } = shellLine(text);
  if (unread !== null) return { around: unread, commands: [], judged: [] };
  const judged = commands.map((command) => judgeSimple(command, around, depth));
  const first = judged.find(({ around: why }) => why !== null);
  const works = judged.some(({ idle }) => !idle);
  return { around: first?.around ?? (works ? null : "it runs nothing"), commands, judged };
}

/** One command of a unit, which no shell reads: `true` is a program there like any other. */
export function judgeWords(words: readonly ShellWord[], around: Surroundings): Judged {
  const judged = judgeSimple({ assignments: [], words }, around, 0);
  return judged.idle ? { ...judged, idle: false, around: FOREIGN } : judged;
}

function judgeSimple({ assignments, words }: SimpleCommand, outer: Surroundings, depth: number): Judged {
  const around = withAssignments(outer, assignments);
  let at = 0;
  let enclose: number | null = null;
  const done = (why: Why): Judged => ({ idle: false, around: why, own: false, at, enclose });
  for (;;) {
    const rest = words.slice(at);
    const program = rest[0];
    if (program === undefined) return { ...done(null), idle: true };
    const path = programPath(program, around);
    if (path === null) return done("its program is computed");
    const name = path.split("/").at(-1) ?? "";
    if (!path.includes("/") && IDLE.has(name)) return { ...done(null), idle: true };
    const inner = wrapped(name, rest);
    if (inner === undefined) {
      const why = notWrit(rest, path, around);
      return { ...done(why), own: why !== null && why !== FOREIGN };
    }
    if (inner === null) return done(`what ${name} starts cannot be told`);
    if ("line" in inner) return done(nested(inner.line, around, depth));
    if (name === "env") enclose ??= at;
    const set = rest.slice(1, inner.index).some(({ text }) => text.startsWith("WRIT_HOME="));
    if (name === "env" && set) return { ...done("env names another home"), own: true };
    at += inner.index;
  }
}

const FOREIGN = "it does not start with writ";

function nested(line: ShellWord, around: Surroundings, depth: number): Why {
  if (!line.fixed) return "the line of its shell is computed";
  if (depth >= NESTED_MAX) return "its shells are nested too deep";
  return judgeLine(line.text, around, depth + 1).around;
}

function withAssignments(around: Surroundings, assignments: readonly ShellWord[]): Surroundings {
  let changed = around;
  for (const { text, fixed } of assignments) {
    const value = fixed ? text.slice(text.indexOf("=") + 1) : "";
    if (text.startsWith("PATH=")) changed = { ...changed, searchPath: value };
    if (text.startsWith("WRIT_HOME=")) changed = { ...changed, homeVariable: fixed ? value : "(computed)" };
  }
  return changed;
}

/** The program as a path or a bare name; null where an expansion decides it. `~` and `$HOME` are the account's own. */
function programPath({ text, fixed }: ShellWord, { accountHome }: Surroundings): string | null {
  if (fixed) return text;
  const below = /^(?:~|\$HOME|\$\{HOME\})(\/[^$*?[]*)$/.exec(text)?.[1];
  return below === undefined || accountHome === null ? null : `${accountHome}${below}`;
}

function notWrit(words: readonly ShellWord[], path: string, around: Surroundings): Why {
  const name = path.split("/").at(-1) ?? "";
  if (name === "npx") return npx(words, around);
  if (name === "node") {
    const script = words[1] === undefined ? null : programPath(words[1], around);
    if (script === null || !script.endsWith("/writ.js")) return FOREIGN;
    return writAt(script, words.slice(2), around);
  }
  if (name !== "writ" && name !== "writ.js") return FOREIGN;
  if (path.includes("/")) return writAt(path, words.slice(1), around);
  const found = inSearchPath(around.root, around.searchPath, name);
  if (found === null) return `${name} is not in its PATH`;
  return writAt(found, words.slice(1), around);
}

/** `npx writ`: what npx finds depends on the working folder, so it is believed. npx(1). */
function npx(words: readonly ShellWord[], around: Surroundings): Why {
  const first = words.findIndex(({ text }, index) => index > 0 && !NPX_PLAIN.has(text));
  if (words[first]?.text !== "writ") return FOREIGN;
  return subcommand(words.slice(first + 1), around);
}

const NPX_PLAIN: ReadonlySet<string> = new Set([
  "-y",
  "--yes",
  "--no",
  "--no-install",
  "-q",
  "--quiet",
  "--",
]);

function writAt(path: string, words: readonly ShellWord[], around: Surroundings): Why {
  if (!path.startsWith("/")) return "writ is named by a relative path";
  if (!isWritProgram(around.root, path)) return "what it calls writ is not Writ's own program";
  return subcommand(words, around);
}

function subcommand(words: readonly ShellWord[], around: Surroundings): Why {
  const [command, ...rest] = words;
  if (command?.fixed !== true || (command.text !== "run" && command.text !== "submit")) {
    return "writ is called for something else than run or submit";
  }
  const named = homeFlag(rest) ?? around.homeVariable;
  if (named === null || around.home === null) return null;
  return resolve("/", named) === around.home ? null : "it goes to another home";
}

/** What `--home` names before `--`; null: it is not there. */
function homeFlag(words: readonly ShellWord[]): string | null {
  for (const [index, { text }] of words.entries()) {
    if (text === "--") return null;
    if (text === "--home") return words[index + 1]?.text ?? "";
    if (text.startsWith("--home=")) return text.slice("--home=".length);
  }
  return null;
}
