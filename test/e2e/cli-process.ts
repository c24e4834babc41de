// The command line as a user meets it: the real `bin/writ.js` in processes of its own, on a throw-away home and work
// folder. Used by the end-to-end tests; tests nothing itself.
import { type ChildProcess, spawn } from "node:child_process";
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
import { fileURLToPath } from "node:url";
import { governorPids } from "../../src/governor/fixtures/made-home.ts";
import { homePaths } from "../../src/governor/home.ts";
import { removeHomeGroups } from "../leftover-groups.ts";
import { PACKAGE } from "../package-place.ts";
import { everyFieldSpec } from "./every-field-spec.ts";

/** The repository that this file belongs to. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** The executable of the built package, started as its shebang says. */
export const WRIT = `${PACKAGE}/bin/writ.js`;

export const isRoot: boolean = process.geteuid?.() === 0;

/** Debian's `nobody`, whom tasks run as when root made the home. */
const NOBODY = 65_534;

/** Longer than anything here needs on a busy machine; a test that reaches it fails. */
const TIMEOUT_MS = 50_000;

export interface Ran {
  /** As a shell would give it: 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  readonly root: string;
  /** Where the home is, or is to be. */
  readonly home: string;
  /** The working directory of every command; tasks may read it, and write `out` below it. */
  readonly work: string;
  /** The whole environment of every command. */
  readonly env: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Beside the place's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Standard input; without it the null device. */
  readonly input?: string;
  /** Standard input stays open, for the test to type into. */
  readonly terminal?: boolean;
}

/** A folder with a work folder and no home yet; commands there find the home by WRIT_HOME. */
export function makePlace(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "writ-e2e-")));
  chmodSync(root, 0o755);
  const work = `${root}/work`;
  for (const folder of ["out", "vault", "mail", "clients"])
    mkdirSync(`${work}/${folder}`, { recursive: true });
  writeFileSync(`${work}/vault/payroll.csv`, "name,pay\n");
  writeFileSync(`${work}/clients/list.csv`, "client\n");
  writeFileSync(`${work}/mail/today.mbox`, "From: stranger\n");
  // What everyFieldSpec protects: without it no task is decided.
  writeFileSync(`${work}.env`, "PROTECTED_KEY=q7Wv-r2Xk9Lm4Tz\n", { mode: 0o600 });
  if (isRoot) chownSync(`${work}/out`, NOBODY, NOBODY);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: root,
    WRIT_HOME: `${root}/home`,
  };
  return { root, home: `${root}/home`, work, env };
}

/** A place whose home exists, with the spec that uses every field. */
export async function makeHomePlace(text?: (work: string) => string): Promise<Place> {
  const place = makePlace();
  writeFileSync(`${place.root}/spec.yaml`, (text ?? everyFieldSpec)(place.work));
  const init = await writ(place, ["init", "--spec", `${place.root}/spec.yaml`]);
  if (init.code !== 0) throw new Error(`no home: ${init.stderr}`);
  return place;
}

/** Kills what still governs the place's homes and removes everything. A governor that said something fails the test. */
export async function endPlace(place: Place, homes: readonly string[] = [place.home]): Promise<void> {
  for (const home of homes) {
    await endGovernor(home);
    await removeHomeGroups(home);
  }
  const said = homes.map((home) =>
    existsSync(homePaths(home).log) ? readFileSync(homePaths(home).log, "utf8") : "",
  );
  rmSync(place.root, { recursive: true, force: true });
  const words = said.join("");
  if (words !== "") throw new Error(`a governor broke:\n${words}`);
}

/** Ends the governor of `home`, if there is one, and waits until it is gone. */
export async function endGovernor(home: string, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  for (const pid of governorPids(home)) signalTo(pid, signal);
  await until(`the governor of ${home} to end`, () => governorPids(home).length === 0);
}

/** A command that has been started. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** What it has said on standard output so far. */
  readonly said: () => string;
}

/** Starts `writ ARGUMENTS` in the place's work folder. */
export function begin(place: Place, args: readonly string[], options: RunOptions = {}): Running {
  return start(place, [WRIT, ...args], options);
}

/** Runs `writ ARGUMENTS` to its end. */
export function writ(place: Place, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return begin(place, args, options).ended;
}

/** Runs a shell script to its end; `"$WRIT"` is the command line. */
export function shell(place: Place, script: string, options: RunOptions = {}): Promise<Ran> {
  return start(place, ["/bin/sh", "-c", script], { ...options, env: { WRIT, ...options.env } }).ended;
}

/** Starts any program as `begin` starts `writ`. */
export function start(place: Place, words: readonly string[], options: RunOptions): Running {
  const [program = "", ...args] = words;
  const child = spawn(program, args, {
    cwd: options.cwd ?? place.work,
    env: { ...place.env, ...options.env },
    stdio: [options.input === undefined && options.terminal !== true ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  // A command that never reads its input closes it: that is its right.
  child.stdin?.on("error", () => undefined);
  if (options.terminal !== true) child.stdin?.end(options.input);
  const said = (): string => Buffer.concat(out).toString("utf8");
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const number = signal === null ? 0 : constants.signals[signal];
      resolve({ code: code ?? 128 + number, stdout: said(), stderr: Buffer.concat(err).toString("utf8") });
    });
  });
  return { child, ended, said };
}

/** Waits for `condition`, a bounded time. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1500; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Sends a signal to a process that may have ended. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The one `writ: hint:` line's text. Throws unless there is exactly one error line and one hint line, in this order. */
export function hintOf(ran: Ran): string {
  const match = /^writ: error: (?<error>[^\n]+)\nwrit: hint: (?<hint>[^\n]+)\n$/.exec(ran.stderr);
  const hint = match?.groups?.["hint"];
  if (hint === undefined) throw new Error(`not one error line and one hint line: ${JSON.stringify(ran)}`);
  return hint;
}
