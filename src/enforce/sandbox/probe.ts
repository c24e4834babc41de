// Attests the isolation tier by doing: starts a sandbox exactly as a task's is started and lets a program inside try to
// get out. Not the limits (limits/open-limits.ts attests those), and nothing is concluded from versions.
import { lstatSync, mkdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { GrantedFile, GrantedPath, Grants } from "../../decide/decision.ts";
import { type ToolchainPart, toolchainParts } from "../../names/toolchain-parts.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { NO_LIMITS } from "../limits/no-limits.ts";
import { buildSeccompFilter } from "../seccomp/filter.ts";
import type { Standing } from "./launch.ts";
import { missingTools, repairFor } from "./probe-repair.ts";
import { type Account, startSandbox } from "./start-sandbox.ts";
import { writeEtcFiles } from "./system-root.ts";
import { openPipeMaker, type TaskPipes } from "./task-pipes.ts";

export interface IsolationProbe {
  readonly tier: "namespaces" | "none";
  /** What was tried and seen, one line each. */
  readonly evidence: readonly string[];
  /** The exact command that mends what is missing; null: nothing is, or nothing can be. */
  readonly repair: string | null;
}

/**
 * Probes this node as tasks would run on it: `taskUid` as in the executor. Uses and removes `<runFolder>/probe`. Never
 * throws for what the node lacks; takes about two starts of Node. `none` unless every attempt from inside was seen to
 * fail and every control from outside was seen to work.
 *
 * @example const { tier, repair } = await probeIsolation({ taskUid: null, runFolder: "/home/u/.local/state/writ/run" });
 */
export async function probeIsolation(options: {
  readonly taskUid: number | null;
  readonly runFolder: string;
}): Promise<IsolationProbe> {
  if (process.platform !== "linux") return none([`isolation: no tier for ${process.platform}`], null);
  const missing = missingTools();
  if (missing.length > 0) {
    return none(
      [`isolation: ${missing.join(", ")} not found`],
      "apt-get install -y bubblewrap iproute2 util-linux",
    );
  }
  if (options.taskUid === null && process.geteuid?.() === 0) {
    return none(["isolation: root needs an unprivileged uid for its tasks"], "writ init");
  }
  const folder = `${options.runFolder}/probe`;
  const target = await openTarget();
  try {
    if (!(await isReachable(target.port)))
      return none(["isolation: the control listener was not reachable"], null);
    return await attempt(folder, options.taskUid, target.port);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : "unknown cause";
    return none([`isolation: ${said}`], cause instanceof WritError ? repairFor(said) : null);
  } finally {
    target.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function none(evidence: readonly string[], repair: string | null): IsolationProbe {
  return { tier: "none", evidence, repair };
}

/** A listener of the host that the program inside must not reach, although it listens. */
function openTarget(): Promise<{ readonly port: number; close(): void }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      resolve({ port, close: () => server.close() });
    });
  });
}

function isReachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

async function attempt(folder: string, taskUid: number | null, port: number): Promise<IsolationProbe> {
  const uid = taskUid ?? process.geteuid?.() ?? 0;
  const gid = taskUid ?? process.getegid?.() ?? 0;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}/task`, { recursive: true, mode: 0o711 });
  writeEtcFiles(`${folder}/etc`, uid, gid);
  const arch = process.arch;
  if (arch !== "x64" && arch !== "arm64") return none([`isolation: no seccomp table for ${arch}`], null);
  writeFileSync(`${folder}/filter`, buildSeccompFilter({ arch, terminal: false }), { mode: 0o600 });
  writeFileSync(`${folder}/secret`, "seen", { mode: 0o644 });
  const account = { uid, gid, drop: process.geteuid?.() === 0 };
  const grants = probeGrants([String(port), `${folder}/secret`, readlinkSync("/proc/self/ns/pid")]);
  // Nothing may throw between the making of the pipes and the start that takes them over: open, they keep us alive.
  const standing = await startSandbox({
    pipes: await makeOnce(account),
    folder: `${folder}/task`,
    runFolder: folder,
    etc: `${folder}/etc`,
    filters: [`${folder}/filter`],
    grants,
    known: new Map(),
    account,
    limits: NO_LIMITS,
    provider: null,
    namespace: null,
    variables: {},
  });
  return judge(await answerOf(standing));
}

async function makeOnce(account: Account): Promise<TaskPipes> {
  const maker = openPipeMaker(account.drop ? account : null);
  try {
    return await maker.take();
  } finally {
    maker.close();
  }
}

/** What the program inside is expected to have failed at; a name missing from its answer counts as success. */
export const ATTEMPTS = [
  "connect_out",
  "write_root",
  "remount",
  "write_proc_sys",
  "see_host_processes",
  "read_ungranted",
  "new_user_namespace",
  "unix_socket",
] as const;

function judge(answer: string): IsolationProbe {
  const lines = new Map(
    answer
      .trim()
      .split("\n")
      .map((line) => splitLine(line)),
  );
  const escaped = ATTEMPTS.filter((name) => lines.get(name)?.startsWith("blocked") !== true);
  const evidence = ATTEMPTS.map((name) => `isolation: ${name}: ${lines.get(name) ?? "no answer"}`);
  return escaped.length === 0 ? { tier: "namespaces", evidence, repair: null } : none(evidence, null);
}

function splitLine(line: string): readonly [string, string] {
  const [name = "", result = ""] = line.split("=", 2);
  return [name, result.replace(/[^ -~]/gu, "?").slice(0, ANSWER_LINE_MAX)];
}

const ANSWER_LINE_MAX = 120;
/** ms that the program inside may take; a loaded machine takes some hundreds. */
const ANSWERS_WITHIN = 20_000;

function answerOf({ child, pipes, go }: Standing): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), ANSWERS_WITHIN);
    pipes.stdout.on("data", (chunk: Buffer) => {
      answer = (answer + chunk.toString("latin1")).slice(0, ANSWER_LINE_MAX * 100);
    });
    pipes.stdout.once("close", () => {
      clearTimeout(timer);
      pipes.destroy();
      resolve(answer);
    });
    pipes.stderr.resume();
    pipes.stdin.destroy();
    go();
  });
}

function probeGrants(words: readonly string[]): Grants {
  const program = fileURLToPath(new URL(`./probe-inside${extname(import.meta.filename)}`, import.meta.url));
  return {
    command: [process.execPath, "--no-warnings", program, ...words],
    executable: fileOf(process.execPath),
    arguments: [],
    directory: "/tmp",
    reads: [fileOf(program)],
    writes: [],
    toolchain: toolchainParts(process.execPath).flatMap(presentPart),
    masked: [],
    label: "probe",
    memory: 1_073_741_824,
    cpu: 1000,
    processes: 64,
    time: ANSWERS_WITHIN,
    output: 65_536,
    models: [],
    provider: null,
    calls: [],
    opaque: [],
    secrets: [],
    detectors: null,
    records_network: false,
    submits: 0,
  };
}

function fileOf(path: string): GrantedFile {
  const stat = statSync(path, { bigint: true });
  return { path, kind: "file", device: stat.dev.toString(), inode: stat.ino.toString(), sha256: null };
}

function presentPart({ path, kind }: ToolchainPart): readonly GrantedPath[] {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || (kind === "file" ? !stat.isFile() : !stat.isDirectory())) return [];
  return [{ path, kind, device: stat.dev.toString(), inode: stat.ino.toString() }];
}
