// What a scan takes from a home: what was enrolled there, and what its adopted spec names. Asks no governor.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { importPublicKey } from "../../ledger/ledger-key.ts";
import { nodeFileSystem } from "../../ledger/node-file-system.ts";
import { corruptError } from "../../ledger/problem.ts";
import { scanLedger } from "../../ledger/scan-ledger.ts";
import type { Spec } from "../../spec/spec.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { loadEnrolled } from "../enrolled-index.ts";
import { heldValues } from "../held-values.ts";
import { type HomePaths, homePaths } from "../home.ts";
import { type NodeFile, readNodeFile } from "../node-file.ts";
import { ledgerOrigin } from "../open-home-ledger.ts";
import { readLive } from "../read-live.ts";
import { adoptedSpec } from "../spec-in-force.ts";
import { publicKeyOf } from "../verify-home.ts";
import type { EnrolledValues } from "./enrolled-values.ts";

/**
 * The values of the home at `home`. Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_SPEC_MISSING and WRIT_SPEC_EDITED where the
 * file is not what was adopted, WRIT_LEDGER_CORRUPT, and WRIT_SECRET_UNUSABLE where a protected file cannot be read.
 */
export async function valuesOfHome(home: string): Promise<EnrolledValues> {
  const paths = homePaths(home);
  const node = readNodeFile(paths.node, home);
  const loaded = loadEnrolled(paths);
  const spec = await specOfHome(paths, node);
  const held = await heldValues(spec, { secrets: [], sends: true });
  return {
    enrolled: loaded === null ? null : { index: loaded.index, key: loaded.key },
    values: held.protected.map(({ name, value }) => ({ name, value, grade: "high" as const })),
    documents: held.documents.map(({ name, text }) => ({ name, bytes: new TextEncoder().encode(text) })),
    key: new Uint8Array(randomBytes(32)),
  };
}

/** The operator's copy of the spec, which must be what the ledger says was adopted last. */
async function specOfHome(paths: HomePaths, { node }: NodeFile): Promise<Spec> {
  const hint = `writ spec restore --home ${shellQuote(paths.home)}`;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(paths.spec);
  } catch (cause) {
    throw new WritError("WRIT_SPEC_MISSING", `\`${paths.spec}\` cannot be read`, { hint, cause });
  }
  const key = importPublicKey(publicKeyOf(paths.public_key));
  let adopted: unknown = null;
  const read = (): ReturnType<typeof scanLedger> =>
    scanLedger({
      fs: nodeFileSystem,
      dir: paths.ledger,
      verifier: { origin: ledgerOrigin(node), key },
      rememberedHead: null,
      visit: ({ kind, core }) => {
        if (kind === "spec_adopted") adopted = core["bytes_hash"];
      },
    });
  const scan = await readLive(read, ({ problem }) => problem === null);
  if (scan.problem !== null) throw corruptError(paths.ledger, scan.problem);
  const { parsed } = adoptedSpec(bytes, paths.spec);
  if (parsed.bytes_hash === adopted) return parsed.spec;
  throw new WritError("WRIT_SPEC_EDITED", `\`${paths.spec}\` is not the adopted spec`, { hint });
}
