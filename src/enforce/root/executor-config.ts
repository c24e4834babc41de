// What root has written down for the executor: whose writs it takes, and whose uids it may change to. Read once at its start,
// from a file that root alone can write. Not the spec: what a principal may do there, this only lets it be somebody.
import { createPublicKey, type KeyObject } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { WritError } from "../../stdx/writ-error.ts";
import { closed, listOf, matches, name, oneOf, path, positive } from "../writ/checks.ts";

export interface ExecutorConfig {
  readonly format: 1;
  /** The node whose writs these are. */
  readonly node: string;
  /** Ed25519, the raw key in base64url (RFC 8037, section 2). */
  readonly public_key: string;
  /** The governor's own account: never a task's. */
  readonly uid: number;
  readonly gid: number;
  /** A folder of root's on a file system in memory: the socket and the folders of live tasks. */
  readonly run: string;
  /** A folder of root's, with one for each principal to drop tasks into. */
  readonly spool: string;
  /** The list of accounts (passwd(5)). */
  readonly passwd: string;
  readonly principals: readonly ListedPrincipal[];
}

export interface ListedPrincipal {
  /** As the spec names it. */
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** The account's name when root listed it: a uid that was given to somebody else since is refused. */
  readonly user: string;
}

/** Where it lies unless its program is told another place. */
export const EXECUTOR_CONFIG = "/etc/writ/executor.json";
const CONFIG_BYTES_MAX = 1_048_576;

const FORM = closed({
  format: oneOf(1),
  node: matches(/^[0-9a-f]{32}$/u, "a node"),
  public_key: matches(/^[A-Za-z0-9_-]{43}$/u, "a public key"),
  uid: positive,
  gid: positive,
  run: path,
  spool: path,
  passwd: path,
  principals: listOf(
    closed({ name, uid: positive, gid: positive, user: matches(/^[^:\s]{1,256}$/u, "an account's name") }),
  ),
});

/** The configuration in `file`. Throws WRIT_SERVICE_REFUSED for one that others could have written, or of another form. */
export function readExecutorConfig(file: string, owner = 0): ExecutorConfig {
  const { value, problem } = parsed(readOwned(file, owner));
  if (problem !== null) throw refused(file, problem);
  const config = value as ExecutorConfig;
  const uids = new Set(config.principals.map(({ uid }) => uid));
  if (uids.size !== config.principals.length) throw refused(file, "two principals share a uid");
  if (uids.has(config.uid)) throw refused(file, `uid ${config.uid} is the governor's, and no principal's`);
  return config;
}

/** Whether `text` is a configuration by its form, whoever it is of. */
export function isExecutorConfig(text: string): boolean {
  return parsed(text).problem === null;
}

/** The key that writs are signed with. */
export function publicKeyOf({ public_key }: Pick<ExecutorConfig, "public_key">): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: public_key }, format: "jwk" });
}

function parsed(text: string): { readonly value: unknown; readonly problem: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    return { value, problem: FORM(value, "config") };
  } catch {
    return { value: null, problem: "is no JSON" };
  }
}

/** Judged by its descriptor, so that it cannot be changed for another in between. */
function readOwned(file: string, owner: number): string {
  const folder = lstatSync(dirname(file), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true || !isOwners(folder, owner)) throw loose(dirname(file), owner);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw refused(file, `cannot be opened: ${(cause as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || !isOwners(stat, owner)) throw loose(file, owner);
    const bytes = Buffer.alloc(CONFIG_BYTES_MAX + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > CONFIG_BYTES_MAX) throw refused(file, `has over ${CONFIG_BYTES_MAX} bytes`);
    return bytes.toString("utf8", 0, length);
  } finally {
    closeSync(descriptor);
  }
}

function isOwners({ uid, mode }: { readonly uid: number; readonly mode: number }, owner: number): boolean {
  return uid === owner && (mode & 0o022) === 0;
}

function loose(file: string, owner: number): WritError {
  return refused(file, `is not uid ${owner}'s alone to write`);
}

function refused(file: string, what: string): WritError {
  return new WritError("WRIT_SERVICE_REFUSED", `the executor's configuration \`${file}\`: ${what}`, {
    hint: "sudo writ service install --apply",
  });
}
