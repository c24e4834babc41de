// What stands at and below one place, so that two looks tell what was written between them. Not what changed
// (written-places.ts). What cannot be looked at whole is no stock: then anything may have been written.
import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { lstat, open, readdir, readlink, statfs } from "node:fs/promises";
import { digestOf } from "./content-hash.ts";

/** How much one stock looks at: about a second on an ordinary disk. */
export interface StockBounds {
  readonly entries: number;
  /** Bytes read where times alone do not tell. */
  readonly bytes: number;
}

export const STOCK_MAX: StockBounds = { entries: 20_000, bytes: 64 * 1024 * 1024 };

/** One file, folder or other thing. */
export interface StockEntry {
  readonly kind: "directory" | "other";
  /** Everything that a task could have changed of it; of a folder without what stands in it. */
  readonly stamp: string;
  /** Of a folder: nobody set its times by hand, as far as they tell (entries that come and go set both alike). */
  readonly timesAgree: boolean;
  readonly times: string;
  /** Hexadecimal; null: its times tell, and it was not read. */
  readonly sha256: string | null;
}

/** By absolute path, parents before what stands in them. */
export type Stock = ReadonlyMap<string, StockEntry>;

/**
 * File systems whose change times also tell of writes through memory maps (magic numbers of linux/magic.h): ext2 to ext4,
 * XFS, Btrfs, F2FS. tmpfs does not, and others are not known: there, files are read.
 */
const TELLING: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010]);

/** A change this short before the look could be followed by another that has the same time: kernel ticks are 10 ms at most. */
const RACY_MS = 2000;

/** Paths looked at together: the file system answers few at a time. */
const TOGETHER = 32;

/** A look under way. */
interface Look {
  readonly entries: Map<string, StockEntry>;
  readonly device: bigint;
  readonly telling: boolean;
  readonly bounds: StockBounds;
  /** Files of this earlier stock that were read are read again. */
  readonly before: Stock | null;
  /** ms since 1970. */
  readonly now: number;
  bytes: number;
}

/** Something cannot be looked at, is another file system, or there is too much of it. */
class Incomplete extends Error {}

/**
 * The stock of `place` (a real path, a folder or a file); null where anything in it cannot be looked at, lies on another
 * file system or is beyond `bounds`. Never throws. Links are not followed.
 *
 * @param before The stock that this one will be compared with.
 */
export async function takeStock(
  place: string,
  before: Stock | null = null,
  bounds: StockBounds = STOCK_MAX,
): Promise<Stock | null> {
  try {
    const root = await lstat(place, { bigint: true });
    const telling = TELLING.has((await statfs(place)).type);
    const look: Look = {
      entries: new Map(),
      device: root.dev,
      telling,
      bounds,
      before,
      now: Date.now(),
      bytes: 0,
    };
    let level: readonly string[] = [place];
    while (level.length > 0) level = await lookAt(level, look);
    return look.entries;
  } catch {
    return null;
  }
}

/** Takes the paths of one level; gives those of the next. */
async function lookAt(level: readonly string[], look: Look): Promise<readonly string[]> {
  const below: string[] = [];
  for (let at = 0; at < level.length; at += TOGETHER) {
    const paths = level.slice(at, at + TOGETHER);
    const entries = await Promise.all(paths.map((path) => entryOf(path, look)));
    for (const [index, entry] of entries.entries()) {
      const path = paths[index] ?? "";
      look.entries.set(path, entry);
      if (look.entries.size > look.bounds.entries) throw new Incomplete();
      if (entry.kind !== "directory") continue;
      for (const name of await readdir(path)) below.push(`${path === "/" ? "" : path}/${name}`);
      if (look.entries.size + below.length > look.bounds.entries) throw new Incomplete();
    }
  }
  return below;
}

async function entryOf(path: string, look: Look): Promise<StockEntry> {
  const stats = await lstat(path, { bigint: true });
  if (stats.dev !== look.device) throw new Incomplete();
  const times = `${stats.mtimeNs} ${stats.ctimeNs}`;
  const identity = [stats.ino, stats.mode, stats.uid, stats.gid];
  if (stats.isDirectory()) {
    const timesAgree = stats.mtimeNs === stats.ctimeNs;
    return { kind: "directory", stamp: identity.join(" "), timesAgree, times, sha256: null };
  }
  // The text of a link is as good as content.
  const text = stats.isSymbolicLink() ? await readlink(path) : "";
  const stamp = [...identity, stats.size, stats.nlink, times, text].join(" ");
  const sha256 = stats.isFile() && mustRead(path, stats, look) ? await contentOf(path, look) : null;
  return { kind: "other", stamp, timesAgree: true, times, sha256 };
}

function mustRead(path: string, stats: BigIntStats, { before, telling, now }: Look): boolean {
  if (before !== null) return typeof before.get(path)?.sha256 === "string";
  return !telling || Number(stats.ctimeMs) > now - RACY_MS;
}

async function contentOf(path: string, look: Look): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { size } = await handle.stat();
    look.bytes += size;
    if (look.bytes > look.bounds.bytes) throw new Incomplete();
    const digest = await digestOf(handle, size);
    if (digest === null) throw new Incomplete();
    return digest;
  } finally {
    await handle.close();
  }
}
