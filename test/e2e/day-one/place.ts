// A fresh home with the spec as it is shipped, in a network and a file system view of its own: the example hosts of that spec
// have servers there, and the system's authorities know one more. Tests nothing itself.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
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
import { makePackages, type Packages } from "../../gate/client-upstream.ts";
import { endPlace, isRoot, type Place, type Ran, type Running, start, until, WRIT } from "../cli-process.ts";
import { type Account, apart, beside, giveTo, itself } from "./account.ts";
import { ADDRESSES, BUNDLE, giveServed, writeServed, writeSystem } from "./served.ts";
import type { Told } from "./upstream.ts";

export interface DayOne {
  /** Runs one line in a folder below the user's home folder, by a shell. */
  line(line: string, folder: string): Promise<Ran>;
  /** Starts one and goes on. */
  begin(line: string, folder: string): Running;
  /** Writes a file that the tasks' own user owns, below the user's home folder. */
  file(path: string, text: string | Buffer, mode?: number): void;
  /** A program of this folder, for the tasks. */
  program(name: string, folder: string): void;
  /** What the SSH client of a task needs in `folder`: its key under `name`, and the servers' keys. */
  keys(name: string, folder: string): void;
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
export function noDayOne(account: Account): string | null {
  if (!existsSync(BUNDLE)) return `there is no ${BUNDLE} to have one more authority in it`;
  const words = [...apart(account), "ip", "address", "add", `${ADDRESSES[0]}/32`, "dev", "lo"];
  try {
    execFileSync("env", words, { stdio: "ignore" });
    return null;
  } catch {
    return "no network namespace of its own can be made";
  }
}

/** Makes the place and the home. */
export async function openDayOne(account: Account): Promise<DayOne> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "writ-day-one-")));
  const [me, served] = [`${root}/me`, `${root}/served`];
  for (const folder of [root, me, served, `${root}/bin`, `${root}/host`]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
  }
  symlinkSync(WRIT, `${root}/bin/writ`);
  const env = { PATH: `${root}/bin:${dirname(process.execPath)}:${SYSTEM_PATH}`, HOME: me };
  const place: Place = { root, home: `${root}/home`, work: me, env: { ...env, WRIT_HOME: `${root}/home` } };
  const packages = makePackages();
  const files = writeSystem(root, account);
  const settings = writeServed(root, packages);
  giveTo(account.uid, root);
  giveServed(root, account);
  const told: string[] = [];
  const host = await openHost({ place, account, files, settings, told });
  const owned = (path: string): void => {
    if (isRoot) chownSync(path, account.tasks, account.tasks);
  };
  const folderOf = (folder: string): string => {
    mkdirSync(join(me, folder), { recursive: true });
    owned(join(me, folder));
    return join(me, folder);
  };
  const begin: DayOne["begin"] = (line, folder) => {
    const words = ["sh", "-c", 'cd "$1" && exec sh -c "$2"', "sh", folderOf(folder), line];
    return start(place, [...beside(account, host.pid ?? 0), ...words], {});
  };
  const file: DayOne["file"] = (name, text, mode = 0o644) => {
    folderOf(dirname(name));
    writeFileSync(join(me, name), text);
    chmodSync(join(me, name), mode);
    owned(join(me, name));
  };
  const day: DayOne = {
    me,
    served,
    packages,
    begin,
    file,
    line: (line, folder) => begin(line, folder).ended,
    program: (name, folder) => file(`${folder}/${name}`, readFileSync(new URL(name, import.meta.url))),
    keys: (name, folder) => {
      file(`${folder}/${name}`, readFileSync(`${root}/host/client_key`), 0o600);
      file(`${folder}/known_hosts`, readFileSync(`${root}/host/known_hosts`));
    },
    reached: () => told.splice(0).map((line) => JSON.parse(line) as Told),
    close: async () => {
      host.stdin?.end();
      await endPlace(place);
    },
  };
  const init = await day.line("writ init", "work");
  if (init.code === 0) return day;
  await day.close();
  throw new Error(`no home: ${init.stderr}`);
}

const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

interface HostParts {
  readonly place: Place;
  readonly account: Account;
  /** Names of the files that stand for those of /etc. */
  readonly files: readonly string[];
  readonly settings: string;
  /** Where what the servers tell is put. */
  readonly told: string[];
}

/** The process that has the namespaces, and in them the servers, which end when its input does. */
async function openHost({ place, account, files, settings, told }: HostParts): Promise<ChildProcess> {
  const { root, env } = place;
  const steps = [
    ...files.map((name) => `mount --bind ${root}/host/${name} /etc/${name}`),
    `mount --bind ${root}/host/bundle ${BUNDLE}`,
    "ip link set lo up",
    ...ADDRESSES.map((one) => `ip address add ${one}/32 dev lo`),
    // Servers of an ordinary user are to have the usual ports.
    "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start",
    // Not `exec`: this shell is who others come beside.
    '"$@"; exit',
  ];
  const upstream = [process.execPath, new URL("upstream.ts", import.meta.url).pathname, settings];
  const [program = "", ...before] = apart(account);
  const words = [...before, "sh", "-c", steps.join(" && "), "sh", ...itself(account), ...upstream];
  const child = spawn(program, words, { env, stdio: ["pipe", "pipe", "inherit"] });
  let [rest, ready] = ["", false];
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString("utf8")}`.split("\n");
    rest = lines.pop() ?? "";
    ready ||= lines.includes("ready");
    told.push(...lines.filter((line) => line.startsWith("{")));
  });
  const ended = once(child, "exit").then(() => true);
  await until("the servers of the day", () => ready || child.exitCode !== null);
  if (ready) return child;
  await ended;
  rmSync(root, { recursive: true, force: true });
  throw new Error("the servers of the day did not come up");
}
