// Reads other people's files under a root folder, in bounds, and remembers what it could not read. Opens regular files
// alone: a pipe of that name holds nobody up.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

/** How far one look goes. */
export interface ReadBounds {
  /** Files opened. */
  readonly files: number;
  /** Bytes of one file. */
  readonly bytes: number;
  /** Names of one folder. */
  readonly names: number;
}

/** A machine with a thousand timers, and every process that Linux has by default (pid_max, proc(5)), stays below these. */
export const READ_MAX: ReadBounds = { files: 20_000, bytes: 256 * 1024, names: 40_000 };

/** What could not be read, by its path on the machine, and why. */
export interface Unread {
  readonly path: string;
  readonly why: string;
}

/** Paths are those of the machine whose root folder was given. Never throws. */
export interface BoundedReader {
  readonly root: string;
  /** The text of a file; null: there is none, or it is among `unread`. */
  text(path: string): string | null;
  /** The names in a folder, sorted; none where there is no such folder. */
  names(path: string): readonly string[];
  /** Notes a thing that was read and not understood. */
  miss(path: string, why: string): void;
  readonly unread: readonly Unread[];
}

/** Places listed as unread; more are one place called `more`. */
const UNREAD_MAX = 200;

/** A reader of the tree below `root` that has opened nothing yet. */
export function boundedReader(root: string, bounds: ReadBounds = READ_MAX): BoundedReader {
  const unread: Unread[] = [];
  let files = 0;
  const miss = (path: string, why: string): void => {
    if (unread.length < UNREAD_MAX) unread.push({ path, why });
    else if (unread.length === UNREAD_MAX) unread.push({ path: "more", why: "too many to list" });
  };
  const missError = (path: string, error: unknown): void => {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown reason";
    if (code !== "ENOENT" && code !== "ENOTDIR") miss(path, code);
  };
  return {
    root,
    unread,
    miss,
    text: (path) => {
      files++;
      if (files > bounds.files) {
        if (files === bounds.files + 1) miss(path, `over ${bounds.files} files: this and all further ones`);
        return null;
      }
      try {
        const read = readRegular(join(root, path), bounds.bytes);
        if (typeof read === "string") return read;
        miss(path, read.why);
      } catch (error) {
        missError(path, error);
      }
      return null;
    },
    names: (path) => {
      try {
        const names = readdirSync(join(root, path)).sort();
        if (names.length > bounds.names) miss(path, `over ${bounds.names} names: the first ones only`);
        return names.slice(0, bounds.names);
      } catch (error) {
        missError(path, error);
        return [];
      }
    },
  };
}

function readRegular(path: string, max: number): string | { readonly why: string } {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stat = fstatSync(descriptor);
    // /dev/null is how systemd masks a unit (systemd.unit(5)); it reads as nothing.
    if (stat.isCharacterDevice()) return "";
    if (!stat.isFile()) return { why: "it is no regular file" };
    const buffer = Buffer.allocUnsafe(max + 1);
    let length = 0;
    while (length <= max) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (length > max) return { why: `it is over ${max} bytes` };
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(descriptor);
  }
}
