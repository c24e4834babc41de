// The read-only root that every task sees: the system's programs and the few files of /etc that programs need. Not the
// grants. Everything of /etc that tells who uses this machine is made up here instead.
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mergedArguments } from "./merged-folders.ts";

/**
 * The bubblewrap arguments for the system part. `etc` is where the made-up files of `writeEtcFiles` can be reached by
 * the process that runs bubblewrap; `memory` is the task's grant in bytes, which its private /tmp never exceeds. With
 * `gate`, names are asked of the gate, and its root is among the authorities.
 */
export function systemArguments(etc: string, memory: number, gate: boolean): readonly string[] {
  const temporary = (path: string, most: number): readonly string[] => {
    return ["--size", String(Math.min(memory, most)), "--perms", "1777", "--tmpfs", path];
  };
  return [
    ["--ro-bind", "/usr", "/usr"],
    ...mergedArguments(),
    ["--dir", "/etc"],
    ...ETC_FROM_HOST.map((path) => (existsSync(path) ? ["--ro-bind", path, path] : [])),
    ...[...Object.keys(ETC_FILES), "passwd", "group"].map((name) => [
      "--ro-bind",
      `${etc}/${name}`,
      `/etc/${name}`,
    ]),
    gate ? gateArguments(etc) : [],
    ["--proc", "/proc", "--dev", "/dev"],
    temporary("/dev/shm", SHARED_MEMORY_SIZE),
    ["--remount-ro", "/dev"],
    temporary("/tmp", TEMPORARY_SIZE),
  ].flat();
}

/** Where a task with a gate finds the authorities of the system and the gate's root, in one PEM file. */
export const BUNDLE_PATH = "/etc/writ-ca-bundle.crt";

/**
 * Writes the made-up files into `folder`; the task is the only user they know. What a task with a gate is shown beside
 * them comes from `writeGateFiles`.
 */
export function writeEtcFiles(folder: string, uid: number, gid: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  writeFiles(folder, {
    ...ETC_FILES,
    passwd: `task:x:${uid}:${gid}:task:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `task:x:${gid}:\nnogroup:x:65534:\n`,
  });
}

/** Writes into the same folder, which is there, what a task with a gate is shown. `root`: PEM of the gate's root. */
export function writeGateFiles(folder: string, root: string): void {
  writeFiles(folder, { ...GATE_FILES, [BUNDLE_FILE]: bundle(root) });
}

function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files))
    writeFileSync(`${folder}/${name}`, content, { mode: 0o644 });
}

/** Over the plain ones: a name service and authorities. */
function gateArguments(etc: string): readonly string[] {
  const places = [BUNDLE_PATH, ...SYSTEM_BUNDLES.filter((path) => isPlainFile(path))];
  return [
    ["--ro-bind", `${etc}/resolv.gate`, "/etc/resolv.conf"],
    ["--ro-bind", `${etc}/nsswitch.gate`, "/etc/nsswitch.conf"],
    ...places.map((place) => ["--ro-bind", `${etc}/${BUNDLE_FILE}`, place]),
  ].flat();
}

function bundle(root: string): string {
  const system = SYSTEM_BUNDLES.find((path) => existsSync(path));
  return system === undefined ? root : `${readFileSync(system, "utf8").trimEnd()}\n${root}`;
}

/** Only what is there is mounted over: bubblewrap makes no file in a read-only folder. */
function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

const BUNDLE_FILE = "ca-bundle.crt";
/** Debian, Alpine, Arch; then Fedora and its family. */
const SYSTEM_BUNDLES: readonly string[] = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
];

/** Most bytes of the private /tmp; its pages count against the task's memory as well. */
const TEMPORARY_SIZE = 1_073_741_824;
/** Most bytes of /dev/shm, for programs that share memory between their own processes. */
const SHARED_MEMORY_SIZE = 268_435_456;

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

/** Names in the folder, mounted under their own; resolv.conf(5), nsswitch.conf(5). */
const GATE_FILES: Readonly<Record<string, string>> = {
  "resolv.gate": "nameserver 127.0.0.1\noptions ndots:0 timeout:2 attempts:1\n",
  "nsswitch.gate":
    "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n",
};
