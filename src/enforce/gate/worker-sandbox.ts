// The view of this machine that a gate worker gets: the system's programs, its own code, what name look-ups read, and
// nothing else. Not a task's sandbox (sandbox/).
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { compiledFolder } from "../compiled-folder.ts";
import { mergedArguments } from "../sandbox/merged-folders.ts";

export interface WorkerView {
  /** In a network namespace of its own with nothing in it. */
  readonly offline: boolean;
  /** It may keep compiled code for later ones: only a worker that no task ever speaks to. */
  readonly keeps: boolean;
}

/**
 * The words in front of a worker's own command line: bubblewrap and its arguments. No home, key or ledger is inside, no
 * process of others, and nothing can be written. The worker is a grandchild of bubblewrap's process, and ends with it: the
 * first process of its namespace dies with its parent and takes the namespace along.
 *
 * @example [...workerSandbox({ offline: false, keeps: false }), process.execPath, program]
 */
export function workerSandbox({ offline, keeps }: WorkerView): readonly string[] {
  const compiled = compiledFolder();
  const code = codePlaces();
  return [
    [BUBBLEWRAP, "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--unshare-uts"],
    // Root becomes nobody inside (gate-process.ts), for which it keeps exactly this.
    process.geteuid?.() === 0
      ? ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
      : ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"],
    offline ? ["--unshare-net"] : [],
    ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"],
    ...mergedArguments(),
    ...[...NAME_FOLDERS, ...foldersOf(code)].map((path) => ["--perms", "0755", "--dir", path]),
    ...[...NAME_FILES, ...code].map((path) => ["--ro-bind-try", path, path]),
    compiled === null ? [] : [keeps ? "--bind-try" : "--ro-bind-try", compiled, compiled],
    ["--remount-ro", "/", "--"],
  ].flat();
}

const BUBBLEWRAP = "/usr/bin/bwrap";

/** What the C library reads to find addresses (nsswitch.conf(5), resolv.conf(5), gai.conf(5)), the account, and roots. */
const NAME_FILES: readonly string[] = [
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/resolv.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
  "/etc/passwd",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/pki/tls/certs",
  "/etc/ca-certificates",
];

/** What they lie in: bubblewrap makes folders for itself alone, and root's worker is nobody when it looks up a name. */
const NAME_FOLDERS: readonly string[] = ["/etc", "/etc/ssl", "/etc/pki", "/etc/pki/tls"];

/** The folders above `places`, outermost first: the scan thread reads its program when the worker is nobody already. */
function foldersOf(places: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const place of places) {
    for (let at = dirname(place); at !== dirname(at) && !at.startsWith("/usr"); at = dirname(at))
      folders.add(at);
  }
  return [...folders].toSorted((one, other) => one.length - other.length);
}

/** The runtime, our code, the package's description, and every folder its packages can lie in, where Node looks for them. */
function codePlaces(): readonly string[] {
  const code = realpathSync(fileURLToPath(new URL("../..", import.meta.url)));
  const places = [realpathSync(process.execPath), code];
  for (let at = dirname(code); ; at = dirname(at)) {
    if (at === dirname(code)) places.push(`${at}/package.json`);
    const packages = `${at}/node_modules`;
    if (existsSync(packages)) places.push(packages);
    if (at === dirname(at)) return places;
  }
}
