// The client side of a governor: `openGovernor`. It only speaks to the home's governor process; it parses nothing and
// decides nothing, and imports nothing heavy, because every `writ` command starts here.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { NarrowingStep } from "../decide/facts.ts";
import type { Terminal } from "../enforce/execution.ts";
import type { SignatureFile } from "./amend/signatures.ts";
import type { SpecStatus } from "./amend/spec-state.ts";
import { buildId } from "./build-id.ts";
import type { Connection } from "./client/connection.ts";
import { exchange, NO_STREAMS, type Streams } from "./client/exchange.ts";
import { homeMissing, reachGovernor } from "./client/reach.ts";
import type { StartProgress } from "./client/start-progress.ts";
import type { Governor, RunOptions, ServeOptions, SpecInput } from "./governor.ts";
import { homePaths } from "./home.ts";
import { headsFolder, rememberHead } from "./remembered-head.ts";
import { isSubmitFolder } from "./service/submit-folder.ts";
import type { Request, Results } from "./wire/messages.ts";

export interface OpenOptions {
  /** The folder that `writ init` made. */
  readonly home: string;
  /** A governor started here ends after this long without work, ms. Default: a minute. */
  readonly idle_ms?: number;
  /** How long a request waits for a governor to serve, ms. Default: 30 seconds. */
  readonly wait_ms?: number;
  /** Told how far a governor that is starting has come with a long ledger, and null at the end. Then `wait_ms` is from its last step. */
  readonly starting?: (progress: StartProgress | null) => void;
  /** The folder that remembers the ledger's head (docs/LEDGER.md). Default: `writ-heads` in the XDG state folder. */
  readonly heads?: string;
  /** The build to work with, for tests of two builds on one home. Default: this one. */
  readonly build?: string;
}

/** An on-demand governor ends after a minute without work (docs/ARCHITECTURE.md, processes). */
export const IDLE_MS = 60_000;
/** From the last step of a governor that is starting: one that stands still for longer is not coming. */
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
  if (!existsSync(homePaths(home).node) && !isSubmitFolder(home)) return Promise.reject(homeMissing(home));
  const heads = options.heads ?? headsFolder();
  const open = new Set<Connection>();
  const ask = async <R extends Request>(request: R, streams?: Streams): Promise<Results[R["op"]]> => {
    const connection = await reachGovernor({
      home,
      build: options.build ?? buildId(),
      idle_ms: options.idle_ms ?? IDLE_MS,
      wait_ms: options.wait_ms ?? WAIT_MS,
      starting: options.starting ?? (() => undefined),
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
    adopt: async (spec) => ask({ op: "adopt", ...(await signedSpec(home, spec)) }),
    amend: async (spec, why, progress) =>
      ask({ op: "amend", ...(await signedSpec(home, spec)), why }, progressStreams(progress)),
    impact: ({ bytes, source }, progress) =>
      ask({ op: "impact", bytes: base64(bytes), source }, progressStreams(progress)),
    confirm: async (signatures) =>
      ask({ op: "confirm", signatures: signatures ?? (await signedStatement(home, ask)) }),
    withdraw: () => ask({ op: "withdraw" }),
    closeFounding: () => ask({ op: "close_founding" }),
    specStatus: () => ask({ op: "spec_status" }),
    specLog: async () => (await ask({ op: "spec_log" })).steps,
    appeal: (sequence, why) => ask({ op: "appeal", sequence, why }),
    restore: () => ask({ op: "restore" }),
    erase: (erase) => ask({ op: "erase", erase }),
    rotate: () => ask({ op: "rotate" }),
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
    narrow: (step) => ask({ op: "narrow", step }),
    lift: async (step, signatures) =>
      ask({ op: "lift", step, signatures: signatures ?? (await signedLift(home, ask, step)) }),
    liftStatement: async (step) => (await ask({ op: "lift_statement", step })).statement,
    status: () => ask({ op: "status" }),
    close: () => {
      for (const connection of open) connection.close();
      return Promise.resolve();
    },
  });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** The spec as it goes over the wire, signed with the home's own key where no signatures came with it. */
async function signedSpec(
  home: string,
  { bytes, source, signatures }: SpecInput,
): Promise<{
  readonly bytes: string;
  readonly source: string;
  readonly signatures: readonly SignatureFile[];
}> {
  const signed = signatures ?? (await ownSignatures(home, bytes));
  return { bytes: base64(bytes), source, signatures: signed };
}

async function signedStatement(
  home: string,
  ask: (request: { readonly op: "spec_status" }) => Promise<SpecStatus>,
): Promise<readonly SignatureFile[]> {
  const { statement } = await ask({ op: "spec_status" });
  return statement === null ? [] : ownSignatures(home, Buffer.from(statement));
}

async function signedLift(
  home: string,
  ask: (request: {
    readonly op: "lift_statement";
    readonly step: NarrowingStep;
  }) => Promise<Results["lift_statement"]>,
  step: NarrowingStep,
): Promise<readonly SignatureFile[]> {
  const { statement } = await ask({ op: "lift_statement", step });
  return statement === null ? [] : ownSignatures(home, Buffer.from(statement));
}

/** Loaded only here: most commands sign nothing. */
async function ownSignatures(home: string, bytes: Uint8Array): Promise<readonly SignatureFile[]> {
  const { signWithOwnKey } = await import("./amend/own-signature.ts");
  return signWithOwnKey(homePaths(home), bytes);
}

function progressStreams(progress: ((decided: number, of: number) => void) | undefined): Streams {
  return {
    ...NO_STREAMS,
    event: (event) => {
      if ("progress" in event) progress?.(event.progress.decided, event.progress.of);
    },
  };
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
      else if ("paused" in event) paused?.(event.paused.message, event.paused.hint);
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
