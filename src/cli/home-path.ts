// Finds the home folder a command speaks of: --home, else WRIT_HOME, else this account's at the service, else the XDG state folder. A locator only: it never
// changes what an adopted home decides.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { ownSubmitFolder } from "../governor/service/submit-folder.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { CliContext } from "./context.ts";

/** The absolute path of the home; it need not exist. Throws WRIT_USAGE for a user without any folder to look in. */
export function homePath(context: CliContext, flag: string | undefined): string {
  const { env } = context.process;
  const named = flag ?? (env["WRIT_HOME"] || undefined);
  if (named !== undefined) return resolve(named);
  // A principal of this machine's service has its work done there, wherever else it has a home.
  const served = ownSubmitFolder();
  if (served !== null) return served;
  const state = env["XDG_STATE_HOME"];
  // XDG base directory specification: a relative value is to be ignored.
  return join(state?.startsWith("/") ? state : join(userFolder(), ".local", "state"), "writ");
}

// A uid without an account has a home folder only by HOME.
function userFolder(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new WritError("WRIT_USAGE", "this user has no home folder, so there is no default home", {
      hint: "writ status --home DIR",
      cause,
    });
  }
}
