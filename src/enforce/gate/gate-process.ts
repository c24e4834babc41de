// The process of a gate worker: drops what it may, then serves grants (serve-grants.ts). Started by start-worker.ts with no
// environment; ends with its parent. Not a library.
import { flushCompileCache } from "node:module";
import { WritError } from "../../stdx/writ-error.ts";
import { serveGrants } from "./serve-grants.ts";

/** uid and gid `nobody` of Debian and most others (base-passwd): owns nothing. */
const NOBODY = 65_534;

// While it may: it ends by being killed.
flushCompileCache();
dropPrivilege();
serveGrants();

/** As root: become nobody for good. As anyone else there is nothing to drop. */
function dropPrivilege(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  if (process.getuid?.() === 0 || process.geteuid?.() === 0) {
    throw new WritError("WRIT_LAUNCH_FAILED", "the gate worker is still root", { hint: "writ doctor" });
  }
}
