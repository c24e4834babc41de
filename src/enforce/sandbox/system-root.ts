// The read-only root that every task sees: the system's programs and the few files of /etc that programs need. Not the
// grants. Everything of /etc that tells who uses this machine is made up here instead.
import { existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from "node:fs";

/**
 * The bubblewrap arguments for the system part. `etc` is where the made-up files of `writeEtcFiles` can be reached by
 * the process that runs bubblewrap; `memory` is the task's grant in bytes, which its private /tmp never exceeds.
 */
export function systemArguments(etc: string, memory: number): readonly string[] {
  const temporary = (path: string, most: number): readonly string[] => {
    return ["--size", String(Math.min(memory, most)), "--perms", "1777", "--tmpfs", path];
  };
  return [
    ["--ro-bind", "/usr", "/usr"],
    ...MERGED.map((name) => mergedFolder(name)),
    ["--dir", "/etc"],
    ...ETC_FROM_HOST.map((path) => (existsSync(path) ? ["--ro-bind", path, path] : [])),
    ...[...Object.keys(ETC_FILES), "passwd", "group"].map((name) => [
      "--ro-bind",
      `${etc}/${name}`,
      `/etc/${name}`,
    ]),
    ["--proc", "/proc", "--dev", "/dev"],
    temporary("/dev/shm", SHARED_MEMORY_SIZE),
    ["--remount-ro", "/dev"],
    temporary("/tmp", TEMPORARY_SIZE),
  ].flat();
}

/** Writes the made-up files into `folder`; the task is the only user they know. */
export function writeEtcFiles(folder: string, uid: number, gid: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const files = {
    ...ETC_FILES,
    passwd: `task:x:${uid}:${gid}:task:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `task:x:${gid}:\nnogroup:x:65534:\n`,
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(`${folder}/${name}`, content, { mode: 0o644 });
}

/** Most bytes of the private /tmp; its pages count against the task's memory as well. */
const TEMPORARY_SIZE = 1_073_741_824;
/** Most bytes of /dev/shm, for programs that share memory between their own processes. */
const SHARED_MEMORY_SIZE = 268_435_456;

/** Links into /usr on a merged system (Debian's usrmerge), folders on others. */
const MERGED: readonly string[] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

function mergedFolder(name: string): readonly string[] {
  const path = `/${name}`;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}

/** What programs need of the host's /etc: linker, alternatives, trust roots, time zone, tables. Nothing about users. */
const ETC_FROM_HOST: readonly string[] = [
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/alternatives",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/pki/tls/certs",
  "/etc/ca-certificates",
  "/etc/localtime",
  "/etc/timezone",
  "/etc/mime.types",
  "/etc/services",
  "/etc/protocols",
  "/etc/os-release",
];

const ETC_FILES: Readonly<Record<string, string>> = {
  hosts: "127.0.0.1 localhost task\n::1 localhost\n",
  "resolv.conf": "# no name service: a task reaches nothing but what its writ names\n",
  "nsswitch.conf":
    "passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n",
  hostname: "task\n",
};
