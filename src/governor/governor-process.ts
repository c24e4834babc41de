// The on-demand governor's process: `node governor-process.js HOME IDLE_MS BUILD HEADS`, started by client/start-process.ts with
// an environment of its own. It takes the home's lock before it loads anything heavy; says its first word on descriptor 3
// (client/start-process.ts, FirstWord); and everything below it dies with it. Not a library.
import { closeSync, fstatSync, ftruncateSync, writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { LOCK_NAME } from "../ledger/layout.ts";
import { WritError } from "../stdx/writ-error.ts";
import { packageVersion } from "./build-id.ts";
import { checkHome } from "./check-home.ts";
import type { FirstWord } from "./client/start-process.ts";
import { StartTeller } from "./client/start-progress.ts";
import { wireErrorOf } from "./client/wire-error.ts";
import { type HomePaths, homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { untilFree, waitForLock } from "./wait-for-lock.ts";

/** The first word's descriptor. */
const WORD_FD = 3;
/** The log starts over above this size, so that no loop of failing starts fills the disk. */
const LOG_BYTES_MAX = 1_048_576;
/** EX_SOFTWARE of sysexits.h: a broken invariant. */
const EXIT_BROKEN = 70;

async function main(home: string, idle_ms: number, build: string, heads: string | null): Promise<void> {
  // The starter's is not ours. What is private here lies in 0700 folders; what tasks enter says its mode itself.
  process.umask(0o022);
  const paths = homePaths(home);
  try {
    const node = readNodeFile(paths.node, home);
    checkHome(paths);
    boundLog();
    const lock = await waitForLock(paths, build);
    if (lock === null) return say({ state: "held" });
    await untilFree(`${paths.ledger}/${LOCK_NAME}`);
    const { govern } = await import("./govern.ts");
    const starting = new StartTeller(paths.run);
    const governing = await govern({ paths, node, build, heads, starting });
    const { serve } = await import("./server/serve.ts");
    const version = packageVersion();
    const service = await serve({ run: paths.run, governing, version, build, idle_ms, broken });
    const stop = (): void => {
      service.drain();
      governing.close().catch(broken);
    };
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, stop);
    void governing.broken.then(stop);
    starting.end();
    say({ state: "serving" });
    flushCompileCache();
    await service.ended;
    await governing.close();
    lock.release();
    // Whatever still stirs is nothing that anybody waits for.
    process.exit(0);
  } catch (error) {
    fail(error, paths);
  }
}

function say(word: FirstWord): void {
  try {
    writeSync(WORD_FD, JSON.stringify(word));
    closeSync(WORD_FD);
  } catch {
    // The starter is gone; whoever connects next is served all the same.
    return;
  }
}

function fail(error: unknown, paths: HomePaths): void {
  if (error instanceof WritError) say({ state: "failed", error: wireErrorOf(error) });
  else if (isWriteFailure(error)) say({ state: "failed", error: wireErrorOf(unwritable(error, paths)) });
  else broken(error);
  process.exit(1);
}

const WRITE_FAILURES: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "ERR_SQLITE_ERROR",
]);

function isWriteFailure(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && WRITE_FAILURES.has(error.code);
}

function unwritable(cause: unknown, paths: HomePaths): WritError {
  return new WritError("WRIT_HOME_UNWRITABLE", `cannot write below \`${paths.home}\``, {
    hint: `make ${paths.home} writable for its owner and free some space`,
    cause,
  });
}

/** A broken invariant: nothing more is decided here. Tasks die with the process; clients see it gone at once. */
function broken(error: unknown): void {
  process.stderr.write(
    `${new Date().toISOString()} ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(EXIT_BROKEN);
}

function boundLog(): void {
  const log = process.stderr.fd;
  const stat = fstatSync(log);
  if (stat.isFile() && stat.size > LOG_BYTES_MAX) ftruncateSync(log, 0);
}

// Last, because everything above is to be there when it runs.
await main(process.argv[2] ?? "", Number(process.argv[3]), process.argv[4] ?? "", process.argv[5] || null);
