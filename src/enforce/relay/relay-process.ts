// The relay process: the gate's first stone. Holds listeners handed to it and the policy of live grants; no key, no
// ledger, no home, no environment. Started by relay.ts; ends with its parent.
import { Server as Listener } from "node:net";
import { WritError } from "../../stdx/writ-error.ts";
import { BUFFERED_MAX } from "./bounds.ts";
import { BufferBudget } from "./read-body.ts";
import type { FromRelay, ToRelay } from "./relay-messages.ts";
import { type ServedGrant, serveGrant } from "./serve-grant.ts";

/** uid and gid `nobody` of Debian and most others (base-passwd): owns nothing. */
const NOBODY = 65_534;

dropPrivilege();
const served = new Map<string, ServedGrant>();
const budget = new BufferBudget(BUFFERED_MAX);
process.on("message", (message: ToRelay, handle: unknown) => {
  if (message.type === "grant") begin(message, handle);
  else void end(message.id);
});
// The governor's death is ours: a task must not keep a model without it.
process.on("disconnect", () => process.exit(0));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(0));
tell({ type: "ready" });

function begin(message: Extract<ToRelay, { type: "grant" }>, handle: unknown): void {
  const { id, models } = message;
  if (!(handle instanceof Listener))
    return tell({ type: "failed", id, reason: "no listening handle came along" });
  try {
    served.set(
      id,
      serveGrant(handle, models, budget, (event, forwarded) => tell({ type: "event", id, event, forwarded })),
    );
    tell({ type: "granted", id });
  } catch (error) {
    tell({
      type: "failed",
      id,
      reason: error instanceof Error ? error.message : "the listener cannot be served",
    });
  }
}

async function end(id: string): Promise<void> {
  const grant = served.get(id);
  served.delete(id);
  await grant?.end();
  tell({ type: "ended", id });
}

function tell(message: FromRelay): void {
  // A channel that is gone means the parent is gone; `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}

/** As root: become nobody for good. As anyone else there is nothing to drop. */
function dropPrivilege(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
  if (process.getuid?.() === 0 || process.geteuid?.() === 0) {
    throw new WritError("WRIT_LAUNCH_FAILED", "the relay process is still root", { hint: "writ doctor" });
  }
}
