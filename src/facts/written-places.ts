// Which places were written between two looks at one grant. In doubt all of it: what cannot be told apart counts as written.
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { isWithin } from "../names/path.ts";
import { digestOf } from "./content-hash.ts";
import { type Stock, type StockEntry, takeStock } from "./stock.ts";

/** Places told apart in one grant; beyond, the whole grant counts as written. */
export const PLACES_MAX = 256;

/** Bytes of the largest file whose content is named, and of all of them together. */
const CONTENT_MAX = 64 * 1024 * 1024;
const CONTENTS_MAX = 256 * 1024 * 1024;

/** Something that was written, and everything below it. */
export interface WrittenPlace {
  /** Absolute. */
  readonly path: string;
  /** Hexadecimal SHA-256 of a file; null: a folder, no regular file, or too large. */
  readonly sha256: string | null;
}

/**
 * What was written at or below `grant` since `before` was taken: files that are new or changed, the topmost of new folders,
 * and whole each folder that something was removed from or whose own mode, owner or times were set, as that tells something
 * too. At most `PLACES_MAX`, in order; else, and where nobody can tell, the grant itself. Never throws.
 *
 * @param before null: it could not be taken.
 * @param isLabelled Whether a path carried the writer's label already: then its removal tells only those who had that label.
 */
export async function writtenPlaces(
  grant: string,
  before: Stock | null,
  isLabelled: (path: string) => boolean,
): Promise<readonly WrittenPlace[]> {
  const whole = [{ path: grant, sha256: null }];
  if (before === null) return whole;
  const after = await takeStock(grant, before);
  if (after === null) return whole;
  const places = outermost([...added(before, after), ...removed(before, after, isLabelled)]);
  if (places.length > PLACES_MAX) return whole;
  const left = { bytes: CONTENTS_MAX };
  const written: WrittenPlace[] = [];
  for (const path of places) {
    const isFile = after.get(path)?.kind === "other";
    written.push({ path, sha256: isFile ? await contentOf(path, left) : null });
  }
  return written;
}

function* added(before: Stock, after: Stock): Generator<string> {
  for (const [path, entry] of after) {
    const earlier = before.get(path);
    if (earlier === undefined || isChanged(earlier, entry)) yield path;
  }
}

function isChanged(before: StockEntry, after: StockEntry): boolean {
  if (before.stamp !== after.stamp || before.sha256 !== after.sha256) return true;
  return before.times !== after.times && !after.timesAgree;
}

/** The folder that each missing entry stood in; not for what stood in one that is missing itself. */
function* removed(before: Stock, after: Stock, isLabelled: (path: string) => boolean): Generator<string> {
  for (const path of before.keys()) {
    const folder = dirname(path);
    if (after.has(path) || (before.has(folder) && !after.has(folder)) || isLabelled(path)) continue;
    // The grant itself is gone: nothing is left to carry anything but its place.
    yield before.has(folder) ? folder : path;
  }
}

/** Sorted; none within another. */
function outermost(paths: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (const path of [...new Set(paths)].sort(bySegments)) {
    const last = kept.at(-1);
    if (last === undefined || !isWithin(last, path)) kept.push(path);
  }
  return kept;
}

/** A folder right before all that lies in it: a slash sorts before every other character. */
function bySegments(one: string, other: string): number {
  const first = one.replaceAll("/", "\0");
  const second = other.replaceAll("/", "\0");
  return first < second ? -1 : Number(first > second);
}

async function contentOf(path: string, left: { bytes: number }): Promise<string | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > Math.min(CONTENT_MAX, left.bytes)) return null;
      left.bytes -= stats.size;
      return await digestOf(handle, stats.size);
    } finally {
      await handle.close();
    }
  } catch {
    // Nameless content is still a written place.
    return null;
  }
}
