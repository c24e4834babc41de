// A task's runner: `node runner-process.js`, started by the executor as the task's uid, in the task's network namespace if it
// has one. Opens the grants with that uid's own rights, starts the sandbox, and lives as long as it does. It holds no key and
// believes the executor, who verified the writ. Descriptors: 3 the executor, 4 to 6 the task's ends of its pipes.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { PassThrough } from "node:stream";
import type { Grants } from "../../decide/decision.ts";
import { FrameReader, frameOf } from "../../stdx/json-frames.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { NO_LIMITS } from "../limits/no-limits.ts";
import type { GivenToRunner, RunnerWord } from "../root/requests.ts";
import type { Standing } from "../sandbox/launch.ts";
import { signalGroup, type TaskSignal } from "../sandbox/signal-group.ts";
import { startSandbox } from "../sandbox/start-sandbox.ts";
import { writeEtcFiles, writeGateFiles } from "../sandbox/system-root.ts";
import type { TaskPipes } from "../sandbox/task-pipes.ts";
import { buildSeccompFilter } from "../seccomp/filter.ts";

const CHANNEL_FD = 3;
const PIPES = [4, 5, 6] as const;

/** What the executor says first. */
interface Order {
  readonly uid: number;
  readonly gid: number;
  /** Empty, and this uid's own. */
  readonly folder: string;
  /** This process is in the task's network namespace. */
  readonly entered: boolean;
  /** The executor puts the launcher into control groups. */
  readonly joins: boolean;
  readonly grants: Grants;
  readonly given: GivenToRunner;
}

const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
let standing: Standing | null = null;
let joined: (() => void) | null = null;

function main(): void {
  // The task's, which inherits it; the folder of ours lets nobody else in.
  process.umask(0o022);
  const reader = new FrameReader();
  let order: Order | null = null;
  // Without the executor nothing here may go on: with this process its sandbox dies.
  for (const event of ["close", "error", "end"]) channel.on(event, () => process.exit(1));
  channel.on("data", (chunk: Buffer) => {
    const frames = reader.push(chunk);
    if (frames === null) return process.exit(1);
    for (const frame of frames) {
      if (order !== null) hear(frame as { readonly word: string });
      else void run((order = frame as Order)).catch(fail);
    }
  });
}

/** The executor's word, which it has read from the governor's in one of few forms. */
function hear({ word }: { readonly word: string }): void {
  if (word === "joined") return joined?.();
  if (standing === null) return;
  if (word === "go") return standing.go();
  const [rows, columns] = word.split(" ").map(Number);
  if (rows !== undefined && columns !== undefined) return standing.resize(rows, columns);
  signalGroup(standing.first, word as TaskSignal);
}

async function run({ uid, gid, folder, entered, joins, grants, given }: Order): Promise<void> {
  const { arch } = process;
  if (arch !== "x64" && arch !== "arm64") throw failed(`no seccomp table for \`${arch}\``);
  writeEtcFiles(`${folder}/etc`, uid, gid);
  if (given.certificate !== null) writeGateFiles(`${folder}/etc`, given.certificate);
  writeFileSync(`${folder}/filter`, buildSeccompFilter({ arch, terminal: false }));
  mkdirSync(`${folder}/task`);
  const { terminal, rlimits } = given;
  standing = await startSandbox({
    pipes: theirPipes(),
    folder: `${folder}/task`,
    runFolder: folder.slice(0, folder.lastIndexOf("/tasks/")),
    etc: `${folder}/etc`,
    filters: [`${folder}/filter`],
    grants,
    known: new Map(),
    account: { uid, gid, drop: false },
    limits: { ...NO_LIMITS, rlimits },
    provider: null,
    namespace: entered ? "ours" : null,
    variables: Object.fromEntries(given.variables.map(({ name, value }) => [name, value])),
    terminal,
    ...(joins ? { join } : {}),
  });
  const { child, first } = standing;
  child.once("exit", (code, signal) => {
    emptyFolder(folder);
    tell({ op: "ended", code, signal });
  });
  tell({ op: "stood", pid: child.pid ?? first, first });
}

/** The folder itself stands in one of root's. What cannot be removed now the executor has removed later. */
function emptyFolder(folder: string): void {
  try {
    for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
  } catch {
    return;
  }
}

/** Resolves when the executor has put the process into its groups. */
function join(pid: number): Promise<void> {
  return new Promise((resolve) => {
    joined = resolve;
    tell({ op: "join", pid });
  });
}

/** The task's ends alone: the others are the governor's. */
function theirPipes(): TaskPipes {
  const none = new PassThrough() as unknown as Socket;
  const nothing = (): void => undefined;
  return { stdin: none, stdout: none, stderr: none, theirs: PIPES, closeTheirs: nothing, destroy: nothing };
}

function tell(word: RunnerWord): void {
  channel.write(frameOf(word));
}

function fail(error: unknown): void {
  const { code, message, hint } = error instanceof WritError ? error : failed(String(error));
  const told = code === "WRIT_GRANT_CHANGED" ? code : "WRIT_LAUNCH_FAILED";
  tell({ op: "failed", code: told, message: message.slice(0, LINE_MAX), hint: hint.slice(0, LINE_MAX) });
}

/** Characters of a line that the executor takes. */
const LINE_MAX = 2000;

function failed(message: string): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", message, { hint: "writ doctor" });
}

main();
