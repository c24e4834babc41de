// Keeps a few prepared network namespaces ahead, so that a task that needs one starts about as fast as one that does not.
// A namespace is given out once. Not the making of one (prepare-namespace.ts).
import type { InsidePlan } from "./inside-plan.ts";
import { type PreparedNamespace, prepareNamespace } from "./prepare-namespace.ts";

export interface NamespacePool {
  /** A namespace for this plan, ready or made now. Throws as `prepareNamespace`. */
  take(plan: InsidePlan): Promise<PreparedNamespace>;
  /** Makes one for the next task of this plan, unless one is there. Never throws. */
  refill(plan: InsidePlan): void;
  /** Closes what was made ahead; resolves when nothing of it is left. Idempotent. */
  close(): Promise<void>;
}

/** Namespaces kept, of all plans together: each holds some twenty sockets. */
const KEPT_MAX = 4;
/** ms that one is kept without use. */
const KEPT_FOR = 60_000;

interface Slot {
  readonly key: string;
  readonly namespace: Promise<PreparedNamespace>;
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
        (ready) => ready.drop(),
        () => undefined, // It was never made: there is nothing to close.
      )
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  };
  const remove = (slot: Slot): void => {
    const at = slots.indexOf(slot);
    if (at >= 0) slots.splice(at, 1);
  };
  const takeSlot = async (key: string): Promise<PreparedNamespace | null> => {
    const slot = slots.find((one) => one.key === key);
    if (slot === undefined) return null;
    remove(slot);
    clearTimeout(slot.timer);
    return slot.namespace.catch(() => null);
  };
  return {
    take: async (plan) => (await takeSlot(keyOf(plan))) ?? prepareNamespace(plan, drop),
    refill: (plan) => {
      const key = keyOf(plan);
      if (closed || slots.some((one) => one.key === key)) return;
      const oldest = slots.length >= KEPT_MAX ? slots.shift() : undefined;
      if (oldest !== undefined) discard(oldest);
      const namespace = prepareNamespace(plan, drop);
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

function keyOf(plan: InsidePlan): string {
  return JSON.stringify(plan);
}
