// Starts test/fixtures/confined-run.ts as an account and talks with it. The accounts: root dropping to an unprivileged
// uid, and an ordinary user; whoever runs the tests has one or both.
import { type ChildProcess, fork } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ConfinedMessage, ConfinedRequest, ConfinedResult } from "../fixtures/confined-run.ts";
import { groupName, removeGroups } from "../leftover-groups.ts";
import { PACKAGE } from "../package-place.ts";

/** Whom tasks run as when the tests run as root; no account of a usual system. */
export const TASK_UID = 61_998;

/** Who starts tasks: `root` drops to TASK_UID, `user` is itself. */
export type AccountName = "root" | "user";

export interface ConfinedRunner {
  /** A fresh folder that the task's uid owns; everyone may pass through the folders above it. */
  readonly folder: string;
  readonly pid: number;
  run(request: Omit<ConfinedRequest, "id">): Promise<ConfinedResult>;
  /** Resolves with the pid of the task's outermost process once it wrote `ready`; its end is not waited for. */
  begin(request: Omit<ConfinedRequest, "id">): Promise<number>;
  /** SIGKILL, as a crash. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const isRoot = process.geteuid?.() === 0;
/** As it ships, like everything that these tests start: half the processor time of the source. */
const program = `${PACKAGE}/dist/confined-run.js`;

/** The accounts that can be tested here; for each one that cannot, the reason is printed. */
export function accounts(): readonly AccountName[] {
  if (!isRoot) {
    process.stderr.write("not tested: sandbox as root: the tests run as an ordinary user\n");
    return ["user"];
  }
  if (passable(dirname(program)) && passable(dirname(process.execPath))) return ["root", "user"];
  process.stderr.write(
    "not tested: sandbox as an ordinary user: the clone lies below a folder only root may enter\n",
  );
  return ["root"];
}

/** Opens an executor in a process of its own, as `account`. */
export async function openRunner(account: AccountName): Promise<ConfinedRunner> {
  const drops = isRoot && account === "user";
  const base = mkdtempSync("/var/tmp/writ-confined-");
  chmodSync(base, 0o755);
  const [run, folder] = [`${base}/run`, `${base}/work`];
  mkdirSync(run);
  mkdirSync(folder);
  if (isRoot) chownSync(folder, TASK_UID, TASK_UID);
  if (drops) chownSync(run, TASK_UID, TASK_UID);
  const child = fork(program, [run, account === "root" ? String(TASK_UID) : ""], {
    // One descriptor more, which no task may inherit: as a governor started by another program may have.
    stdio: ["ignore", "ignore", "inherit", "ipc", "pipe"],
    execArgv: [],
    env: { PATH: process.env["PATH"] },
    ...(drops ? { uid: TASK_UID, gid: TASK_UID } : {}),
  });
  const waiting = new Map<string, (message: ConfinedMessage) => void>();
  child.on("message", (message) =>
    waiting.get(keyOf(message as ConfinedMessage))?.(message as ConfinedMessage),
  );
  const next = (key: string): Promise<ConfinedMessage> => heard(child, waiting, key);
  await next("open");
  return runnerOf(child, { base, run, folder, next });
}

function runnerOf(
  child: ChildProcess,
  at: {
    readonly base: string;
    readonly run: string;
    readonly folder: string;
    next(key: string): Promise<ConfinedMessage>;
  },
): ConfinedRunner {
  let requests = 0;
  const send = (request: Omit<ConfinedRequest, "id">): number => {
    requests += 1;
    child.send({ ...request, id: requests });
    return requests;
  };
  const gone = (): Promise<void> =>
    child.exitCode === null && child.signalCode === null
      ? new Promise((resolve) => void child.once("exit", () => resolve()))
      : Promise.resolve();
  return {
    folder: at.folder,
    pid: child.pid ?? 0,
    run: async (request) => {
      const message = await at.next(`result ${send(request)}`);
      if (!("result" in message)) throw new Error("not a result");
      return message.result;
    },
    begin: async (request) => {
      const message = await at.next(`ready ${send(request)}`);
      if (!("ready" in message)) throw new Error("not ready");
      return message.ready;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await gone();
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await gone();
      await removeGroups(groupName(at.run));
      rmSync(at.base, { recursive: true, force: true });
    },
  };
}

function keyOf(message: ConfinedMessage): string {
  if ("open" in message) return "open";
  return "result" in message ? `result ${message.id}` : `ready ${message.id}`;
}

/** The message of that key; rejects when the program ends first. */
function heard(
  child: ChildProcess,
  waiting: Map<string, (message: ConfinedMessage) => void>,
  key: string,
): Promise<ConfinedMessage> {
  return new Promise((resolve, reject) => {
    const died = (): void => reject(new Error(`the program ended before ${key}`));
    child.once("exit", died);
    waiting.set(key, (message) => {
      child.off("exit", died);
      waiting.delete(key);
      resolve(message);
    });
  });
}

function passable(folder: string): boolean {
  if (folder === "/") return true;
  return (statSync(folder).mode & 0o005) === 0o005 && passable(dirname(folder));
}
