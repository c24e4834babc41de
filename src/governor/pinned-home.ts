// The one home of a machine that does real work, where root has pinned it; every other home there can only play. Reads the
// pin and changes nothing. A machine without a pin has as many homes as it likes.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { addressClass } from "../names/address.ts";
import type { Spec } from "../spec/spec.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { NodeFile } from "./node-file.ts";

/** Where the pin lies, and whose it and its folder must be. */
export interface PinPlace {
  readonly file: string;
  readonly owner: number;
}

/** This machine's own; root's, so that nobody who may only submit work can move it. */
export const PIN_PLACE: PinPlace = { file: "/etc/writ/home", owner: 0 };

/** PATH_MAX of Linux (limits.h), with the newline. */
const PIN_BYTES_MAX = 4097;

/** Where homes for play may say themselves how far they reach: what challenges make. */
const PLAY_FOLDERS: readonly string[] = ["/tmp/", "/var/tmp/"];

/**
 * The home that is pinned; null: there is no pin. Throws WRIT_HOME_UNSAFE for a pin that somebody else could have written or
 * that cannot be read: then nothing runs, in any home.
 */
export function pinnedHome({ file, owner }: PinPlace = PIN_PLACE): string | null {
  const folder = lstatOf(dirname(file));
  if (folder === null || lstatOf(file) === null) return null;
  if (!folder.isDirectory() || !isOwners(folder, owner)) throw unsafe(dirname(file), owner);
  const text = readPin(file, owner);
  const home = /^(\/[^\0\n]*[^\0\n/])\n?$/.exec(text)?.[1];
  if (home === undefined) throw broken(file, "does not name one absolute path");
  return home;
}

/**
 * `node` as it counts on this machine. In a home that is not the pinned one only what lies below its own folder can be
 * granted, or, of one for play below a folder for temporary files, what it says itself. `played`: it is such a home.
 */
export function nodeOnMachine(
  node: NodeFile,
  home: string,
  pinned: string | null,
): { readonly node: NodeFile; readonly played: boolean } {
  if (pinned === null || pinned === home) return { node, played: false };
  const root = node.throw_away?.root ?? home;
  const kept = PLAY_FOLDERS.some((folder) => root.startsWith(folder) && !root.includes("/../"));
  return { node: { ...node, throw_away: { root: kept ? root : home } }, played: true };
}

/**
 * Throws WRIT_HOME_UNSAFE where `spec` names an endpoint that is not pinned to a loopback address: a home that can only play
 * reaches nobody. Judged with each task, so a spec that is adopted later is held to it too.
 */
export function refuseToReachOut(spec: Spec, pin: PinPlace = PIN_PLACE): void {
  const outward = spec.sovereignty.endpoints.find(
    ({ address }) => address === null || addressClass(address) !== "loopback",
  );
  if (outward === undefined) return;
  throw new WritError(
    "WRIT_HOME_UNSAFE",
    `\`${pin.file}\` pins another home on this machine, and the spec of this one reaches \`${outward.host}\``,
    { hint: `cat ${pin.file}  # the home that works here` },
  );
}

function lstatOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw broken(path, `cannot be looked at: ${code ?? "unknown reason"}`);
  }
}

/** Opened once and judged by its descriptor, so that it cannot be changed for another in between. */
function readPin(file: string, owner: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw broken(file, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown reason"}`);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw broken(file, "is no regular file");
    if (!isOwners(stat, owner)) throw unsafe(file, owner);
    const buffer = Buffer.alloc(PIN_BYTES_MAX + 1);
    const length = readSync(descriptor, buffer, 0, buffer.length, 0);
    if (length > PIN_BYTES_MAX) throw broken(file, `has over ${PIN_BYTES_MAX} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, length));
  } catch (error) {
    if (error instanceof WritError) throw error;
    throw broken(file, "cannot be read as text");
  } finally {
    closeSync(descriptor);
  }
}

function isOwners({ uid, mode }: Stats, owner: number): boolean {
  return uid === owner && (mode & 0o022) === 0;
}

function unsafe(path: string, owner: number): WritError {
  return broken(path, `is not uid ${owner}'s alone to write`);
}

function broken(path: string, what: string): WritError {
  return new WritError("WRIT_HOME_UNSAFE", `the pin of this machine's home: \`${path}\` ${what}`, {
    hint: `chown root:root ${path} && chmod go-w ${path}  # or take it away, as root`,
  });
}
