// Keeps a few waiting launchers ahead, so that a confined start costs about what bubblewrap itself costs. A launcher serves
// one task. Not the making of one (waiting-launcher.ts).
import type { WaitingLauncher } from "./waiting-launcher.ts";

export interface LauncherPool {
  /** One that fits, or null: the task's launcher is started for it. Never throws. */
  take(): WaitingLauncher | null;
  /** Makes one for the next task, unless enough are there. Never throws. */
  refill(): void;
  /** Ends what waits; resolves when nothing of it is left. Idempotent. */
  close(): Promise<void>;
}

/** Launchers kept: bursts beyond start their own. */
const KEPT_MAX = 2;
/** ms that one is kept without use. */
const KEPT_FOR = 60_000;

interface Slot {
  readonly launcher: WaitingLauncher;
  readonly timer: NodeJS.Timeout;
}

/**
 * An empty pool: a node that runs nothing keeps none.
 *
 * @example const pool = openLauncherPool(() => start(null, false));
 */
export function openLauncherPool(start: () => Promise<WaitingLauncher>): LauncherPool {
  /** Oldest first. */
  const slots: Slot[] = [];
  const leaving = new Set<Promise<void>>();
  let making: Promise<void> | null = null;
  let closed = false;
  const discard = ({ launcher, timer }: Slot): void => {
    clearTimeout(timer);
    const gone = launcher.end().finally(() => leaving.delete(gone));
    leaving.add(gone);
  };
  const remove = (slot: Slot): void => {
    const at = slots.indexOf(slot);
    if (at >= 0) slots.splice(at, 1);
    discard(slot);
  };
  const make = async (): Promise<void> => {
    const launcher = await start();
    if (closed) return launcher.end();
    const timer = setTimeout(() => remove(slot), KEPT_FOR);
    timer.unref();
    const slot: Slot = { launcher, timer };
    slots.push(slot);
  };
  return {
    take: () => {
      for (let slot = slots.shift(); slot !== undefined; slot = slots.shift()) {
        if (slot.launcher.fits()) {
          clearTimeout(slot.timer);
          return slot.launcher;
        }
        discard(slot);
      }
      return null;
    },
    refill: () => {
      if (closed || making !== null || slots.length >= KEPT_MAX) return;
      // What fails here fails again at the task's own start, where it is said.
      making = make().then(
        () => void (making = null),
        () => void (making = null),
      );
    },
    close: async () => {
      closed = true;
      await making;
      for (const slot of slots.splice(0)) discard(slot);
      await Promise.all(leaving);
    },
  };
}
