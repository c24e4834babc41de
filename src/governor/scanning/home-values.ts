// What a scan takes from a home: what was enrolled there, and what its adopted spec names. Asks no governor.
import { readFileSync } from "node:fs";
import type { Spec } from "../../spec/spec.ts";
import { shellQuote } from "../../stdx/shell-quote.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { loadEnrolled } from "../enrolled-index.ts";
import { heldValues } from "../held-values.ts";
import { type HomePaths, homePaths } from "../home.ts";
import { readHomeLedger } from "../home-ledger.ts";
import { readNodeFile } from "../node-file.ts";
import { adoptedSpec } from "../spec-in-force.ts";
import type { EnrolledValues } from "./enrolled-values.ts";

/**
 * The values of the home at `home`. Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE, WRIT_SPEC_MISSING and WRIT_SPEC_EDITED where the
 * file is not what was adopted, WRIT_LEDGER_CORRUPT, and WRIT_SECRET_UNUSABLE where a protected file cannot be read.
 */
export async function valuesOfHome(home: string): Promise<EnrolledValues> {
  const paths = homePaths(home);
  const { bytes_hash, enrolments } = await readHomeLedger(paths, readNodeFile(paths.node, home));
  const { index, key } = loadEnrolled(paths, enrolments.at(-1)?.index_hash ?? null);
  const held = await heldValues(specOfHome(paths, bytes_hash), { secrets: [], sends: true });
  return {
    index,
    values: held.protected.map(({ name, value }) => ({ name, value, grade: "high" as const })),
    documents: held.documents.map(({ name, text }) => ({ name, bytes: new TextEncoder().encode(text) })),
    key,
  };
}

/** The operator's copy of the spec, which must be what the ledger says was adopted last. */
function specOfHome(paths: HomePaths, adopted: string | null): Spec {
  const hint = `writ spec restore --home ${shellQuote(paths.home)}`;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(paths.spec);
  } catch (cause) {
    throw new WritError("WRIT_SPEC_MISSING", `\`${paths.spec}\` cannot be read`, { hint, cause });
  }
  const { parsed } = adoptedSpec(bytes, paths.spec);
  if (parsed.bytes_hash === adopted) return parsed.spec;
  throw new WritError("WRIT_SPEC_EDITED", `\`${paths.spec}\` is not the adopted spec`, { hint });
}
