// The client side of a governor: `openGovernor`. It only speaks to the home's governor process; it parses nothing and
// decides nothing, and imports nothing heavy, because every `writ` command starts here.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Terminal } from "../enforce/execution.ts";
import { buildId } from "./build-id.ts";
import type { Connection } from "./client/connection.ts";
import { exchange, NO_STREAMS, type Streams } from "./client/exchange.ts";
import { homeMissing, reachGovernor } from "./client/reach.ts";
import type { Governor, RunOptions, ServeOptions } from "./governor.ts";
import { homePaths } from "./home.ts";
import { headsFolder, rememberHead } from "./remembered-head.ts";
import type { Request, Results } from "./wire/messages.ts";

export interface OpenOptions {
  /** The folder that `writ init` made. */
  readonly home: string;
  /** A governor started here ends after this long without work, ms. Default: a minute. */
  readonly idle_ms?: number;
  /** How long a request waits for a governor to serve, ms. Default: 30 seconds. */
  readonly wait_ms?: number;
  /** The folder that remembers the ledger's head (docs/LEDGER.md). Default: `writ-heads` in the XDG state folder. */
  readonly heads?: string;
  /** The build to work with, for tests of two builds on one home. Default: this one. */
  readonly build?: string;
}

/** An on-demand governor ends after a minute without work (docs/ARCHITECTURE.md, processes). */
export const IDLE_MS = 60_000;
/** Longer than a governor needs to rebuild a large ledger, shorter than a person's patience. */
export const WAIT_MS = 30_000;

/**
 * A governor of the home at `options.home`. Nothing is started yet: each request connects to the home's governor process
 * and starts it if there is none. Requests may run side by side. `close` ends those still open, and with them their tasks.
 * Throws `WritError` WRIT_HOME_MISSING.
 *
 * @example
 * const governor = await openGovernor({ home: "/home/me/.local/state/writ" });
 * const { decision } = await governor.check({ text: "task: hello", source: "hello.yaml", directory: "/tmp", format: "yaml" });
 */
export function openGovernor(options: OpenOptions): Promise<Governor> {
  const home = resolve(options.home);
  if (!existsSync(homePaths(home).node)) return Promise.reject(homeMissing(home));
  const heads = options.heads ?? headsFolder();
  const open = new Set<Connection>();
  const ask = async <R extends Request>(request: R, streams?: Streams): Promise<Results[R["op"]]> => {
    const connection = await reachGovernor({
      home,
      build: options.build ?? buildId(),
      idle_ms: options.idle_ms ?? IDLE_MS,
      wait_ms: options.wait_ms ?? WAIT_MS,
      heads,
    });
    open.add(connection);
    try {
      return await exchange(connection, request, (head) => rememberHead(heads, head), streams);
    } finally {
      open.delete(connection);
    }
  };
  return Promise.resolve({
    decide: (input) => ask({ op: "decide", input }),
    check: (input) => ask({ op: "check", input }),
    run: (input, run) => ask({ op: "run", input, wait: run.wait, terminal: kindOf(run) }, streamsOf(run)),
    explain: (sequence) => ask({ op: "explain", sequence }),
    draft: (sequence, merge) => ask({ op: "draft", sequence, merge: merge ?? null }),
    adopt: ({ bytes, source }) => ask({ op: "adopt", bytes: Buffer.from(bytes).toString("base64"), source }),
    restore: () => ask({ op: "restore" }),
    erase: (erase) => ask({ op: "erase", erase }),
    enrol: (enrol) => ask({ op: "enrol", enrol }),
    remove: (names) => ask({ op: "remove", names }),
    submit: (input, terms) => ask({ op: "submit", input, terms }),
    jobs: (all) => ask({ op: "jobs", all }),
    cancel: (job) => ask({ op: "cancel", job }),
    wait: (job) => ask({ op: "wait", job }),
    output: async (job, stream, from) => {
      const { bytes, ...rest } = await ask({ op: "output", job, stream, from });
      return { bytes: Buffer.from(bytes, "base64"), ...rest };
    },
    serve: (serving) => ask({ op: "serve", until_empty: serving.untilEmpty }, serveStreams(serving)),
    status: () => ask({ op: "status" }),
    close: () => {
      for (const connection of open) connection.close();
      return Promise.resolve();
    },
  });
}

function kindOf({ terminal }: RunOptions): Terminal | null {
  if (terminal === undefined) return null;
  const { rows, columns, name, colour } = terminal;
  return { rows, columns, name, colour };
}

function serveStreams({ changed, paused, finish }: ServeOptions): Streams {
  return {
    ...NO_STREAMS,
    signal: finish ?? null,
    event: (event) => {
      if ("changed" in event) changed?.(event.changed);
      else paused?.(event.paused.message, event.paused.hint);
    },
  };
}

function streamsOf(run: RunOptions): Streams {
  return {
    stdout: run.stdout,
    stderr: run.stderr,
    decided: run.decided ?? (() => undefined),
    stdin: run.stdin ?? null,
    interrupt: run.interrupt ?? null,
    signal: run.signal ?? null,
    terminal: run.terminal ?? null,
  };
}
