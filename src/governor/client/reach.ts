// Finds the governor of a home, or starts one, and waits a bounded time for it. Not what is then asked of it.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { packageVersion } from "../build-id.ts";
import { homePaths } from "../home.ts";
import { isSubmitFolder } from "../service/submit-folder.ts";
import { PROTOCOL, type WireError } from "../wire/messages.ts";
import { type Connection, tryConnect } from "./connection.ts";
import { type StartProgress, StartWatch } from "./start-progress.ts";
import { writErrorOf } from "./wire-error.ts";

export interface ReachOptions {
  readonly home: string;
  readonly build: string;
  readonly idle_ms: number;
  /** The folder that remembers heads, for a governor started here. */
  readonly heads: string | null;
  /** How long to try before giving up, all in all; from anew whenever a starting governor has come further. */
  readonly wait_ms: number;
  /** Told how far a starting governor is, and null at the end. */
  readonly starting: (progress: StartProgress | null) => void;
}

/** Between two tries: first this long, then twice as long each time, up to the second number. ms. */
const PAUSE = { first: 10, max: 250 } as const;

/**
 * A connection to the governor that holds this home's lock, started here if nobody does. However many clients do this
 * at once, one governor serves them all. Throws WRIT_HOME_MISSING, WRIT_GOVERNOR_VERSION when another build stays busy,
 * WRIT_GOVERNOR_UNREACHABLE when nobody serves in time, and what a starting governor failed with.
 */
export async function reachGovernor(options: ReachOptions): Promise<Connection> {
  const watch = new StartWatch(folderOf(options), options.starting);
  try {
    return await reach(options, watch);
  } finally {
    watch.end();
  }
}

/** Where the governor listens. */
function folderOf({ home }: ReachOptions): string {
  return isSubmitFolder(home) ? home : homePaths(home).run;
}

async function reach(options: ReachOptions, watch: StartWatch): Promise<Connection> {
  const folder = folderOf(options);
  const hello = { protocol: PROTOCOL, version: packageVersion(), build: options.build };
  let deadline = performance.now() + options.wait_ms;
  let other: WireError | null = null;
  let pause: number = PAUSE.first;
  for (;;) {
    const left = deadline - performance.now();
    if (left <= 0) throw tooLate(options, other);
    const tried = await tryConnect(folder, hello, left);
    if (watch.look()) deadline = performance.now() + options.wait_ms;
    switch (tried.state) {
      case "welcome":
        return tried.connection;
      case "failed":
        throw unreachable(tried.cause);
      case "absent":
        if (isSubmitFolder(options.home)) throw notServed(folder);
        if (watch.isStarting) break;
        await start(options, left, watch);
        if (watch.isStarting) deadline = performance.now() + options.wait_ms;
        continue;
      case "other_build":
        other = tried.error;
        break;
      case "leaving":
        break;
    }
    await sleep(Math.min(pause, left));
    pause = Math.min(pause * 2, PAUSE.max);
  }
}

async function start(options: ReachOptions, wait_ms: number, watch: StartWatch): Promise<void> {
  const paths = homePaths(options.home);
  if (!existsSync(paths.node)) throw homeMissing(options.home);
  const { startProcess } = await import("./start-process.ts");
  await startProcess({ ...options, wait_ms, moved: () => watch.look() });
}

/** The error of a folder that is no home. */
export function homeMissing(home: string): WritError {
  return new WritError("WRIT_HOME_MISSING", `no home at \`${home}\``, {
    hint: `writ init --home ${shellQuote(home)}`,
  });
}

/** Nobody but the service itself starts its governor. */
function notServed(folder: string): WritError {
  return new WritError("WRIT_GOVERNOR_UNREACHABLE", `the service does not answer at \`${folder}\``, {
    hint: "systemctl status writ.service writ-executor.service",
  });
}

function unreachable(cause: Error): WritError {
  return new WritError("WRIT_GOVERNOR_UNREACHABLE", `the governor cannot be reached: ${cause.message}`, {
    hint: "check who owns the home, and that its governor is not stopped",
    cause,
  });
}

function tooLate(options: ReachOptions, other: WireError | null): WritError {
  if (other !== null) return writErrorOf(other);
  return new WritError("WRIT_GOVERNOR_UNREACHABLE", `no governor served within ${options.wait_ms} ms`, {
    hint: `cat ${shellQuote(homePaths(options.home).log)}`,
  });
}
