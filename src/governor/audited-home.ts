// What every offline reader of a home's ledger begins with: where it is, who signs it, and what is remembered of it.
import type { NoteVerifier } from "../ledger/checkpoint.ts";
import { importPublicKey } from "../ledger/ledger-key.ts";
import type { RememberedHead } from "../ledger/scan-state.ts";
import { WritError } from "../stdx/writ-error.ts";
import { homePaths } from "./home.ts";
import { type NodeFile, readNodeFile } from "./node-file.ts";
import { ledgerOrigin } from "./open-home-ledger.ts";
import { publicKeyOf } from "./public-key-of.ts";
import { readLive } from "./read-live.ts";
import { headsFolder, recallHead, rolledBack } from "./remembered-head.ts";

export interface AuditedHome {
  readonly dir: string;
  readonly verifier: NoteVerifier;
  readonly rememberedHead: RememberedHead | null;
  readonly node: NodeFile;
  readonly heads: string | null;
}

/** Throws WRIT_HOME_MISSING, WRIT_HOME_UNSAFE and WRIT_KEY_UNUSABLE. */
export function auditedHome(home: string, heads: string | null = headsFolder()): AuditedHome {
  const paths = homePaths(home);
  const node = readNodeFile(paths.node, home);
  const key = importPublicKey(publicKeyOf(paths.public_key));
  const verifier = { origin: ledgerOrigin(node.node), key };
  return { dir: paths.ledger, verifier, rememberedHead: recallHead(heads, node), node, heads };
}

/** What `read` gives, read again a few times while a governor may be writing what looks like damage. Throws as `read` does. */
export async function readAudited<T>({ heads, node }: AuditedHome, read: () => Promise<T>): Promise<T> {
  const attempt = async (): Promise<{ readonly value: T } | WritError> => {
    try {
      return { value: await read() };
    } catch (error) {
      if (error instanceof WritError && error.code === "WRIT_LEDGER_CORRUPT") return error;
      throw error;
    }
  };
  const found = await readLive(attempt, (one) => !(one instanceof WritError));
  if (found instanceof WritError) throw rolledBack(found, heads, node.node);
  return found.value;
}
