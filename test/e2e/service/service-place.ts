// A machine's service in a folder: an executor as root, a governor as an account of its own, two principals, each with a real
// uid and files of its own. Started by hand where no systemd runs; the processes are those that the units start. Only root
// can do that.
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
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
import { type Ran, until, WRIT } from "../cli-process.ts";

/** Uids that no machine gives out by itself, of this process alone. */
const FIRST_UID: number = 900_000 + (process.pid % 30_000) * 3;

export interface Account {
  readonly name: string;
  readonly uid: number;
  /** Its home folder, which it alone may enter. */
  readonly home: string;
  /** Where its programs find the service; empty: nowhere of its own. */
  readonly submit: string;
}

export interface ServicePlace {
  readonly root: string;
  /** The service's home. */
  readonly home: string;
  readonly config: string;
  readonly run: string;
  readonly passwd: string;
  readonly governor: Account;
  readonly principals: readonly [Account, Account];
}

/** What was started, and what it said so far. */
export interface Daemon {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number>;
}

/** Makes the accounts' folders, the service's home with both principals in its spec, and what root writes down. */
export async function makeServicePlace(): Promise<ServicePlace> {
  const root = realpathSync(mkdtempSync("/tmp/writ-service-"));
  chmodSync(root, 0o755);
  const run = `${root}/run`;
  const [governor, one, other] = ["writ", "alice", "bob"].map((name, index): Account => {
    const account = { name, uid: FIRST_UID + index, home: `${root}/${name}`, submit: "" };
    mkdirSync(account.home, { mode: 0o700 });
    mkdirSync(`${account.home}/work`);
    for (const folder of [account.home, `${account.home}/work`]) chownSync(folder, account.uid, account.uid);
    return index === 0 ? account : { ...account, submit: `${run}/submit/${account.uid}` };
  }) as [Account, Account, Account];
  const etc = `${root}/etc`;
  mkdirSync(etc, { mode: 0o755 });
  const place: ServicePlace = {
    root,
    home: `${governor.home}/home`,
    config: `${etc}/executor.json`,
    run,
    passwd: `${etc}/passwd`,
    governor,
    principals: [one, other],
  };
  writeFileSync(
    place.passwd,
    [governor, one, other]
      .map(({ name, uid, home }) => `${name}:x:${uid}:${uid}::${home}:/bin/sh\n`)
      .join(""),
  );
  writeFileSync(`${etc}/spec.yaml`, serviceSpec(place));
  const init = await as(governor, ["init", "--home", place.home, "--spec", `${etc}/spec.yaml`]);
  if (init.code !== 0) throw new Error(`no home: ${init.stderr}`);
  writeConfig(place);
  return place;
}

function serviceSpec({ root, principals }: Pick<ServicePlace, "root" | "principals">): string {
  const listed = principals.map(({ name, uid }) => `{ name: ${name}, uid: ${uid} }`).join(", ");
  return specText(root, { endpoints: "[]", limits: "cgroup" }).replace(
    /^principals: .*$/m,
    `principals: [ ${listed} ]`,
  );
}

/** As root writes it down; `changes` as somebody else would have it. */
export function writeConfig(place: ServicePlace, changes: object = {}): void {
  const { node } = JSON.parse(readFileSync(`${place.home}/node.json`, "utf8")) as { readonly node: string };
  const pem = readFileSync(`${place.home}/keys/governor.pub`, "utf8").replaceAll(/-----[^-]+-----|\s/g, "");
  // The last 32 bytes of an Ed25519 key's SPKI form are the key (RFC 8410, section 4).
  const public_key = Buffer.from(pem, "base64").subarray(-32).toString("base64url");
  const { uid } = place.governor;
  const principals = place.principals.map(({ name, uid }) => ({ name, uid, gid: uid, user: name }));
  const { run, passwd } = place;
  const config = { format: 1, node, public_key, uid, gid: uid, run, passwd, principals, ...changes };
  rmSync(place.config, { force: true });
  writeFileSync(place.config, JSON.stringify(config), { mode: 0o644 });
}

/** Starts the executor and waits until it listens. */
export async function startExecutor({ config, run }: ServicePlace): Promise<Daemon> {
  const program = `${PACKAGE}/dist/enforce/root/executor-process.js`;
  const daemon = start(process.execPath, [program, config], {});
  await until(
    "the executor to listen",
    () => daemon.said().includes("ready") || daemon.child.exitCode !== null,
  );
  if (!existsSync(`${run}/executor/executor.sock`)) throw new Error(`no executor: ${daemon.said()}`);
  return daemon;
}

/** Starts the governor in control groups of its own, as its unit would have it, and waits until it serves. */
export async function startGovernor(
  place: ServicePlace,
  env: Readonly<Record<string, string>> = {},
): Promise<Daemon> {
  const { uid, home } = place.governor;
  const groups = ownGroups(place);
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
  const serve = [WRIT, "serve", "--home", place.home, "--service", place.config];
  const words = ["-c", join, "sh", ...groups, "--", "setpriv", ...ids, "--", process.execPath, ...serve];
  const daemon = start("/bin/sh", words, { ...environment(home), ...env });
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
  account: Account,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return ran(account, [process.execPath, WRIT, ...args], env);
}

/** Runs any program as an account. */
export async function ran(
  { uid, home, submit }: Account,
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const where: Record<string, string> = submit === "" ? {} : { WRIT_HOME: submit };
  const child = spawn(program, args, {
    cwd: `${home}/work`,
    uid,
    gid: uid,
    env: { ...environment(home), ...where, ...env },
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

function environment(home: string): Readonly<Record<string, string>> {
  return { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: home };
}

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Daemon {
  const child = spawn(program, args, { cwd: "/", env, stdio: ["ignore", "pipe", "pipe"] });
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
