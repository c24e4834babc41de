// Turns what a user named (a task file, or a command behind `--` with flags) into the input the governor parses. Reads
// the file and nothing else: the language is parsed by the governor alone.
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { TaskInput } from "../governor/governor.ts";
import { escapeUntrusted } from "../stdx/escape.ts";
import { WritError } from "../stdx/writ-error.ts";
import { type CommandTaskFlags, commandTaskText } from "../task/command-task.ts";
import type { CliContext } from "./context.ts";
import type { TaskFlags } from "./flags.ts";

/** Bytes; the bound of the task language (docs/SPEC.md). */
const TASK_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The task a command line names: `FILE`, what stands behind `--`, or a shipped profile. Throws WRIT_USAGE when it names none
 * or several, WRIT_FILE_UNREADABLE when the file cannot be read.
 */
export async function taskInput(
  context: CliContext,
  file: string | undefined,
  { profile, ...rest }: TaskFlags,
): Promise<TaskInput> {
  const command = context.behindDashes;
  const flags = commandFlags(rest);
  if (profile !== undefined && file === undefined) return fromProfile(context, profile, flags);
  if (command !== null && file === undefined) return fromCommand(context, command, flags);
  if (command === null && file !== undefined && profile === undefined) return fromFile(context, file, flags);
  throw new WritError(
    "WRIT_USAGE",
    command === null && file === undefined
      ? "no task given"
      : `a task file and a ${profile === undefined ? "command" : "profile"} were both given`,
    {
      hint: "writ run FILE, or writ run -- COMMAND [ARGUMENT...]",
    },
  );
}

/** The flags that describe a command behind `--`, apart from those every command takes. */
function commandFlags(flags: Omit<TaskFlags, "profile">): CommandTaskFlags {
  const { name, intent, read, write, call, secret, memory, cpu, time, processes, submits, recordNetwork } =
    flags;
  const record = recordNetwork ? true : undefined;
  const amounts = { memory, cpu, time, processes, submits };
  return { name, intent, read, write, call, secret, ...amounts, "record-network": record };
}

function fromCommand(context: CliContext, command: readonly string[], flags: CommandTaskFlags): TaskInput {
  if (command.length === 0) {
    throw new WritError("WRIT_USAGE", "no command stands behind `--`", {
      hint: "writ run -- COMMAND [ARGUMENT...]",
    });
  }
  return {
    text: commandTaskText(command, flags),
    source: "command line",
    directory: workingFolder(context),
    format: "json",
  };
}

async function fromProfile(
  context: CliContext,
  profile: string,
  flags: CommandTaskFlags,
): Promise<TaskInput> {
  // Only here, as it needs the YAML package.
  const { profileTaskText } = await import("../governor/profiles.ts");
  return {
    text: profileTaskText(profile, context.behindDashes ?? [], flags),
    source: "command line",
    directory: workingFolder(context),
    format: "json",
  };
}

function fromFile(context: CliContext, file: string, flags: CommandTaskFlags): TaskInput {
  const given = Object.entries(flags).find(
    ([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0),
  );
  if (given !== undefined) {
    throw new WritError(
      "WRIT_USAGE",
      `--${given[0]} belongs to a command behind \`--\`, not to a task file`,
      {
        hint: "write it into the file's `needs`",
      },
    );
  }
  return taskFileInput(context, file);
}

/** The task in `file`, relative to the working directory. Throws WRIT_FILE_UNREADABLE, WRIT_USAGE, WRIT_TASK_INVALID. */
export function taskFileInput(context: CliContext, file: string): TaskInput {
  const path = resolve(file.startsWith("/") ? "/" : workingFolder(context), file);
  const shown = escapeUntrusted(file);
  // The library takes a mistyped flag with odd characters for an argument.
  if (file.startsWith("-")) {
    throw new WritError("WRIT_USAGE", `unknown flag \`${shown}\``, {
      hint: "writ --help  # a file of that name is ./-NAME",
    });
  }
  try {
    const size = statSync(path).size;
    if (size > TASK_BYTES_MAX) {
      throw new WritError(
        "WRIT_TASK_INVALID",
        `task file \`${shown}\` has ${size} bytes: limit is ${TASK_BYTES_MAX}`,
        {
          hint: "a task is a short declaration; pass data through files it reads",
        },
      );
    }
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
    return {
      text,
      source: shown,
      directory: dirname(path),
      format: path.endsWith(".json") ? "json" : "yaml",
    };
  } catch (cause) {
    if (cause instanceof WritError) throw cause;
    throw new WritError("WRIT_FILE_UNREADABLE", `task file \`${shown}\` cannot be read: ${reason(cause)}`, {
      hint: `writ run -- ${shown}  # if it is a command, not a task file`,
      cause,
    });
  }
}

// The system has no name for a folder that was removed (getcwd(3), ENOENT).
function workingFolder(context: CliContext): string {
  try {
    return context.process.cwd();
  } catch (cause) {
    throw new WritError(
      "WRIT_FILE_UNREADABLE",
      "the working directory cannot be read: it was removed or is closed",
      {
        hint: "cd ~  # or to any folder that exists, then again",
        cause,
      },
    );
  }
}

function reason(cause: unknown): string {
  if (cause instanceof TypeError) return "it is not UTF-8 text";
  const code = (cause as NodeJS.ErrnoException).code;
  return code === "ENOENT" ? "no such file" : (code ?? "unknown reason");
}
