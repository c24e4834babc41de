// The terminal that `writ run` was started from, lent to the task: raw while the task runs, so that every key is the task's,
// and as it was before in the end. Its descriptor stays here: the task has a terminal of its own, and bytes are copied.
import { spawnSync } from "node:child_process";
import type { RunTerminal } from "../governor/governor.ts";
import { terminalOf } from "../governor/wire/terminal-messages.ts";
import type { CliContext } from "./context.ts";
import type { Format } from "./output.ts";

export interface OwnTerminal {
  readonly run: RunTerminal;
  /** From now on every key goes to the task as it is typed. Idempotent. */
  lend(): void;
  /** As it was. Idempotent; also done should the process end otherwise. */
  restore(): void;
}

/** Fixed places: what the caller's PATH says moves nothing. */
const STTY = ["/usr/bin/stty", "/bin/stty"] as const;

/**
 * The caller's terminal, when standard input, output and error all are it and the result is for people; null otherwise:
 * then the task has pipes.
 */
export function ownTerminal({ process: own }: CliContext, format: Format): OwnTerminal | null {
  if (format !== "human" || !own.stdout.isTTY || !own.stderr.isTTY || !own.stdin.isTTY) return null;
  const before = stty(["-g"]);
  if (before === null || !/^[0-9a-f:]+$/.test(before)) return null;
  let lent = false;
  const raw = (): void => {
    if (lent) stty(["raw", "-echo"]);
  };
  const restore = (): void => {
    if (!lent) return;
    lent = false;
    stty([before]);
    own.offSignal("SIGCONT", raw);
    process.off("exit", restore);
  };
  const { env } = own;
  // A terminal that was never told its size says 0; what then is usual since the VT100.
  const { rows, columns } = own.stdout;
  const size = rows > 0 && columns > 0 ? { rows, columns } : { rows: 24, columns: 80 };
  return {
    run: {
      ...terminalOf({ ...size, name: env["TERM"], colour: env["COLORTERM"] }),
      watch: (resized) => void own.stdout.on("resize", () => resized(own.stdout.rows, own.stdout.columns)),
    },
    lend: () => {
      if (lent) return;
      lent = true;
      // Whoever stopped us has had the terminal meanwhile, and may have changed it.
      own.onSignal("SIGCONT", raw);
      process.on("exit", restore);
      raw();
    },
    restore,
  };
}

/** What stty(1) said of standard input, or null. Not the runtime's raw mode: that still turns line feeds into two bytes. */
function stty(words: readonly string[]): string | null {
  for (const program of STTY) {
    const { status, stdout } = spawnSync(program, words, {
      stdio: ["inherit", "pipe", "ignore"],
      encoding: "utf8",
      env: {},
    });
    if (status === 0) return stdout.trim();
  }
  return null;
}
