// What a living governor says of itself at a glance: asked once, in bounded time, and never started for that.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { WritError } from "../stdx/writ-error.ts";
import { buildId, packageVersion } from "./build-id.ts";
import { tryConnect } from "./client/connection.ts";
import { exchange } from "./client/exchange.ts";
import { homeMissing } from "./client/reach.ts";
import type { GovernorStatus } from "./governor.ts";
import { homePaths } from "./home.ts";
import { PROTOCOL } from "./wire/messages.ts";

/** `absent`: no governor lives, so nothing runs; `silent`: one is there and does not answer, or is of another build. */
export type Glance =
  | { readonly state: "serving"; readonly status: GovernorStatus }
  | { readonly state: "absent" }
  | { readonly state: "silent" };

/** What a prompt may wait, ms. */
const GLANCE_MS = 500;

/** One look at the governor of the home at `home`. Throws `WritError` WRIT_HOME_MISSING; starts and changes nothing. */
export async function glance(home: string, wait_ms: number = GLANCE_MS): Promise<Glance> {
  const paths = homePaths(resolve(home));
  if (!existsSync(paths.node)) throw homeMissing(paths.home);
  const hello = { protocol: PROTOCOL, version: packageVersion(), build: buildId() };
  const tried = await tryConnect(paths.run, hello, wait_ms);
  if (tried.state === "absent") return { state: "absent" };
  if (tried.state !== "welcome") return { state: "silent" };
  const late = setTimeout(() => tried.connection.close(), wait_ms);
  try {
    return { state: "serving", status: await exchange(tried.connection, { op: "status" }, () => undefined) };
  } catch (error) {
    if (!(error instanceof WritError)) throw error;
    return { state: "silent" };
  } finally {
    clearTimeout(late);
    tried.connection.close();
  }
}
