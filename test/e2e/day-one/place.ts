// A fresh home with the spec as it is shipped, in a network and a file system view of its own: the example hosts of that spec
// have servers there, and the system's authorities know one more. Needs root. Tests nothing itself.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makePackages, makeRepository, type Packages } from "../../gate/client-upstream.ts";
import { openAuthority } from "../../gate/upstream.ts";
import { endPlace, isRoot, type Place, type Ran, type Running, start, until, WRIT } from "../cli-process.ts";
import type { Settings, Told } from "./upstream.ts";

/** Debian's `nobody`, whom tasks run as when root made the home. */
const NOBODY = 65_534;
/** Owns what the SSH server serves; no account of this machine. */
const SERVED = 64_001;

export interface DayOne {
  /** Runs one line in a folder below the user's home folder, by a shell. */
  line(line: string, folder: string): Promise<Ran>;
  /** Starts one and goes on. */
  begin(line: string, folder: string): Running;
  /** Writes a file that the tasks' own user owns, below the user's home folder; gives its path. */
  file(path: string, text: string | Buffer, mode?: number): string;
  /** A program of this folder, for the tasks. */
  program(name: string, folder: string): void;
  /** The user's home folder. */
  readonly me: string;
  /** Where the servers keep what is theirs. */
  readonly served: string;
  /** What npm and pip find. */
  readonly packages: Packages;
  /** Requests that arrived since the last call. */
  reached(): readonly Told[];
  close(): Promise<void>;
}

/** Why there can be no such place here, or null. */
export function noDayOne(): string | null {
  if (!isRoot) return "needs root, for a network with the example hosts of the spec";
  if (!existsSync(BUNDLE)) return `needs ${BUNDLE}, to have one more authority in it`;
  try {
    execFileSync("unshare", ["--net", "--mount", "--", "ip", "address", "add", `${PUBLIC}/32`, "dev", "lo"], {
      stdio: "ignore",
    });
    return null;
  } catch {
    return "needs a network namespace of its own";
  }
}

/** Where Debian keeps the authorities: what the gate trusts, and what tasks see with the gate's own root added. */
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
/** A public one, so that the gate dials it; it leads nowhere but to this namespace's own loopback. */
const PUBLIC = "11.0.0.1";
/** As the shipped spec pins them. */
const FORGE = "192.168.77.10";
const STORE = "192.168.77.20";

const HOSTS: Readonly<Record<string, string>> = {
  "models.example.com": PUBLIC,
  "packages.example.org": PUBLIC,
  "feeds.example.org": PUBLIC,
  "git.example.org": FORGE,
  "backup.example.org": STORE,
};

/** The feed that is served. */
export const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>\n`;

/** Debian's `dropbear-bin`: an SSH server that no package starts by itself. */
const SSH_SERVER = "/usr/sbin/dropbear";

/** Makes the place and the home. */
export async function openDayOne(): Promise<DayOne> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "writ-day-one-")));
  const [me, served] = [`${root}/me`, `${root}/served`];
  for (const folder of [root, me, served, `${root}/bin`, `${root}/host`]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
  }
  symlinkSync(WRIT, `${root}/bin/writ`);
  const path = `${root}/bin:${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const place: Place = {
    root,
    home: `${root}/home`,
    work: me,
    env: { PATH: path, HOME: me, WRIT_HOME: `${root}/home` },
  };
  writeSystem(root, me, served);
  const told: string[] = [];
  const packages = makePackages();
  const host = await openHost(place, writeSettings(root, served, packages), told);
  const inside = [
    `--target=${host.pid}`,
    "--net",
    "--mount",
    "--",
    "sh",
    "-c",
    'cd "$1" && exec sh -c "$2"',
    "sh",
  ];
  const begin: DayOne["begin"] = (line, folder) => {
    owned(join(me, folder));
    return start(place, ["nsenter", ...inside, join(me, folder), line], {});
  };
  const file: DayOne["file"] = (name, text, mode = 0o644) => {
    owned(dirname(join(me, name)));
    writeFileSync(join(me, name), text);
    chmodSync(join(me, name), mode);
    chownSync(join(me, name), NOBODY, NOBODY);
    return join(me, name);
  };
  const day: DayOne = {
    me,
    served,
    packages,
    begin,
    file,
    line: (line, folder) => begin(line, folder).ended,
    program: (name, folder) => void file(`${folder}/${name}`, readFileSync(new URL(name, import.meta.url))),
    reached: () => told.splice(0).map((line) => JSON.parse(line) as Told),
    close: async () => {
      host.stdin?.end();
      await endPlace(place);
    },
  };
  const init = await day.line("writ init", ".");
  if (init.code === 0) return day;
  await day.close();
  throw new Error(`no home: ${init.stderr}`);
}

/** A folder of the tasks' own user. */
function owned(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, NOBODY, NOBODY);
}

/** The files that stand for those of /etc. */
function writeSystem(root: string, me: string, served: string): void {
  const hosts = Object.entries(HOSTS).map(([name, address]) => `${address} ${name}\n`);
  const accounts = readFileSync("/etc/passwd", "utf8").replace(
    /^root:.*$/mu,
    `root:x:0:0:root:${me}:/bin/sh`,
  );
  const sshUsers = ["git", "backup"].map(
    (name) => `${name}:x:${SERVED}:${SERVED}::${served}/${name}:/bin/sh\n`,
  );
  writeFileSync(`${root}/host/hosts`, `127.0.0.1 localhost\n${hosts.join("")}`);
  writeFileSync(`${root}/host/nsswitch.conf`, "passwd: files\ngroup: files\nhosts: files\n");
  writeFileSync(`${root}/host/passwd`, `${sshUsers.join("")}${accounts}`);
}

function writeSettings(root: string, served: string, packages: Packages): string {
  const authority = openAuthority("day-one");
  copyFileSync(BUNDLE, `${root}/host/bundle`);
  writeFileSync(`${root}/host/bundle`, `\n${authority.cert}`, { flag: "a" });
  makeRepository(`${served}/https/notes.git`, NOTES);
  const settings: Settings = {
    pair: authority.issue(Object.keys(HOSTS)),
    repositories: `${served}/https`,
    feed: FEED,
    integrity: packages.integrity,
    tarball: packages.tarball.toString("base64"),
    wheel: packages.wheel?.toString("base64") ?? null,
    ssh: existsSync(SSH_SERVER)
      ? { program: SSH_SERVER, key: writeSsh(root, served), addresses: [FORGE, STORE] }
      : null,
  };
  writeFileSync(`${root}/host/settings.json`, JSON.stringify(settings));
  return `${root}/host/settings.json`;
}

const NOTES = { "notes.txt": Buffer.from("first\n") };

/** Keys of the server and of its one client, and the accounts' folders; gives the server's key. */
function writeSsh(root: string, served: string): string {
  const key = `${root}/host/server_key`;
  execFileSync("dropbearkey", ["-t", "ed25519", "-f", key], { stdio: "ignore" });
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "task",
    "-f",
    `${root}/host/client_key`,
  ]);
  const shown = execFileSync("dropbearkey", ["-y", "-f", key], { encoding: "utf8" });
  const line = /^ssh-ed25519 \S+/mu.exec(shown)?.[0] ?? "";
  const known = ["git", "backup"].map((name) => `${name}.example.org ${line}\n`);
  writeFileSync(`${root}/host/known_hosts`, known.join(""));
  makeRepository(`${served}/git/notes.git`, NOTES);
  for (const name of ["git", "backup"]) {
    mkdirSync(`${served}/${name}/.ssh`, { recursive: true });
    copyFileSync(`${root}/host/client_key.pub`, `${served}/${name}/.ssh/authorized_keys`);
    chmodSync(`${served}/${name}/.ssh/authorized_keys`, 0o600);
    execFileSync("chown", ["-R", `${SERVED}:${SERVED}`, `${served}/${name}`]);
  }
  return key;
}

/** The process that has the namespaces, and in them the servers. */
async function openHost(place: Place, settings: string, told: string[]): Promise<ChildProcess> {
  const { root } = place;
  const mounts = ["hosts", "nsswitch.conf", "passwd"].map(
    (name) => `mount --bind ${root}/host/${name} /etc/${name}`,
  );
  const addresses = [...new Set(Object.values(HOSTS))].map((one) => `ip address add ${one}/32 dev lo`);
  const script = [
    ...mounts,
    `mount --bind ${root}/host/bundle ${BUNDLE}`,
    "ip link set lo up",
    ...addresses,
  ].join(" && ");
  const program = new URL("upstream.ts", import.meta.url).pathname;
  const words = [
    "--net",
    "--mount",
    "--",
    "sh",
    "-c",
    `${script} && exec "$@"`,
    "sh",
    process.execPath,
    program,
    settings,
  ];
  const child = spawn("unshare", words, { env: place.env, stdio: ["pipe", "pipe", "inherit"] });
  let [rest, ready] = ["", false];
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString("utf8")}`.split("\n");
    rest = lines.pop() ?? "";
    ready ||= lines.includes("ready");
    told.push(...lines.filter((line) => line.startsWith("{")));
  });
  const ended = once(child, "exit").then(() => true);
  await until("the servers of the day", () => ready || child.exitCode !== null);
  if (!ready && (await ended)) {
    rmSync(root, { recursive: true, force: true });
    throw new Error("the servers of the day did not come up");
  }
  return child;
}

/** What the SSH client of a task needs in `folder`: its key under `name`, and the servers' keys. */
export function giveKeys(day: DayOne, folder: string, name: string): void {
  const host = join(dirname(day.me), "host");
  day.file(`${folder}/${name}`, readFileSync(`${host}/client_key`), 0o600);
  day.file(`${folder}/known_hosts`, readFileSync(`${host}/known_hosts`));
}

/** Whether there is an SSH server to be reached. */
export function sshMissing(): string | null {
  const missing = [SSH_SERVER, "/usr/bin/dropbearkey", "/usr/bin/ssh", "/usr/bin/ssh-keygen"].filter(
    (one) => !existsSync(one),
  );
  return missing.length === 0 ? null : `no ${missing.join(", no ")}`;
}
