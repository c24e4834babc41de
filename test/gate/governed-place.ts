// A home with one governor for a whole test file, as root or as an ordinary user, and `writ` run there as a process. What
// the resolver of that governor finds is fixed: its processes see a hosts file of our own. Tests nothing itself.
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import { homePaths } from "../../src/governor/home.ts";
import { tailHome } from "../../src/governor/tail-home.ts";
import type { RecordCore } from "../../src/ledger/record-codec.ts";
import { type Place, type Ran, until, WRIT } from "../e2e/cli-process.ts";
import { isRoot, TEST_GID, TEST_UID } from "../enforce/as-user.ts";
import type { AccountName } from "../enforce/confined-runner.ts";
import { removeHomeGroups } from "../leftover-groups.ts";

/** Debian's `nobody`, whom tasks run as when root made the home. */
const NOBODY = 65_534;

export interface GovernedPlace extends Place {
  readonly account: AccountName;
  /** The uid whose tasks these are. */
  readonly uid: number;
  /** Whether `hosts` decides what names resolve to. */
  readonly resolves: boolean;
  /** Runs `writ ARGUMENTS` in the work folder to its end. */
  writ(args: readonly string[]): Promise<Ran>;
  /** Starts it, with its standard input open. */
  begin(args: readonly string[]): Started;
  /** Writes a file that the account owns; the path is below the place's root. */
  file(path: string, text: string | Buffer, mode?: number): string;
  /** Decisions of the gate in the ledger, oldest first. */
  egress(): Promise<readonly Egress[]>;
  records(): Promise<readonly RecordCore[]>;
  close(): Promise<void>;
}

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ran>;
}

/** The core of an egress record. */
export interface Egress {
  readonly decision: string;
  readonly via: string;
  readonly cause: string | null;
  readonly status: number | null;
  readonly port: number | null;
  readonly method: string;
  readonly host_hash: string | null;
  readonly decision_sequence: number;
  readonly bytes_out: number;
  readonly bytes_in: number;
}

export interface PlaceOptions {
  readonly account: AccountName;
  /** The spec's text. */
  readonly spec: (place: { readonly root: string; readonly work: string; readonly uid: number }) => string;
  /** Files below the root that must be there before the home: path to text; mode 0600. */
  readonly files: (root: string) => Readonly<Record<string, string>>;
  /** What the governor's resolver knows, as lines of hosts(5). */
  readonly hosts: (root: string) => readonly string[];
}

/** Makes the folders and the home. */
export async function openPlace(options: PlaceOptions): Promise<GovernedPlace> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "writ-gate-")));
  const uid = options.account === "user" && isRoot ? TEST_UID : (process.getuid?.() ?? 0);
  const folders = ["", "/work", "/work/out", "/host"].map((name) => `${root}${name}`);
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    if (isRoot) chownSync(folder, uid, uid);
  }
  // The task's own uid, where it is another.
  if (isRoot && uid === 0) chownSync(`${root}/work/out`, NOBODY, NOBODY);
  const place = governedPlace(root, uid, options.account);
  writeFileSync(`${root}/host/hosts`, `127.0.0.1 localhost\n${options.hosts(root).join("\n")}\n`);
  writeFileSync(`${root}/host/nsswitch.conf`, NSSWITCH);
  for (const [path, text] of Object.entries(options.files(root))) place.file(path, text, 0o600);
  place.file(
    "work/driver.mjs",
    readFileSync(new URL("../../suites/programs/driver.mjs", import.meta.url)),
    0o644,
  );
  place.file("spec.yaml", options.spec({ root, work: place.work, uid }), 0o644);
  const init = await place.writ(["init", "--spec", `${root}/spec.yaml`]);
  if (init.code !== 0) {
    await place.close();
    throw new Error(`no home: ${init.stderr}`);
  }
  return place;
}

/** Names come from the hosts file alone: no test asks a name server. */
const NSSWITCH = "passwd: files\ngroup: files\nhosts: files\n";

function governedPlace(root: string, uid: number, account: AccountName): GovernedPlace {
  const work = `${root}/work`;
  const home = `${root}/home`;
  const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const place: Place = { root, home, work, env: { PATH: path, HOME: root, WRIT_HOME: home } };
  const resolves = canMount();
  const prefix = [...(resolves ? ownHosts(root) : []), ...(isRoot && uid !== 0 ? becoming(uid) : [])];
  const begin: GovernedPlace["begin"] = (args) => start(place, [...prefix, process.execPath, WRIT, ...args]);
  const records: GovernedPlace["records"] = async () => (await tailHome(home, 1_000_000, null)).records;
  return {
    ...place,
    account,
    uid,
    resolves,
    begin,
    writ: (args) => {
      const started = begin(args);
      started.child.stdin.end();
      return started.ended;
    },
    file: (name, text, mode = 0o644) => {
      const file = `${root}/${name}`;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, mode);
      if (isRoot) chownSync(file, uid, uid);
      return file;
    },
    records,
    egress: async () =>
      (await records()).filter(({ kind }) => kind === "egress").map(({ core }) => core as unknown as Egress),
    close: async () => {
      const pids = governorPids(home);
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await until("the governor to end", () => governorPids(home).length === 0);
      await removeHomeGroups(home);
      const { log } = homePaths(home);
      const words = existsSync(log) ? readFileSync(log, "utf8") : "";
      rmSync(root, { recursive: true, force: true });
      if (words !== "") throw new Error(`a governor broke:\n${words}`);
    },
  };
}

/** Longer than anything here needs on a busy machine; what reaches it fails. */
const TIMEOUT_MS = 300_000;

function start({ work, env }: Place, [program = "", ...args]: readonly string[]): Started {
  const child = spawn(program, args, { cwd: work, env, timeout: TIMEOUT_MS, killSignal: "SIGKILL" });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // A command that never reads its input closes it: that is its right.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const number = signal === null ? 0 : constants.signals[signal];
      const [stdout, stderr] = [out, err].map((all) => Buffer.concat(all).toString("utf8"));
      resolve({ code: code ?? 128 + number, stdout: stdout ?? "", stderr: stderr ?? "" });
    });
  });
  return { child, ended };
}

function ownHosts(root: string): readonly string[] {
  const mounts = ["hosts", "nsswitch.conf"].map((name) => `mount --bind ${root}/host/${name} /etc/${name}`);
  return ["unshare", "--mount", "--", "sh", "-c", `${mounts.join(" && ")} && exec "$@"`, "sh"];
}

function becoming(uid: number): readonly string[] {
  return ["setpriv", `--reuid=${uid}`, `--regid=${TEST_GID}`, "--clear-groups", "--"];
}

function canMount(): boolean {
  try {
    execFileSync("unshare", ["--mount", "--", "mount", "--bind", "/etc/hosts", "/etc/hosts"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    process.stderr.write("not tested: names that resolve where they should not: no mount namespace here\n");
    return false;
  }
}
