// What a home's ledger says of its spec and of what is enrolled, read from its files; no governor is asked.
import { importPublicKey } from "../ledger/ledger-key.ts";
import { nodeFileSystem } from "../ledger/node-file-system.ts";
import { corruptError } from "../ledger/problem.ts";
import { scanLedger } from "../ledger/scan-ledger.ts";
import type { JsonObject } from "../stdx/json.ts";
import type { HomePaths } from "./home.ts";
import type { NodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";
import { indexHashOf } from "./project-record.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { readLive } from "./read-live.ts";

/** One enrolment, as its record's core tells it. */
export interface RecordedEnrolment {
  readonly sequence: number;
  readonly index_hash: string;
  readonly uid: number | null;
  readonly principal: string | null;
  /** How many files it added something of. */
  readonly files: number;
}

export interface HomeLedger {
  /** Of the spec that was adopted last. */
  readonly bytes_hash: string | null;
  /** Oldest first. */
  readonly enrolments: readonly RecordedEnrolment[];
}

/** Reads the ledger of the home of `paths`. Throws WRIT_LEDGER_CORRUPT and WRIT_KEY_UNUSABLE. */
export async function readHomeLedger(paths: HomePaths, { node }: NodeFile): Promise<HomeLedger> {
  const key = importPublicKey(publicKeyOf(paths.public_key));
  let bytes_hash: string | null = null;
  let enrolments: RecordedEnrolment[] = [];
  const read = (): ReturnType<typeof scanLedger> => {
    enrolments = [];
    return scanLedger({
      fs: nodeFileSystem,
      dir: paths.ledger,
      verifier: { origin: ledgerOrigin(node), key },
      rememberedHead: null,
      visit: ({ kind, sequence, core }) => {
        if (kind === "spec_adopted") bytes_hash = textOf(core["bytes_hash"]);
        if (kind === "enrolled") enrolments.push(enrolmentOf(sequence, core));
      },
    });
  };
  const scan = await readLive(read, ({ problem }) => problem === null);
  if (scan.problem !== null) throw corruptError(paths.ledger, scan.problem);
  return { bytes_hash, enrolments };
}

function enrolmentOf(sequence: number, core: JsonObject): RecordedEnrolment {
  const { uid, principal, files } = core;
  return {
    sequence,
    index_hash: indexHashOf({ core }),
    uid: typeof uid === "number" ? uid : null,
    principal: textOf(principal),
    files: Array.isArray(files) ? files.length : 0,
  };
}

function textOf(value: JsonObject[string] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
