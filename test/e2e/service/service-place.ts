// A machine with the service installed by `writ service install --apply`: an executor as root, a governor as an account of its
// own, two principals, each with a real uid and files of its own. It is a mount namespace with an /etc, /run and /var/lib of its
// own, in which nothing of this machine is written. What the units say is started by hand where no systemd runs. Only root
// can do that.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { specText } from "../../../src/governor/fixtures/spec-text.ts";
import { PACKAGE } from "../../package-place.ts";
import { isRoot, type Ran, ROOT, until } from "../cli-process.ts";

/** Uids that no machine gives out by itself, of this process alone. */
const FIRST_UID: number = 900_000 + (process.pid % 30_000) * 3;

/** Why no service can be tried here; empty: it can. */
export const CANNOT: string = !isRoot
  ? "only root changes uids"
  : spawnSync("/usr/bin/unshare", ["--mount", "true"]).status === 0
    ? ""
    : "no mount namespace can be made here";

export interface Account {
  readonly name: string;
  readonly uid: number;
  /** Its home folder, which it alone may enter. */
  readonly home: string;
}

export interface ServicePlace {
  readonly root: string;
  /** The service's home, as the machine and as this test sees it. */
  readonly home: string;
  readonly homeHere: string;
  /** The machine's /etc, as this test sees it. */
  readonly etc: string;
  readonly governor: Account;
  readonly principals: readonly [Account, Account];
  /** What was below it before anything was installed. */
  readonly before: readonly string[];
  /** A process that keeps the namespace. */
  readonly holder: ChildProcess;
}

/** What was started, and what it said so far. */
export interface Daemon {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number>;
}

/** Where Node and Writ are installed: root alone may write there. */
export const NODE = "/srv/node";
export const WRIT = "/srv/writ/bin/writ.js";
const NOWHERE = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Installs the service as its documentation says, for both principals, with these `endpoints` in its spec. */
export async function makeServicePlace(endpoints: string): Promise<ServicePlace> {
  const root = realpathSync(mkdtempSync("/tmp/writ-service-"));
  chmodSync(root, 0o755);
  const [governor, one, other] = ["writ", "alice", "bob"].map((name, index): Account => {
    const account = { name, uid: FIRST_UID + index, home: `${root}/${name}` };
    mkdirSync(account.home, { mode: 0o700 });
    mkdirSync(`${account.home}/work`);
    for (const folder of [account.home, `${account.home}/work`]) chownSync(folder, account.uid, account.uid);
    return account;
  }) as [Account, Account, Account];
  const principals = [one, other] as const;
  const etc = `${root}/etc`;
  cpSync("/etc", etc, { recursive: true, verbatimSymlinks: true, filter: isKept });
  for (const folder of ["lib", "spool"]) mkdirSync(`${root}/${folder}`, { mode: 0o755 });
  const holder = await hold(root);
  const home = "/var/lib/writ/home";
  const homeHere = `${root}/lib/writ/home`;
  writeFileSync(`${etc}/${NOTIFY}`, "");
  writeFileSync(`${etc}/writ-spec.yaml`, serviceSpec({ root, principals, endpoints }));
  const before = filesOf(etc);
  const place: ServicePlace = { root, home, homeHere, etc, before, governor, principals, holder };
  // What the steps that are printed do, the account's uid being ours to choose.
  const accounts = [governor, one, other].map(
    ({ name, uid, home }) => `${name}:x:${uid}:${uid}::${home}:/bin/sh\n`,
  );
  writeFileSync(`${etc}/passwd`, accounts.join(""), { flag: "a" });
  mkdirSync(`${root}/lib/writ`, { mode: 0o700 });
  chownSync(`${root}/lib/writ`, governor.uid, governor.uid);
  const init = await as(place, governor, ["init", "--home", home, "--spec", "/etc/writ-spec.yaml"]);
  if (init.code !== 0) throw new Error(`no home: ${init.stderr}`);
  const install = await asRoot(place, ["service", "install", "--apply"]);
  if (install.code !== 0) throw new Error(`not installed: ${install.stderr}`);
  return place;
}

/** Every file below `folder`. */
export function filesOf(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
}

/** What root alone may read is of no use to it, and none of ours to copy. */
function isKept(path: string): boolean {
  return !/^\/etc\/(?:shadow|gshadow|ssl\/private|ssh|writ)/u.test(path);
}

/** Its one sensor: a node without any has one task at a time. */
const ZONE = "/sys/class/thermal/thermal_zone0";

async function hold(root: string): Promise<ChildProcess> {
  const modules = realpathSync(`${ROOT}/node_modules`);
  // What is installed is gathered first: the repository itself may lie below /srv.
  const script = `set -e
mkdir -p -m 755 ${root}/srv/writ ${root}/srv/node_modules; touch ${root}${NODE}
mount --bind ${PACKAGE} ${root}/srv/writ; mount --bind ${modules} ${root}/srv/node_modules
mount --bind ${process.execPath} ${root}${NODE}; mount --rbind ${root}/srv /srv
mount --bind ${root}/etc /etc; mount --bind ${root}/lib /var/lib
mount -t tmpfs -o mode=755 tmpfs /run; mount --bind ${root}/spool /var/spool
mount -t tmpfs tmpfs /sys/class; mkdir -p ${ZONE}; echo cpu-thermal > ${ZONE}/type; echo 40000 > ${ZONE}/temp
echo ready; exec sleep infinity`;
  const holder = spawn("/usr/bin/unshare", ["--mount", "sh", "-c", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => resolve());
    holder.once("exit", () => reject(new Error("no namespace for the service")));
  });
  return holder;
}

/** Where the spec's `notify.task` lies, which the test writes. */
export const NOTIFY = "writ-notify.yaml";

function serviceSpec({
  root,
  principals,
  endpoints,
}: Pick<ServicePlace, "root" | "principals"> & { readonly endpoints: string }): string {
  const listed = principals.map(({ name, uid }) => `{ name: ${name}, uid: ${uid} }`).join(", ");
  const extra = `notify: { task: /etc/${NOTIFY}, on: [gate] }\n`;
  const resources = "  children: { per_task_max: 2, depth_max: 1 }";
  return specText(root, { endpoints, extra, resources, limits: "cgroup" }).replace(
    /^principals: .*$/m,
    `principals: [ ${listed} ]`,
  );
}

/** Starts the executor as its unit says, with no more capabilities than that gives it, and waits until it listens. */
export async function startExecutor(place: ServicePlace): Promise<Daemon> {
  const unit = unitOf(place, "writ-executor.service");
  const kept = unit("CapabilityBoundingSet")
    .split(" ")
    .map((name) => `+${name.slice("CAP_".length).toLowerCase()}`);
  const confined = ["/usr/bin/setpriv", "--no-new-privs", `--bounding-set=-all,${kept.join(",")}`, "--"];
  const daemon = start(place, [...confined, ...unit("ExecStart").split(" ")], {});
  await until(
    "the executor to listen",
    () => daemon.said().includes("ready") || daemon.child.exitCode !== null,
  );
  if (!daemon.said().includes("ready")) throw new Error(`no executor: ${daemon.said()}`);
  return daemon;
}

/** What a unit says of a name. */
function unitOf({ etc }: ServicePlace, name: string): (word: string) => string {
  const text = readFileSync(`${etc}/systemd/system/${name}`, "utf8");
  return (word) => new RegExp(`^${word}=(.*)$`, "mu").exec(text)?.[1] ?? "";
}

/** Starts the governor as its unit says, in control groups of its own, and waits until it serves. */
export async function startGovernor(
  place: ServicePlace,
  env: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  const { uid, home } = place.governor;
  const unit = unitOf(place, "writ.service");
  const join = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"';
  const ids = [
    "--reuid",
    String(uid),
    "--regid",
    String(uid),
    "--clear-groups",
    "--no-new-privs",
    "--bounding-set=-all",
  ];
  const words = ["/bin/sh", "-c", join, "sh", ...ownGroups(place), "--", "/usr/bin/setpriv", ...ids, "--"];
  const daemon = start(place, [...words, ...unit("ExecStart").split(" ")], { ...environment(home), ...env });
  await until(
    "the service",
    () => /serving as a service|error:/.test(daemon.said()) || daemon.child.exitCode !== null,
  );
  return daemon;
}

/** The groups below ours that are the governor's, one for each hierarchy; made when they are not there. */
function ownGroups({ root, governor }: ServicePlace): readonly string[] {
  const name = root.slice(root.lastIndexOf("/") + 1);
  return hierarchies().map((own) => {
    const group = `${own}/${name}`;
    if (existsSync(group)) return group;
    mkdirSync(group);
    for (const file of ["", "/cgroup.procs", "/cgroup.subtree_control"])
      if (existsSync(group + file)) chownSync(group + file, governor.uid, governor.uid);
    return group;
  });
}

/** Our own group in each hierarchy that holds limits (cgroups(7)). */
function hierarchies(): readonly string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  return readFileSync("/proc/self/cgroup", "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [, , controllers = "", path = ""] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
      if (!/^(?:|freezer|memory|pids|cpu|cpuacct|cpu,cpuacct)$/.test(controllers)) return [];
      const found = mounts.find((mount) =>
        controllers === ""
          ? mount.includes("cgroup2")
          : mount
              .at(-1)
              ?.split(",")
              .includes(controllers.split(",")[0] ?? ""),
      );
      const [, , , mountRoot = "/", at] = found ?? [];
      if (at === undefined) return [];
      const below = mountRoot === "/" ? path : path.slice(mountRoot.length);
      return [below === "/" || below === "" ? at : `${at}${below}`];
    });
}

/** Runs `writ ARGUMENTS` as an account, in its own home folder. */
export function as(
  place: ServicePlace,
  account: Account,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return ran(place, account, [NODE, WRIT, ...args], env);
}

/** The same as root, in its root folder. */
export function asRoot(place: ServicePlace, args: readonly string[]): Promise<Ran> {
  return ran(place, { name: "root", uid: 0, home: "/root" }, [NODE, WRIT, ...args]);
}

/** Runs any program as an account, on that machine. */
export async function ran(
  place: ServicePlace,
  { uid, home }: Account,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const ids = ["--setuid", String(uid), "--setgid", String(uid)];
  const here = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', uid === 0 ? "/" : `${home}/work`];
  const child = spawn("/usr/bin/nsenter", [...inside(place), ...ids, "--", ...here, ...words], {
    cwd: "/",
    env: { ...environment(home), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), ...texts }),
    );
  });
}

function inside({ holder }: ServicePlace): readonly string[] {
  return [`--mount=/proc/${holder.pid ?? 0}/ns/mnt`];
}

function environment(home: string): Readonly<Record<string, string>> {
  return { PATH: NOWHERE, HOME: home };
}

function start(place: ServicePlace, words: readonly string[], env: Readonly<Record<string, string>>): Daemon {
  const child = spawn("/usr/bin/nsenter", [...inside(place), "--", ...words], {
    cwd: "/",
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  const ended = new Promise<number>((resolve) => {
    child.once("close", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
  return { child, said: () => text, ended };
}

/** Ends what still runs and removes everything. */
export async function endServicePlace(place: ServicePlace, daemons: readonly Daemon[]): Promise<void> {
  for (const { child } of daemons) child.kill("SIGKILL");
  await Promise.all(daemons.map(({ ended }) => ended));
  place.holder.kill("SIGKILL");
  const name = place.root.slice(place.root.lastIndexOf("/") + 1);
  for (const own of hierarchies()) await removeGroups(`${own}/${name}`);
  rmSync(place.root, { recursive: true, force: true });
}

async function removeGroups(group: string): Promise<void> {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) await removeGroups(`${group}/${entry.name}`);
  const left = (): readonly string[] =>
    readFileSync(`${group}/cgroup.procs`, "utf8").split("\n").filter(Boolean);
  await until(`${group} to empty`, () => left().length === 0);
  rmdirSync(group);
}
