// Opens what a writ grants and proves that each thing is still the one that was decided on. Not the mounting.
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import type { GrantedFile, GrantedPath, Grants } from "../../decide/decision.ts";
import { isSystemPath } from "../../names/system-folders.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { contentDigest, type KnownContent, PINNED_MAX } from "./check-content.ts";

/** One thing to be mounted, held open by an O_PATH descriptor so that its name no longer matters. */
export interface OpenPath {
  /** Real path on the host, and the path inside the sandbox unless `target` differs. */
  readonly path: string;
  readonly target: string;
  readonly kind: "file" | "directory";
  readonly writable: boolean;
  readonly device: string;
  readonly inode: string;
  readonly fd: number;
}

/** O_PATH of Linux (asm-generic/fcntl.h), which node:fs does not name: a handle without a right to read. */
const O_PATH = 0o10000000;

/**
 * Opens every granted path, the executable and the file arguments, and compares device, inode, kind and, for files with
 * a digest, SHA-256. A file argument that a read grant covers and no write grant does is copied below `pins` while it is
 * hashed, and the copy is what gets mounted: the bytes that were judged are the bytes that run. The executable is
 * pinned likewise when it lies outside the system's folders, unless it is over 64 MiB: then it is compared, and what
 * `known` remembers of it is not read again.
 *
 * Throws `WritError` WRIT_GRANT_CHANGED; then nothing stays open. The caller closes what it gets with `closePaths`.
 *
 * @example const open = openGrants(claims.grants, `${folder}/pins`);
 */
export function openGrants(
  grants: Grants,
  pins: string,
  known: KnownContent = new Map(),
): readonly OpenPath[] {
  const opened: OpenPath[] = [];
  try {
    for (const granted of [...grants.toolchain, ...grants.reads]) opened.push(openGranted(granted, false));
    for (const granted of grants.writes) opened.push(openGranted(granted, true));
    openFiles(grants, { pins, known }, opened);
    return opened;
  } catch (cause) {
    closePaths(opened);
    throw cause;
  }
}

/** Closes the descriptors. */
export function closePaths(paths: readonly OpenPath[]): void {
  for (const { fd } of paths) closeSync(fd);
}

/**
 * Opens `path` as it is now, without following a symlink at its end; null: it is not there or of another kind. For
 * things that the writ does not name: start-up files inside a write grant, and our own copies.
 */
export function openPresent(
  path: string,
  kind: "file" | "directory",
  target: string = path,
): OpenPath | null {
  let fd: number;
  try {
    fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Not there, or not to be reached by us nor then by the task: nothing to mount. Out of descriptors is another thing.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return null;
    throw changed(path, "cannot be opened", cause);
  }
  const found = identity(fd);
  if (found.kind === kind)
    return { path, target, writable: false, fd, kind, device: found.device, inode: found.inode };
  closeSync(fd);
  return null;
}

/** Whether `path` is `root` or lies below it. Both absolute, in their one form. */
export function covers(root: string, path: string): boolean {
  return path === root || root === "/" || path.startsWith(`${root}/`);
}

function openGranted(granted: GrantedPath, writable: boolean): OpenPath {
  let fd: number;
  try {
    fd = openSync(granted.path, O_PATH | constants.O_NOFOLLOW);
  } catch (cause) {
    throw changed(granted.path, "cannot be opened any more", cause);
  }
  const found = identity(fd);
  const difference = identityDifference(granted, found);
  if (difference === null) {
    const { path, kind, device, inode } = granted;
    return { path, target: path, kind, writable, device, inode, fd };
  }
  closeSync(fd);
  throw changed(granted.path, difference);
}

interface Identity {
  readonly kind: "file" | "directory" | "other";
  readonly device: string;
  readonly inode: string;
}

function identity(fd: number): Identity {
  const stat = fstatSync(fd, { bigint: true });
  const kind = stat.isFile() ? "file" : stat.isDirectory() ? "directory" : "other";
  return { kind, device: stat.dev.toString(), inode: stat.ino.toString() };
}

function identityDifference(granted: GrantedPath, found: Identity): string | null {
  if (found.kind !== granted.kind) return `is now of kind ${found.kind}: it was a ${granted.kind}`;
  if (found.device !== granted.device) return `is on device ${found.device}: it was on ${granted.device}`;
  return found.inode === granted.inode ? null : `is inode ${found.inode}: it was ${granted.inode}`;
}

interface Content {
  readonly pins: string;
  readonly known: KnownContent;
}

function openFiles(grants: Grants, { pins, known }: Content, opened: OpenPath[]): void {
  const within = (roots: readonly GrantedPath[], file: GrantedFile): boolean =>
    roots.some((root) => covers(root.path, file.path));
  const shown = [...grants.reads, ...grants.toolchain];
  for (const [index, file] of [grants.executable, ...grants.arguments].entries()) {
    const held = openGranted(file, false);
    try {
      const isExecutable = index === 0;
      const mounted = isExecutable || (within(shown, file) && !within(grants.writes, file));
      const system = isSystemPath(file.path);
      const copied = mounted && !system && file.sha256 !== null && sizeOf(held.fd) <= PINNED_MAX;
      const pin = copied ? `${pins}/${index}` : null;
      checkContent(file, held.fd, pin, known);
      if (mounted) opened.push(pin === null ? held : pinned(held, pin));
      if (!mounted || pin !== null) closeSync(held.fd);
    } catch (cause) {
      closeSync(held.fd);
      throw cause;
    }
  }
}

function sizeOf(fd: number): number {
  return fstatSync(fd).size;
}

function pinned(original: OpenPath, pin: string): OpenPath {
  const copy = openPresent(pin, "file", original.target);
  if (copy === null) throw changed(original.path, "could not be pinned");
  return copy;
}

/** Proves the bytes that the descriptor names; when `pin` is a path, they are copied there. */
function checkContent(file: GrantedFile, fd: number, pin: string | null, known: KnownContent): void {
  if (file.sha256 === null) return;
  const digest = contentDigest(fd, pin, known);
  if (digest === file.sha256) return;
  throw changed(
    file.path,
    digest === null ? "changed while it was read" : `has SHA-256 ${digest}: it was ${file.sha256}`,
  );
}

function changed(path: string, what: string, cause?: unknown): WritError {
  return new WritError("WRIT_GRANT_CHANGED", `\`${path}\` ${what}`, {
    hint: "submit the task again: what it was granted is not there any more as it was decided on",
    cause,
  });
}
