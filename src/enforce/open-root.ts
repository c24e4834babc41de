// The gate's certificate root of one executor, made with the first task that has the gate's network: most starts of a
// governor never need it. Not what it signs (gate/certificates/root.ts).
import type { Root } from "./gate/certificates/root.ts";
import { writeGateFiles } from "./sandbox/system-root.ts";

/** The root; the files that a task with a gate is shown are written before it resolves. */
export type RootPort = () => Promise<Root>;

/**
 * Makes the root at the first call and gives the same one after. `etc`: the folder of the made-up files. A call that fails
 * rejects and leaves nothing: the next one tries again.
 *
 * @example const { certificate } = await openRoot("/run/writ/etc")();
 */
export function openRoot(etc: string): RootPort {
  let opened: Promise<Root> | null = null;
  return () => {
    opened ??= makeRoot(etc).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}

async function makeRoot(etc: string): Promise<Root> {
  const { createRoot } = await import("./gate/certificates/root.ts");
  const root = createRoot();
  writeGateFiles(etc, root.certificate);
  return root;
}
