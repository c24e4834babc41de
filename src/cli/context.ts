// What every command is handed: the process as a port, and what stood behind `--` on the command line.
import type { CommandContext } from "@stricli/core";

/** As much of the process as commands use. */
export interface CliProcess {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Opened when first read. */
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
  readonly onSignal: (name: NodeJS.Signals, listener: () => void) => void;
  readonly offSignal: (name: NodeJS.Signals, listener: () => void) => void;
  /** Whether nobody reads standard output any more; its own `destroyed` never says so (process I/O in Node's manual). */
  readonly isUnread: () => boolean;
  /** What the process will exit with; null until a command says so. */
  exitCode: number | string | null;
}

export interface CliContext extends CommandContext {
  readonly process: CliProcess;
  /** The arguments behind the first `--`; null when there was none. */
  readonly behindDashes: readonly string[] | null;
}
