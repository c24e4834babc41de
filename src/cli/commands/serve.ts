// `writ serve`: drains the queue in the foreground until it is told to stop. A governor that ends under it is started again.
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildCommand, type Command } from "@stricli/core";
import type { Governor } from "../../governor/governor.ts";
import type { Job, JobCounts } from "../../governor/queue/job.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { type CommonFlags, format, home, onFlag, optionalText } from "../flags.ts";
import { governorOf } from "../governor-of.ts";
import { guarded } from "../guarded.ts";
import { homePath } from "../home-path.ts";
import { jobLine } from "../job-words.ts";
import { line, note } from "../output.ts";

interface Flags extends CommonFlags {
  readonly untilEmpty: boolean;
  readonly service: string | undefined;
}

/** Before a governor that ended is started again: first this, then twice as long each time up to the second, ms. */
const AGAIN_MS = { first: 500, max: 30_000 } as const;

async function serve(this: CliContext, flags: Flags): Promise<number> {
  if (flags.service !== undefined) return serveService(this, flags, flags.service);
  const governor = await governorOf(this, flags.home);
  const finish = new AbortController();
  const stop = (): void => {
    // The second signal: what runs is ended, and goes back into the line.
    if (finish.signal.aborted) void governor.close();
    else note(this, "note", "no more jobs are started; what runs may end, and a second Ctrl-C ends it");
    finish.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) this.process.onSignal(name, stop);
  try {
    if (flags.format === "human") note(this, "note", "serving the queue; Ctrl-C lets what runs end");
    const counts = await drain(this, governor, flags, finish.signal);
    if (flags.format === "json") line(this, JSON.stringify({ schema: "writ.served/1", counts }));
    return EXIT.done;
  } finally {
    await governor.close();
  }
}

/** As the governor itself, which the executor's principals reach at their sockets. */
async function serveService(context: CliContext, flags: Flags, config: string): Promise<number> {
  const { runService } = await import("../../governor/service/run-service.ts");
  const { env } = context.process;
  const service = await runService({
    home: homePath(context, flags.home),
    config: resolve(config),
    env: { NOTIFY_SOCKET: env["NOTIFY_SOCKET"], WATCHDOG_USEC: env["WATCHDOG_USEC"] },
    changed: (job) => told(context, flags, job),
    say: (kind, words) => note(context, kind, words),
  });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    context.process.onSignal(name, () => service.stop());
  note(context, "note", "serving as a service; a signal lets what runs end");
  return (await service.ended) === "stopped" ? EXIT.done : EXIT.internal;
}

function told(context: CliContext, { format }: Flags, job: Job): void {
  if (format === "json") line(context, JSON.stringify({ schema: "writ.job/1", ...job }));
  else line(context, `${new Date().toISOString().slice(11, 19)}  ${jobLine(job)}`);
}

async function drain(
  context: CliContext,
  governor: Governor,
  flags: Flags,
  finish: AbortSignal,
): Promise<JobCounts | null> {
  const changed = (job: Job): void => told(context, flags, job);
  const paused = (message: string, hint: string): void => {
    note(context, "error", message);
    note(context, "hint", hint);
  };
  for (let pause: number = AGAIN_MS.first; ; pause = Math.min(2 * pause, AGAIN_MS.max)) {
    try {
      return await governor.serve({ untilEmpty: flags.untilEmpty, changed, paused, finish });
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== "WRIT_GOVERNOR_LOST") throw error;
      if (finish.aborted) return null;
      note(context, "note", "the governor ended; it is started again and goes on with what it ran");
      await sleep(pause);
    }
  }
}

export const serveCommand: Command<CliContext> = buildCommand<Flags, [], CliContext>({
  func: guarded(serve),
  parameters: {
    flags: {
      home,
      format,
      untilEmpty: onFlag("End when no job is left"),
      service: optionalText("Be the governor of the principals in root's FILE", "FILE"),
    },
  },
  docs: {
    brief: "Run the jobs of the queue until stopped",
    fullDescription:
      "Starts the jobs of the queue as the spec's sums allow and prints each change: with --format json a document a line.\n" +
      "The first Ctrl-C starts no more and waits for what runs; the second ends it, and it goes back into the line.",
  },
});
