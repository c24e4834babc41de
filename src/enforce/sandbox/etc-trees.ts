// The whole of /etc as folders that launchers bind before their task is known: one without a network and one with the gate's,
// made anew when the host's own files are others. Not what is in them (system-root.ts).
import { rmSync, statSync } from "node:fs";
import { etcFromHost, writeEtcTree } from "./system-root.ts";

/** A folder for /etc, read-only to whoever is shown it, and what is to be bound into it. */
export interface EtcTree {
  readonly folder: string;
  readonly binds: readonly (readonly [source: string, path: string])[];
}

export interface EtcTrees {
  /** The tree for a task with the gate's network or without; the gate's files are there by then. Throws what writing throws. */
  take(gate: boolean): EtcTree;
}

/** Below `run`, of which the executor's own made-up files are in `run`/etc. */
export function openEtcTrees(run: string): EtcTrees {
  const kept = new Map<boolean, { readonly seen: string; readonly tree: EtcTree }>();
  let made = 0;
  const make = (gate: boolean): EtcTree => {
    made += 1;
    const folder = `${run}/etc-${made}`;
    // What an earlier executor left.
    rmSync(folder, { recursive: true, force: true });
    return { folder, binds: writeEtcTree(folder, `${run}/etc`, gate) };
  };
  return {
    take: (gate) => {
      const seen = hostEtc();
      const present = kept.get(gate);
      if (present?.seen === seen) return present.tree;
      const tree = make(gate);
      kept.set(gate, { seen, tree });
      return tree;
    },
  };
}

/** Which files of the host's /etc a task is shown, by name, device and inode: one that was replaced is another one. */
export function hostEtc(): string {
  return etcFromHost()
    .map((name) => {
      const stat = statSync(`/etc/${name}`, { bigint: true, throwIfNoEntry: false });
      return `${name} ${stat?.dev ?? ""}:${stat?.ino ?? ""}`;
    })
    .join("\n");
}
