// Keeps a few prepared network namespaces ahead, so that a task that needs one starts about as fast as one that does not.
// A namespace is given out once. Not the making of one (prepare-namespace.ts).
import type { InsidePlan } from "./inside-plan.ts";
import type { StartLauncher } from "./launcher-maker.ts";
import { type PreparedNamespace, prepareNamespace } from "./prepare-namespace.ts";
import type { WaitingLauncher } from "./waiting-launcher.ts";

/** A namespace, and the launcher that waits in it; null: none does. Both are the taker's to end. */
export interface ReadyNamespace extends PreparedNamespace {
  readonly launcher: WaitingLauncher | null;
}

export interface NamespacePool {
  /** A namespace for this plan, ready or made now. Throws as `prepareNamespace`. */
  take(plan: InsidePlan): Promise<ReadyNamespace>;
  /** Makes one for the next task of this plan, unless one is there; `start`: and what waits in it. Never throws. */
  refill(plan: InsidePlan, start?: StartLauncher | null): void;
  /** Closes what was made ahead; resolves when nothing of it is left. Idempotent. */
  close(): Promise<void>;
}

/** Namespaces kept, of all plans together: each holds some twenty sockets. */
const KEPT_MAX = 4;
/** ms that one is kept without use. */
const KEPT_FOR = 60_000;

interface Slot {
  readonly key: string;
  readonly namespace: Promise<ReadyNamespace>;
  readonly timer: NodeJS.Timeout;
}

/**
 * An empty pool. Plans that were used lately are those that are kept for; a node whose tasks need no network makes none.
 *
 * @example const pool = openNamespacePool(true);
 */
export function openNamespacePool(drop: boolean): NamespacePool {
  /** Oldest first. */
  const slots: Slot[] = [];
  const leaving = new Set<Promise<void>>();
  let closed = false;
  const discard = ({ namespace, timer }: Slot): void => {
    clearTimeout(timer);
    const gone: Promise<void> = namespace
      .then(
        (ready) => {
          ready.drop();
          return ready.launcher?.end();
        },
        () => undefined, // It was never made: there is nothing to close.
      )
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  };
  const remove = (slot: Slot): void => {
    const at = slots.indexOf(slot);
    if (at >= 0) slots.splice(at, 1);
  };
  const takeSlot = async (key: string): Promise<ReadyNamespace | null> => {
    const slot = slots.find((one) => one.key === key);
    if (slot === undefined) return null;
    remove(slot);
    clearTimeout(slot.timer);
    const ready = await slot.namespace.catch(() => null);
    if (ready === null || ready.launcher?.fits() !== false) return ready;
    await ready.launcher.end();
    return { ...ready, launcher: null };
  };
  return {
    take: async (plan) =>
      (await takeSlot(keyOf(plan))) ?? { ...(await prepareNamespace(plan, drop)), launcher: null },
    refill: (plan, start = null) => {
      const key = keyOf(plan);
      if (closed || slots.some((one) => one.key === key)) return;
      const oldest = slots.length >= KEPT_MAX ? slots.shift() : undefined;
      if (oldest !== undefined) discard(oldest);
      const namespace = makeReady(plan, drop, start);
      const timer = setTimeout(() => {
        remove(slot);
        discard(slot);
      }, KEPT_FOR);
      timer.unref();
      const slot: Slot = { key, namespace, timer };
      slots.push(slot);
      namespace.catch(() => {
        // The next task makes its own, and says why it cannot be made.
        remove(slot);
        clearTimeout(timer);
      });
    },
    close: async () => {
      closed = true;
      for (const slot of slots.splice(0)) discard(slot);
      await Promise.all(leaving);
    },
  };
}

async function makeReady(
  plan: InsidePlan,
  drop: boolean,
  start: StartLauncher | null,
): Promise<ReadyNamespace> {
  const namespace = await prepareNamespace(plan, drop);
  // What fails here fails again at the task's own start, where it is said.
  const started = start?.(namespace.descriptors.net, plan.captures).catch(() => null);
  const launcher = (await started) ?? null;
  return { ...namespace, launcher };
}

function keyOf(plan: InsidePlan): string {
  return JSON.stringify(plan);
}
