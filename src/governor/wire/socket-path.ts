// A path that a unix socket can be bound or reached at, however deep the home lies. Not the socket itself.
import { closeSync, constants, openSync } from "node:fs";
import { WritError } from "../../stdx/writ-error.ts";

/** `sun_path` holds 108 bytes with its final NUL on Linux (unix(7)), 104 on macOS; the smaller of both. */
const SUN_PATH_BYTES_MAX = 103;

export interface SocketPath {
  readonly path: string;
  /** Gives back the folder handle behind a shortened path, once the socket is bound or connected. */
  release(): void;
}

/**
 * A short enough path of the socket `name` in `folder`: the plain one, or on Linux one through this process's own
 * handle of the folder. Throws `WritError` WRIT_GOVERNOR_UNREACHABLE where no short form exists, and the error of
 * `open` when the folder cannot be entered.
 */
export function socketPath(folder: string, name: string): SocketPath {
  const plain = `${folder}/${name}`;
  if (Buffer.byteLength(plain) <= SUN_PATH_BYTES_MAX) return { path: plain, release: () => undefined };
  if (process.platform !== "linux") {
    throw new WritError(
      "WRIT_GOVERNOR_UNREACHABLE",
      `socket path has ${Buffer.byteLength(plain)} bytes: limit is ${SUN_PATH_BYTES_MAX}`,
      { hint: "choose a home with a shorter path by --home" },
    );
  }
  const handle = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${handle}/${name}`, release: () => closeSync(handle) };
}
