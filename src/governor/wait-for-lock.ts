// Takes a home's lock, waiting for a governor that is on its way out. Not the lock (home-lock.ts).
import { setTimeout as sleep } from "node:timers/promises";
import { packageVersion } from "./build-id.ts";
import { tryConnect } from "./client/connection.ts";
import type { HomePaths } from "./home.ts";
import { type HomeLock, takeHomeLock } from "./home-lock.ts";
import { PROTOCOL } from "./wire/messages.ts";

/** How long to wait for a governor that has the lock and does not serve: it is starting, or on its way out. */
const LOCK_WAIT_MS = 20_000;
/** Between two looks at a lock that is held: first this long, then twice as long each time, up to the second number. ms. */
const LOCK_PAUSE = { first: 20, max: 320 } as const;

/** The lock, or null when another process serves this home. Waits for one that is starting or ending. */
export async function waitForLock(paths: HomePaths, build: string): Promise<HomeLock | null> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (let pause: number = LOCK_PAUSE.first; ; pause = Math.min(2 * pause, LOCK_PAUSE.max)) {
    const lock = takeHomeLock(paths.lock);
    if (lock !== null || performance.now() > deadline) return lock;
    const hello = { protocol: PROTOCOL, version: packageVersion(), build };
    const tried = await tryConnect(paths.run, hello, LOCK_WAIT_MS);
    if (tried.state === "welcome") tried.connection.close();
    if (tried.state !== "absent" && tried.state !== "leaving") return null;
    await sleep(pause);
  }
}

/** A process that dies gives its locks back one by one: the home's may be free a moment before the ledger's. */
export async function untilFree(path: string): Promise<void> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  while (performance.now() < deadline) {
    const lock = takeHomeLock(path);
    if (lock !== null) return lock.release();
    await sleep(LOCK_PAUSE.first);
  }
}
