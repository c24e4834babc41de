// What a gate worker does: the tasks of one principal reach models and the network through it. Holds the listeners and the
// policy of live grants; no key but its tasks' own intermediates, no ledger, no home, no environment. Ends its process with
// the parent's. Not the process itself (gate-process.ts).
import { Socket as Datagram } from "node:dgram";
import { Server as Listener } from "node:net";
import { createDial } from "./dial/dial.ts";
import { useWholeNames } from "./dial/whole-names.ts";
import { exitOnFault } from "./exit-on-fault.ts";
import type { FromWorker, ToWorker } from "./gate-messages.ts";
import { BUFFERED_MAX } from "./inference/bounds.ts";
import { BufferBudget } from "./inference/read-body.ts";
import { serveGrant } from "./inference/serve-grant.ts";
import { closeHandle, NetworkGrant, type ServedNetwork } from "./network-grant.ts";
import { ScanThread } from "./scan/scan-thread.ts";
import { OpenAsks, serveSubmits } from "./submits/serve-submits.ts";

const served = new Map<string, ServedNetwork>();
const incoming = new Map<string, NetworkGrant>();
const asks = new Map<string, OpenAsks>();
const dial = createDial();
const budget = new BufferBudget(BUFFERED_MAX);
const scans = new ScanThread();

/** Takes grants from the parent process until it is gone. */
export function serveGrants(): void {
  exitOnFault();
  useWholeNames();
  process.on("message", (message: ToWorker, handle: unknown) => {
    if (message.type === "revoke") void end(message.id);
    else if (message.type === "answer") asks.get(message.id)?.answer(message.ask, message.answer);
    else attempt(message.id, handle, () => take(message, handle));
  });
  // The governor's death is ours: a task must not keep a network without it.
  process.on("disconnect", () => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(0));
  tell({ type: "ready" });
}

function take(message: Exclude<ToWorker, { type: "revoke" | "answer" }>, handle: unknown): void {
  const { id } = message;
  switch (message.type) {
    case "models": {
      if (!(handle instanceof Listener)) throw new Error("no listening handle came along");
      const grant = serveGrant(handle, message.models, budget, (event, forwarded) =>
        tell({ type: "event", id, event, forwarded }),
      );
      served.set(id, { end: () => grant.end().then(() => ({ calls: [], opaque: [] })) });
      return tell({ type: "granted", id });
    }
    case "submits": {
      if (!(handle instanceof Listener)) throw new Error("no listening handle came along");
      const open = new OpenAsks();
      const grant = serveSubmits(handle, budget, (asked) =>
        open.put((ask) => tell({ type: "ask", id, ask, asked })),
      );
      asks.set(id, open);
      served.set(id, { end: () => grant.end().then(() => ({ calls: [], opaque: [] })) });
      return tell({ type: "granted", id });
    }
    case "network": {
      const report = (event: Extract<FromWorker, { type: "event" }>["event"]): void =>
        tell({ type: "event", id, event, forwarded: event.decision === "allow" });
      return void incoming.set(
        id,
        new NetworkGrant(message.policy, message.listeners, { budget, dial, scans, id, report }),
      );
    }
    case "listener": {
      const grant = incoming.get(id);
      if (grant === undefined) throw new Error("a listener came for no grant");
      if (!(handle instanceof Listener || handle instanceof Datagram))
        throw new Error("no handle came along with a listener");
      if (!grant.take(message.purpose, handle)) return;
      // Still incoming while it may fail: then what it took is dropped.
      served.set(id, grant.serve());
      incoming.delete(id);
      return tell({ type: "granted", id });
    }
  }
}

/** What cannot be served is said; nothing of it stays open, nor what came along with it. */
function attempt(id: string, handle: unknown, work: () => void): void {
  try {
    work();
  } catch (error) {
    incoming.get(id)?.drop();
    incoming.delete(id);
    if (handle instanceof Listener || handle instanceof Datagram) closeHandle(handle);
    const reason = error instanceof Error ? error.message : "it cannot be served";
    tell({ type: "failed", id, reason });
  }
}

async function end(id: string): Promise<void> {
  const grant = served.get(id);
  served.delete(id);
  asks.delete(id);
  incoming.get(id)?.drop();
  incoming.delete(id);
  const used = (await grant?.end()) ?? { calls: [], opaque: [] };
  tell({ type: "ended", id, used });
}

function tell(message: FromWorker): void {
  // A channel that is gone means the parent is gone; `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}
