// `writ run`: decides a task and, when it is admitted, runs it confined under its writ. Exits with the child's own code.
import { closeSync, fstatSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { buildCommand, type Command } from "@stricli/core";
import type { Decided, Governor, Outcome, TaskInput } from "../../governor/governor.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT, RUN_EXIT } from "../exit-codes.ts";
import { oneOptionalArgument, optionalText, type TaskFlags, taskFlags } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { json, note } from "../output.ts";
import { ownTerminal } from "../own-terminal.ts";
import { printDecided } from "../print-decided.ts";
import { taskInput } from "../task-input.ts";

interface Flags extends TaskFlags {
  readonly noWait: boolean;
  readonly statusFd: string | undefined;
}

async function run(this: CliContext, flags: Flags, file?: string): Promise<number> {
  const status = statusDescriptor(flags.statusFd);
  let unread = false;
  this.process.stdout.once("error", () => {
    unread = true;
  });
  const input = await taskInput(this, file, flags);
  const governor = await governorOf(this, flags.home);
  try {
    const outcome = await execute(this, governor, input, flags);
    if (status !== null) writeStatus(this, status, outcome);
    if (flags.format === "json") json(this, "writ.outcome/1", { ...outcome });
    else if (outcome.observation === null) printDecided(this, "stderr", outcome);
    else if (!unread) explainEnd(this, outcome);
    return exitOfOutcome(outcome);
  } finally {
    await governor.close();
  }
}

async function execute(
  context: CliContext,
  governor: Governor,
  input: TaskInput,
  flags: Flags,
): Promise<Outcome> {
  const { process } = context;
  const abort = new AbortController();
  const end = (): void => abort.abort();
  const { interrupt, unwatch } = watchSignals(context, end);
  // With --format json the one document is the result, so the child's output goes beside it.
  const out = flags.format === "json" ? process.stderr : process.stdout;
  // Nobody reads what the task says any more: it ends, as a program in a pipe would.
  out.once("error", end);
  const terminal = ownTerminal(context, flags.format);
  try {
    return await governor.run(input, {
      wait: !flags.noWait,
      stdout: giverTo(out),
      stderr: giverTo(process.stderr),
      decided: (decided) => {
        if (!flags.noWait) tellDefer(context, decided);
        // Until then Ctrl-C is ours.
        if (decided.decision.outcome === "admit") terminal?.lend();
      },
      ...(terminal === null ? {} : { terminal: terminal.run }),
      stdin: process.stdin,
      interrupt,
      signal: abort.signal,
    });
  } finally {
    terminal?.restore();
    process.stdin.destroy();
    out.removeListener("error", end);
    unwatch();
  }
}

/**
 * Writes to the stream and resolves when it takes more: who reads slowly slows the task, and nothing piles up in between.
 * However many chunks wait, they wait for one thing.
 */
function giverTo(stream: NodeJS.WriteStream): (chunk: Uint8Array) => Promise<void> {
  let room: Promise<void> | null = null;
  const nextRoom = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        for (const event of ["drain", "close", "error"]) stream.removeListener(event, done);
        room = null;
        resolve();
      };
      for (const event of ["drain", "close", "error"]) stream.on(event, done);
    });
  return (chunk) => {
    if (stream.write(chunk) || stream.destroyed) return Promise.resolve();
    room ??= nextRoom();
    return room;
  };
}

/** What a task may take to end on its own after the first signal, ms. */
const GRACE_MS = 5000;

/** The first signal is the task's, which ends as it likes; the second one, or the end of its grace, ends it. */
function watchSignals(
  { process }: CliContext,
  end: () => void,
): { readonly interrupt: AbortSignal; readonly unwatch: () => void } {
  const first = new AbortController();
  let grace: NodeJS.Timeout | null = null;
  const watched = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((name) => {
    const listener = (): void => {
      if (grace !== null) return end();
      grace = setTimeout(end, GRACE_MS);
      first.abort(name);
    };
    process.onSignal(name, listener);
    return { name, listener };
  });
  const unwatch = (): void => {
    if (grace !== null) clearTimeout(grace);
    for (const { name, listener } of watched) process.offSignal(name, listener);
  };
  return { interrupt: first.signal, unwatch };
}

function tellDefer(context: CliContext, { decision, sequence }: Decided): void {
  if (decision.outcome !== "defer" || decision.retry === null) return;
  const { cause, after } = decision.retry;
  const when = after === null ? "when something ends" : `in about ${Math.ceil(after / 1000)} s`;
  note(context, "note", `deferred as #${sequence ?? "?"} (${cause}): tried again ${when}; Ctrl-C leaves`);
}

function explainEnd(context: CliContext, outcome: Outcome): void {
  const end = outcome.observation;
  if (end === null || end.cause === "exited" || end.cause === "signalled") return;
  note(context, "note", `the task was ended: ${end.cause.replaceAll("_", " ")}`);
  note(context, "hint", `writ explain ${outcome.sequence ?? ""}`.trim());
}

function exitOfOutcome({ decision, observation }: Outcome): number {
  if (observation === null) {
    if (decision.outcome === "refuse") return RUN_EXIT.refused;
    return decision.outcome === "defer" ? EXIT.deferred : RUN_EXIT.notRun;
  }
  if (observation.cause === "launch_failed") return RUN_EXIT.notRun;
  if (observation.exit_code !== null) return observation.exit_code;
  const number =
    constants.signals[(observation.signal ?? "SIGKILL") as NodeJS.Signals] ?? constants.signals.SIGKILL;
  return 128 + number;
}

function statusDescriptor(flag: string | undefined): number | null {
  if (flag === undefined) return null;
  const number = /^[0-9]{1,4}$/.test(flag) ? Number(flag) : Number.NaN;
  if (number >= 3 && isOpen(number)) return number;
  throw new WritError("WRIT_USAGE", "`--status-fd` takes the number of an open descriptor: least is 3", {
    hint: "writ run --status-fd 3 -- true 3>decision.json",
  });
}

// Node's own descriptors count as open as well: writing there fails, and is told.
function isOpen(descriptor: number): boolean {
  try {
    fstatSync(descriptor);
    return true;
  } catch {
    return false;
  }
}

// The task has run: its exit code stands, whatever became of the reader of this.
function writeStatus(context: CliContext, descriptor: number, outcome: Outcome): void {
  try {
    writeSync(descriptor, `${JSON.stringify({ schema: "writ.outcome/1", ...outcome })}\n`);
    closeSync(descriptor);
  } catch {
    note(context, "note", `descriptor ${descriptor} of \`--status-fd\` could not be written`);
  }
}

export const runCommand: Command<CliContext> = buildCommand<Flags, [file?: string], CliContext>({
  func: guarded(run, (error) =>
    error instanceof WritError && error.code === "WRIT_USAGE" ? EXIT.usage : RUN_EXIT.notRun,
  ),
  parameters: {
    flags: {
      ...taskFlags,
      noWait: {
        kind: "boolean",
        default: false,
        withNegated: false,
        brief: "Exit 75 instead of waiting when deferred",
      },
      statusFd: optionalText("Write the outcome as JSON to this descriptor", "N"),
    },
    positional: oneOptionalArgument("A task file", "FILE"),
  },
  docs: {
    brief: "Run a task under a writ",
    fullDescription:
      "Decides FILE, the command behind `--` or a shipped profile, and runs it confined when it is admitted.\n" +
      "A command gets the working directory read-only, a private temporary folder, no network, and what the flags name.\n" +
      "Exit code: the child's own (128 + n for a signal); 126 refused; 75 deferred with --no-wait; 125 not run; 64 usage.",
    customUsage: [
      "FILE",
      "[flags] -- COMMAND [ARGUMENT...]",
      "--profile NAME[=HOST] [flags] [-- ARGUMENT...]",
    ],
  },
});
