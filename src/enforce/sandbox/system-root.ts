// The read-only root that every task sees: the system's programs and the few files of /etc that programs need. Not the
// grants. Everything of /etc that tells who uses this machine is made up here instead.
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { mergedArguments } from "./merged-folders.ts";

/**
 * The bubblewrap arguments for the system part. `etc` is where the made-up files of `writeEtcFiles` can be reached by
 * the process that runs bubblewrap; `memory` is the task's grant in bytes, which its private /tmp never exceeds. With
 * `gate`, names are asked of the gate, and its root is among the authorities.
 */
export function systemArguments(etc: string | WholeEtc, memory: number, gate: boolean): readonly string[] {
  const temporary = (path: string, most: number): readonly string[] => {
    return ["--size", String(Math.min(memory, most)), "--perms", "1777", "--tmpfs", path];
  };
  return [
    ["--ro-bind", "/usr", "/usr"],
    ...mergedArguments(),
    typeof etc === "string" ? etcArguments(etc, gate) : ["--ro-bind", etc.whole, "/etc"],
    ["--proc", "/proc", "--dev", "/dev"],
    temporary("/dev/shm", SHARED_MEMORY_SIZE),
    ["--remount-ro", "/dev"],
    temporary("/tmp", TEMPORARY_SIZE),
  ].flat();
}

/** A folder that is the whole of /etc, as `writeEtcTree` makes it and with what it says bound into it. */
export interface WholeEtc {
  readonly whole: string;
}

function etcArguments(etc: string, gate: boolean): readonly string[] {
  return [
    ["--dir", "/etc"],
    ...etcFromHost().map((name) => ["--ro-bind", `/etc/${name}`, `/etc/${name}`]),
    ...[...Object.keys(ETC_FILES), "passwd", "group"].map((name) => [
      "--ro-bind",
      `${etc}/${name}`,
      `/etc/${name}`,
    ]),
    gate ? gateArguments(etc) : [],
  ].flat();
}

/** What of the host's /etc is here and shown, by its path in it. */
export function etcFromHost(): readonly string[] {
  return ETC_FROM_HOST.filter((name) => existsSync(`/etc/${name}`));
}

/**
 * Writes into `folder`, which is not there, an /etc without what comes from the host: for that there are empty mount points.
 * Returns what is to be bound into it, as source and path in it. `etc` is where `writeEtcFiles` wrote, and with `gate` also
 * `writeGateFiles`.
 */
export function writeEtcTree(
  folder: string,
  etc: string,
  gate: boolean,
): readonly (readonly [source: string, path: string])[] {
  mkdirSync(folder, { mode: 0o755 });
  const point = (name: string, isFolder: boolean): void => {
    mkdirSync(dirname(`${folder}/${name}`), { recursive: true, mode: 0o755 });
    if (isFolder) mkdirSync(`${folder}/${name}`, { recursive: true, mode: 0o755 });
    else writeFileSync(`${folder}/${name}`, "", { mode: 0o644 });
  };
  const host = etcFromHost();
  for (const name of host) point(name, statSync(`/etc/${name}`).isDirectory());
  const own = { ...ETC_FILES, ...(gate ? GATE_TREE : {}) };
  writeFiles(folder, own);
  for (const name of ["passwd", "group"]) copyFileSync(`${etc}/${name}`, `${folder}/${name}`);
  const binds = host.map((name) => [`/etc/${name}`, name] as const);
  if (!gate) return binds;
  const bundles = [BUNDLE_PATH, ...SYSTEM_BUNDLES.filter((path) => isPlainFile(path))];
  point(BUNDLE_PATH.slice("/etc/".length), false);
  return [...binds, ...bundles.map((path) => [`${etc}/${BUNDLE_FILE}`, path.slice("/etc/".length)] as const)];
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
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "alternatives",
  "ssl/certs",
  "ssl/openssl.cnf",
  "pki/tls/certs",
  "ca-certificates",
  "localtime",
  "timezone",
  "mime.types",
  "services",
  "protocols",
  "os-release",
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

/** The same by the names that they have in an /etc. */
const GATE_TREE: Readonly<Record<string, string>> = {
  "resolv.conf": GATE_FILES["resolv.gate"] ?? "",
  "nsswitch.conf": GATE_FILES["nsswitch.gate"] ?? "",
};
