// What the servers of a first day serve, and the files that stand for those of /etc there. Tests nothing itself.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeRepository, type Packages } from "../../gate/client-upstream.ts";
import { openAuthority } from "../../gate/upstream.ts";
import { type Account, giveTo } from "./account.ts";
import type { Settings } from "./upstream.ts";

/** Where Debian keeps the authorities: what the gate trusts, and what tasks see with the gate's own root added. */
export const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
/** A public one, so that the gate dials it; it leads nowhere but to the loopback of the day's own network. */
const PUBLIC = "11.0.0.1";
/** As the shipped spec pins them. */
const [FORGE, STORE] = ["192.168.77.10", "192.168.77.20"];

const HOSTS: Readonly<Record<string, string>> = {
  "models.example.com": PUBLIC,
  "packages.example.org": PUBLIC,
  "feeds.example.org": PUBLIC,
  "git.example.org": FORGE,
  "backup.example.org": STORE,
};

/** Every address that something is served at. */
export const ADDRESSES: readonly string[] = [PUBLIC, FORGE, STORE];

/** The feed that is served. */
export const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>\n`;

/** The accounts that SSH is served to. */
const SSH_ACCOUNTS = ["git", "backup"] as const;

/** Debian's `dropbear-bin`: an SSH server that no package starts by itself. */
const SSH_SERVER = "/usr/sbin/dropbear";
const SSH_SERVER_KEYS = "/usr/bin/dropbearkey";
const SSH_KEYS = "/usr/bin/ssh-keygen";

/** Why nothing can be served over SSH here, or null. */
export function sshMissing(): string | null {
  const needed = [SSH_SERVER, SSH_SERVER_KEYS, SSH_KEYS, "/usr/bin/ssh"];
  const missing = needed.filter((one) => !existsSync(one));
  return missing.length === 0 ? null : `no ${missing.join(", no ")}`;
}

/** Writes what is served below `root`, and gives the path of the servers' settings. */
export function writeServed(root: string, packages: Packages): string {
  const authority = openAuthority("day-one");
  copyFileSync(BUNDLE, `${root}/host/bundle`);
  writeFileSync(`${root}/host/bundle`, `\n${authority.cert}`, { flag: "a" });
  makeRepository(`${root}/served/https/notes.git`, NOTES);
  const settings: Settings = {
    pair: authority.issue(Object.keys(HOSTS)),
    repositories: `${root}/served/https`,
    feed: FEED,
    integrity: packages.integrity,
    tarball: packages.tarball.toString("base64"),
    wheel: packages.wheel?.toString("base64") ?? null,
    ssh:
      sshMissing() === null ? { program: SSH_SERVER, key: writeSsh(root), addresses: [FORGE, STORE] } : null,
  };
  writeFileSync(`${root}/host/settings.json`, JSON.stringify(settings));
  return `${root}/host/settings.json`;
}

const NOTES = { "notes.txt": Buffer.from("first\n") };

/** Keys of the server and of its one client, and the folders of its accounts; gives the path of the server's key. */
function writeSsh(root: string): string {
  const [key, client] = [`${root}/host/server_key`, `${root}/host/client_key`];
  execFileSync(SSH_SERVER_KEYS, ["-t", "ed25519", "-f", key], { stdio: "ignore" });
  execFileSync(SSH_KEYS, ["-q", "-t", "ed25519", "-N", "", "-C", "task", "-f", client]);
  const shown = execFileSync(SSH_SERVER_KEYS, ["-y", "-f", key], { encoding: "utf8" });
  const line = /^ssh-ed25519 \S+/mu.exec(shown)?.[0] ?? "";
  const known = SSH_ACCOUNTS.map((name) => `${name}.example.org ${line}\n`);
  writeFileSync(`${root}/host/known_hosts`, known.join(""));
  makeRepository(`${root}/served/git/notes.git`, NOTES);
  for (const name of SSH_ACCOUNTS) {
    const folder = `${root}/served/${name}`;
    mkdirSync(`${folder}/.ssh`, { recursive: true });
    copyFileSync(`${client}.pub`, `${folder}/.ssh/authorized_keys`);
    chmodSync(`${folder}/.ssh/authorized_keys`, 0o600);
  }
  return key;
}

/** Gives what SSH serves to its owner; last of all. */
export function giveServed(root: string, account: Account): void {
  for (const name of SSH_ACCOUNTS) {
    const folder = `${root}/served/${name}`;
    if (existsSync(folder)) giveTo(account.served, folder);
  }
}

/** Writes the files that stand for those of /etc: who is who, and where. Gives their names. */
export function writeSystem(root: string, account: Account): readonly string[] {
  const user = `${account.uid === 0 ? "root" : "me"}:x:${account.uid}:${account.uid}::${root}/me:/bin/sh`;
  const served = SSH_ACCOUNTS.map((name) => {
    return `${name}:x:${account.served}:${account.served}::${root}/served/${name}:/bin/sh`;
  });
  const others = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .filter((line) => line.split(":")[2] !== String(account.uid));
  const hosts = Object.entries(HOSTS).map(([name, address]) => `${address} ${name}`);
  const files = {
    hosts: ["127.0.0.1 localhost", ...hosts, ""],
    "nsswitch.conf": ["passwd: files", "group: files", "hosts: files", ""],
    passwd: [user, ...served, ...others],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(`${root}/host/${name}`, lines.join("\n"));
  return Object.keys(files);
}
