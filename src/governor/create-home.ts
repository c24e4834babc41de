// Makes a home: its keys, its ledger with the first records, and the operator's copy of the first spec. Never touches an
// existing one. Not the fitting of a spec to the machine.
import { randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { assert } from "../stdx/assert.ts";
import { shellQuote } from "../stdx/shell-quote.ts";
import { WritError } from "../stdx/writ-error.ts";
import { AT_GENESIS, adoptionRecord, type Signatures } from "./amend/amend-records.ts";
import type { MinisignKey } from "./amend/minisign-key.ts";
import { makeOperatorKey, signedBy, signerOf } from "./amend/operator-key.ts";
import { checkSignatures } from "./amend/signatures.ts";
import { buildId, packageVersion } from "./build-id.ts";
import { makeGovernorKey } from "./governor-key.ts";
import { homePaths } from "./home.ts";
import { formatNodeFile, type NodeFile } from "./node-file.ts";
import { openHomeLedger } from "./open-home-ledger.ts";
import { ensureProtectKey } from "./protect-key.ts";
import { type AdoptedSpec, adoptedSpec } from "./spec-in-force.ts";
import { syncFolder } from "./write-file.ts";

export interface CreateHomeOptions {
  /** Where the home is to be; an empty folder there is taken, anything else is not. */
  readonly path: string;
  readonly spec: { readonly bytes: Uint8Array; readonly source: string };
  /** For play: only paths below the folder `root` can be granted. Default: a home for work. */
  readonly throw_away?: { readonly root: string } | null;
  /** Whom tasks run as when the governor is root. Default: nobody (65534) for root, else null: as oneself. */
  readonly task_uid?: number | null;
}

export interface CreatedHome {
  /** Absolute. */
  readonly path: string;
  readonly node: string;
  readonly task_uid: number | null;
  readonly spec_path: string;
  readonly spec_hash: string;
  readonly spec_name: string;
}

/** Debian's and most systems' `nobody`: no files of its own, no password, no shell. */
const NOBODY = 65_534;

/**
 * Makes the home at `options.path` in a folder beside it and moves it there whole: it exists complete or not at all.
 * Throws WRIT_SPEC_INVALID, WRIT_FILE_UNREADABLE, WRIT_HOME_EXISTS, WRIT_HOME_UNWRITABLE, WRIT_LEDGER_UNWRITABLE; then nothing is left behind.
 */
export async function createHome(options: CreateHomeOptions): Promise<CreatedHome> {
  const path = resolve(options.path);
  const spec = adoptedSpec(options.spec.bytes, options.spec.source);
  const isRoot = process.geteuid?.() === 0;
  const node: NodeFile = {
    format: 1,
    node: randomBytes(16).toString("hex"),
    task_uid: options.task_uid ?? (isRoot ? NOBODY : null),
    throw_away: options.throw_away ? { root: realRoot(options.throw_away.root) } : null,
  };
  const fresh = `${path}.new-${process.pid}-${node.node.slice(0, 12)}`;
  try {
    refuseExisting(path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    removeLeftovers(path);
    mkdirSync(fresh, { mode: 0o700 });
    await fill(fresh, node, spec);
    renameSync(fresh, path);
    syncFolder(dirname(path));
  } catch (cause) {
    rmSync(fresh, { recursive: true, force: true });
    throw asHomeError(path, cause);
  }
  const { spec_hash } = spec.parsed;
  const { task_uid } = node;
  return {
    path,
    node: node.node,
    task_uid,
    spec_path: homePaths(path).spec,
    spec_hash,
    spec_name: spec.parsed.spec.name,
  };
}

/** A home in the making holds a private key: what a killed one left beside `path` goes with the next one. */
function removeLeftovers(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder)) {
    const [, pid] = /^\.new-([1-9][0-9]{0,9})-[0-9a-f]{12}$/.exec(afterName(name, basename(path))) ?? [];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function afterName(name: string, start: string): string {
  return name.startsWith(start) ? name.slice(start.length) : "";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process (EPERM) lives as well.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch (cause) {
    throw new WritError("WRIT_FILE_UNREADABLE", `there is no folder \`${root}\` for a throw-away home`, {
      hint: `mkdir -p ${shellQuote(root)}`,
      cause,
    });
  }
}

async function fill(home: string, node: NodeFile, spec: AdoptedSpec): Promise<void> {
  const paths = homePaths(home);
  const key = makeGovernorKey(paths);
  const operator = makeOperatorKey(paths);
  mkdirSync(paths.run, { mode: 0o700 });
  writeFileSync(paths.spec, spec.bytes, { mode: 0o600, flag: "wx", flush: true });
  writeFileSync(paths.node, formatNodeFile(node), { mode: 0o600, flag: "wx", flush: true });
  const ledger = await openHomeLedger(paths.ledger, node.node, key, { create: true, remembered: null });
  try {
    const public_key = key.public_key.export({ format: "jwk" }).x ?? "";
    const { spec_hash } = spec.parsed;
    const core = {
      format: node.format,
      node: node.node,
      public_key,
      spec_hash,
      throw_away: node.throw_away !== null,
      operator: signerOf(operator),
      founding: spec.parsed.spec.amendment.founding,
    };
    await ledger.append({ kind: "genesis", core });
    await ledger.append({ kind: "software", core: { version: packageVersion(), build: buildId() } });
    await ledger.append(
      adoptionRecord(spec, AT_GENESIS, { by: "genesis" }, genesisSignature(operator, spec)),
    );
  } finally {
    await ledger.close();
  }
  ensureProtectKey(paths);
  for (const folder of [paths.keys, paths.ledger, paths.home]) syncFolder(folder);
}

function genesisSignature(operator: MinisignKey, spec: AdoptedSpec): Signatures {
  const files = [signedBy(operator, spec.bytes, "governance.yaml.minisig")];
  const { signed } = checkSignatures(spec.bytes, files, [signerOf(operator)], Math.floor(Date.now() / 1000));
  assert(signed.length === 1, "the first spec is signed");
  return { signed, files };
}

function refuseExisting(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readdirSync(path).length === 0)) return;
  const what = existsSync(homePaths(path).node) ? "a home" : "something else";
  throw new WritError("WRIT_HOME_EXISTS", `there is ${what} at \`${path}\` already`, {
    hint: "writ status, or writ init --home DIR for another one",
  });
}

function asHomeError(path: string, cause: unknown): unknown {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : null;
  if (cause instanceof WritError || typeof code !== "string") return cause;
  if (code === "ENOTEMPTY" || code === "EEXIST")
    return new WritError("WRIT_HOME_EXISTS", `there is something at \`${path}\` already`, {
      hint: "writ init --home DIR for another one",
      cause,
    });
  return new WritError("WRIT_HOME_UNWRITABLE", `cannot make a home at \`${path}\`: ${code}`, {
    hint: "choose a folder that you can write to, with free space, by --home",
    cause,
  });
}
