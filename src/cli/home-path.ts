// Finds the home folder a command speaks of: --home, else WRIT_HOME, else the XDG state folder. A locator only: it never
// changes what an adopted home decides.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { CliContext } from "./context.ts";

/** The absolute path of the home; it need not exist. */
export function homePath(context: CliContext, flag: string | undefined): string {
  const { env } = context.process;
  const named = flag ?? (env["WRIT_HOME"] || undefined);
  if (named !== undefined) return resolve(named);
  const state = env["XDG_STATE_HOME"];
  // XDG base directory specification: a relative value is to be ignored.
  return join(state?.startsWith("/") ? state : join(homedir(), ".local", "state"), "writ");
}
