// Opens a home's ledger and loads its key as its governor does: against what is remembered of it, after what a crash left of a
// change of the key is settled.
import type { Ledger } from "../ledger/ledger.ts";
import type { RememberedHead } from "../ledger/scan-state.ts";
import { type GovernorKey, loadGovernorKey } from "./governor-key.ts";
import type { HomePaths } from "./home.ts";
import type { NodeFile } from "./node-file.ts";
import { openHomeLedger } from "./open-home-ledger.ts";
import type { Progress } from "./progress.ts";
import { recallHead, rolledBack } from "./remembered-head.ts";
import { settleRotation } from "./rotate-key.ts";

export interface RememberedHome {
  readonly paths: HomePaths;
  readonly node: NodeFile;
  /** The folder that remembers heads; null: nothing is remembered. */
  readonly heads: string | null;
}

/** The home's key. Throws WRIT_KEY_UNUSABLE, and as opening the ledger where a change of the key is to be settled first. */
export async function settledKey(home: RememberedHome): Promise<GovernorKey> {
  const { paths, node } = home;
  await rememberedOf(home, (remembered) => settleRotation(paths, node.node, remembered));
  return loadGovernorKey(paths);
}

/** The ledger, if it continues what is remembered of it; `progress` is told of its verification. Throws as `openLedger` does. */
export async function openRemembered(
  home: RememberedHome,
  key: GovernorKey,
  progress?: Progress,
): Promise<Ledger> {
  const { paths, node } = home;
  const opening = { create: false, ...(progress === undefined ? {} : { progress }) };
  return await rememberedOf(home, (remembered) =>
    openHomeLedger(paths.ledger, node.node, key, { ...opening, remembered }),
  );
}

async function rememberedOf<T>(
  { node, heads }: RememberedHome,
  open: (remembered: RememberedHead | null) => Promise<T>,
): Promise<T> {
  try {
    return await open(recallHead(heads, node));
  } catch (error) {
    throw rolledBack(error, heads, node.node);
  }
}
