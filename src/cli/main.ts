// The entry of the command line: splits off what stands behind `--`, runs the command, and sets the exit code. A broken
// invariant ends here, and only here, as an internal error.
import { readFileSync } from "node:fs";
import { run } from "@stricli/core";
import type { CliProcess } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { oneCommand } from "./one-command.ts";

/** Runs `process.argv`. Sets `process.exitCode`; never throws. */
export async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const inputs = process.argv.slice(2);
  // The YAML package prints its inner steps to standard output where these are set: into the middle of a result.
  for (const name of ["LOG_TOKENS", "LOG_STREAM"]) delete process.env[name];
  const dashes = inputs.indexOf("--");
  const before = dashes < 0 ? inputs : inputs.slice(0, dashes);
  const port = processPort();
  for (const stream of ["stdout", "stderr"] as const)
    process[stream].on("error", (error) => outputFailed(stream, error));
  const app =
    (await oneCommand(before[0], version)) ?? (await import("./application.ts")).application(version);
  await run(app, before, {
    process: port,
    behindDashes: dashes < 0 ? null : inputs.slice(dashes + 1),
  });
  const code = Number(port.exitCode ?? EXIT.done);
  // The library's own codes are negative: the command line was not understood.
  const own = code < 0 ? EXIT.usage : code;
  process.exitCode = outputLost ? EXIT.internal : isUnread ? EXIT.unread : own;
}

let outputLost = false;
let isUnread = false;

// A reader that has seen enough (`| head -1`) is no failure: the command ends as SIGPIPE would have ended it, and says
// nothing. Any other loss of output is one: a result that nobody can read was not given.
function outputFailed(stream: "stdout" | "stderr", error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" && stream === "stdout") {
    isUnread = true;
    // The error may come behind the last line of `main`.
    process.exitCode = EXIT.unread;
  }
  if (error.code === "EPIPE" || outputLost) return;
  outputLost = true;
  process.exitCode = EXIT.internal;
  const lines = `writ: error: the output cannot be written: ${error.code ?? "unknown reason"}\nwrit: hint: make room, or write it elsewhere\n`;
  process.stderr.write(lines);
}

function processPort(): CliProcess {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    cwd: () => process.cwd(),
    onSignal: (name, listener) => process.on(name, listener),
    offSignal: (name, listener) => process.removeListener(name, listener),
    isUnread: () => isUnread,
    exitCode: null,
  };
}
