// Measures a home's ledger from its files; no governor is asked, and nothing is written. Cores only.
import { importPublicKey } from "../ledger/ledger-key.ts";
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { corruptError } from "../ledger/problem.ts";
import { scanLedger } from "../ledger/scan-ledger.ts";
import { Measurement } from "../measure/measurement.ts";
import { type Snapshot, snapshot } from "../measure/snapshot.ts";
import { homePaths } from "./home.ts";
import { readNodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { readLive } from "./read-live.ts";
import { headsFolder, recallHead, rolledBack } from "./remembered-head.ts";

/** What was measured of a node. */
export interface MeasuredHome extends Snapshot {
  readonly node: string;
}

/**
 * What the ledger of `home` shows; `progress` is told how many records were read, now and then. Throws WRIT_HOME_MISSING,
 * WRIT_HOME_UNSAFE, WRIT_KEY_UNUSABLE, and WRIT_LEDGER_CORRUPT when the ledger does not hold: figures of a changed ledger
 * would be a tale.
 */
export async function measureHome(
  home: string,
  progress: (records: number) => void = () => undefined,
  heads: string | null = headsFolder(),
): Promise<MeasuredHome> {
  const paths = homePaths(home);
  const nodeFile = readNodeFile(paths.node, home);
  const { node } = nodeFile;
  const key = importPublicKey(publicKeyOf(paths.public_key));
  let measurement = new Measurement();
  const read = (): ReturnType<typeof scanLedger> => {
    measurement = new Measurement();
    return scanLedger({
      fs: nodeFileSystem,
      dir: paths.ledger,
      verifier: { origin: ledgerOrigin(node), key },
      rememberedHead: recallHead(heads, nodeFile),
      visit: (record) => {
        measurement.apply(record);
        if (measurement.records % PROGRESS_RECORDS === 0) progress(measurement.records);
      },
    });
  };
  const scan = await readLive(read, ({ problem }) => problem === null);
  if (scan.problem !== null) throw rolledBack(corruptError(paths.ledger, scan.problem), heads, node);
  return { node, ...snapshot(measurement) };
}

/** Records between two words of progress: a second or two. */
const PROGRESS_RECORDS = 50_000;
