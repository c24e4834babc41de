// From a verified writ to a standing sandbox: opens the grants, plans the mounts and launches, as an ordinary user or
// as root for an unprivileged uid. Not the verification of the writ, and not the watching of the task.
import { closeSync, openSync } from "node:fs";
import type { Grants } from "../../decide/decision.ts";
import { isKernelPath } from "../../names/system-folders.ts";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { Terminal } from "../execution.ts";
import type { TaskLimits } from "../limits/limits.ts";
import { bwrapArguments, type Mount, type SandboxPlan, taskArguments } from "./bwrap-arguments.ts";
import type { KnownContent } from "./check-content.ts";
import { maskedPaths, openProtectedPlaces } from "./hidden-places.ts";
import { hasNetwork } from "./inside-plan.ts";
import { type JoinGroups, type LaunchCommand, launch, launchWaiting, type Standing } from "./launch.ts";
import { FIRST_SCRIPT, LISTENER_FD, NET_FD, STAGE_SCRIPT, USER_FD } from "./launcher-scripts.ts";
import { closePaths, covers, type OpenPath, openGrants } from "./open-grants.ts";
import type { PreparedNamespace } from "./prepare-namespace.ts";
import type { ProviderListener } from "./provider-listener.ts";
import { completeStage, prepareStage, type Stage } from "./stage.ts";
import { taskEnvironment } from "./task-environment.ts";
import type { TaskPipes } from "./task-pipes.ts";
import { TERMINAL_SCRIPT, terminalLine, terminalVariables } from "./terminal-command.ts";
import { findToolchain } from "./toolchain.ts";
import { DROPPED, type WaitingLauncher } from "./waiting-launcher.ts";

export interface SandboxRequest {
  /** This task's own folder, empty, below the executor's run folder. */
  readonly folder: string;
  /** The executor's run folder: no grant may reveal it. */
  readonly runFolder: string;
  /** Folder of the made-up /etc files. */
  readonly etc: string;
  /** Files of seccomp programs. */
  readonly filters: readonly string[];
  readonly grants: Grants;
  /** What large files were seen to hold. */
  readonly known: KnownContent;
  readonly account: Account;
  readonly limits: TaskLimits;
  /** Taken over: the task's ends are closed once the launcher has them, ours when nothing starts. */
  readonly pipes: TaskPipes;
  /** The listening socket to hand over as descriptor 3, or null; closed here as soon as the launcher has it. */
  readonly provider: ProviderListener | null;
  /** The network namespace it is shut into; null: a fresh one with nothing in it; `ours`: we are in it. Released here. */
  readonly namespace: PreparedNamespace | "ours" | null;
  /**
   * A launcher that stands already in the request's namespace, whose pipes are the request's; only for root's tasks with a
   * group to join, and without provider and terminal. Taken over.
   */
  readonly waiting?: WaitingLauncher | null;
  /** Variables beside the usual ones: the placeholders of its credentials. */
  readonly variables: Readonly<Record<string, string>>;
  /** Puts the launcher into its control groups, where that is not ours to do. */
  readonly join?: JoinGroups;
  /** A terminal of the task's own; absent: pipes alone. Not for a provider, which is no program that people talk to. */
  readonly terminal?: Terminal | null;
}

/** Whose rights a task has: our own (`drop` false), or those of an unprivileged uid that root drops to. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly drop: boolean;
}

/**
 * Resolves with a sandbox whose first program waits for `go`. Rejects with `WritError` WRIT_GRANT_CHANGED or
 * WRIT_LAUNCH_FAILED; then no process of it is left, and the caller removes `folder` and the limits.
 */
export async function startSandbox(request: SandboxRequest): Promise<Standing> {
  const { grants, account, waiting = null } = request;
  assert(account.uid !== 0 && account.gid !== 0, "a sandbox never runs as uid 0");
  const opened: OpenPath[] = [];
  const filters: number[] = [];
  try {
    checkPlaces(grants, request.runFolder);
    opened.push(...openGrants(grants, request.folder, request.known));
    const toolchain = findToolchain(grants);
    opened.push(...(await openProtectedPlaces(grants)));
    if (waiting !== null) {
      const stage = completeStage(waiting.stage, opened);
      const plan = sandboxPlan(request, toolchain, {
        opened,
        filters: [waiting.filter],
        stage,
        wholeEtc: true,
      });
      const told = { procsFiles: request.limits.procsFiles, stage, command: taskCommand(request, toolchain) };
      return await launchWaiting(waiting, { ...told, arguments: taskArguments(plan) });
    }
    const stage = account.drop ? prepareStage(request.folder, request.etc, opened) : null;
    filters.push(...request.filters.map((path) => openSync(path, "r")));
    const prepared = { opened, filters, stage, wholeEtc: false };
    const launching = launch(launchCommand(request, toolchain, prepared));
    request.provider?.close();
    return await launching;
  } catch (cause) {
    request.pipes.destroy();
    await waiting?.end();
    throw cause;
  } finally {
    preparedOf(request)?.release();
    request.pipes.closeTheirs();
    request.provider?.close();
    closePaths(opened);
    for (const fd of filters) closeSync(fd);
  }
}

/** The namespace to enter, if there is one. */
function preparedOf({ namespace }: SandboxRequest): PreparedNamespace | null {
  return namespace === "ours" ? null : namespace;
}

interface Prepared {
  readonly opened: readonly OpenPath[];
  readonly filters: readonly number[];
  readonly stage: Stage | null;
  /** What lies at the stage's /etc is all of it. */
  readonly wholeEtc: boolean;
}

/** First descriptor of the mounts in the launcher; those below have fixed meanings. */
const FIRST_FD = 10;
/** What is read around our own folder is harmless as long as that folder is hidden in it; what is written never is. */
function checkPlaces(grants: Grants, runFolder: string): void {
  const hidden = grants.masked.some((place) => covers(place, runFolder));
  for (const { path } of [...grants.reads, ...grants.toolchain]) {
    if (covers(path, runFolder) && !hidden) throw ungrantable(path);
  }
  for (const { path } of grants.writes) {
    if (covers(path, runFolder)) throw ungrantable(path);
  }
  for (const { path } of [...grants.reads, ...grants.writes, ...grants.toolchain]) {
    if (isKernelPath(path) || covers(runFolder, path)) throw ungrantable(path);
  }
}

function ungrantable(path: string): WritError {
  return new WritError(
    "WRIT_LAUNCH_FAILED",
    `\`${path}\` cannot be granted: it holds what confines the task`,
    { hint: "declare a narrower path" },
  );
}

type Toolchain = ReturnType<typeof findToolchain>;

function launchCommand(request: SandboxRequest, toolchain: Toolchain, prepared: Prepared): LaunchCommand {
  const { provider, join, terminal = null } = request;
  const namespace = preparedOf(request);
  const { opened, filters, stage } = prepared;
  const filterFds = filters.map((_, index) => FIRST_FD + opened.length + index);
  const plan = sandboxPlan(request, toolchain, { ...prepared, filters: filterFds });
  const descriptors = new Map(filters.map((fd, index) => [filterFds[index] ?? -1, fd]));
  if (stage === null)
    for (const [index, path] of opened.entries()) descriptors.set(FIRST_FD + index, path.fd);
  if (provider !== null) descriptors.set(LISTENER_FD, provider.fd);
  if (namespace !== null) descriptors.set(NET_FD, namespace.descriptors.net);
  const user = namespace?.descriptors.user ?? null;
  if (user !== null) descriptors.set(USER_FD, user);
  const command = firstCommand(request, taskCommand(request, toolchain));
  return {
    ...outerCommand(request, [...bwrapArguments(plan), "--", ...command]),
    terminal: terminal !== null,
    variables: { ...stage?.variables, ...(join === undefined ? {} : { STAGE_JOINED: "1" }) },
    ...(join === undefined ? {} : { join }),
    pipes: request.pipes,
    descriptors,
  };
}

/** `filters` are descriptors of the launcher's here. */
function sandboxPlan(
  { grants, account, namespace, terminal = null, ...request }: SandboxRequest,
  toolchain: Toolchain,
  { opened, filters, stage, wholeEtc }: Prepared,
): SandboxPlan {
  const etc = stage?.etc ?? request.etc;
  const mounts = opened.map((path, index): Mount => {
    const place = stage?.places[index];
    const source = place === undefined ? { fd: FIRST_FD + index } : { path: place };
    return { source, target: path.target, writable: path.writable };
  });
  return {
    uid: account.uid,
    gid: account.gid,
    etc: wholeEtc ? { whole: etc } : etc,
    mounts,
    masked: maskedPaths(
      grants.masked,
      opened.map((path) => path.target),
    ),
    directory: grants.directory,
    network: namespace === null ? "none" : hasNetwork(grants) ? "gate" : "models",
    environment: {
      ...(terminal === null ? {} : terminalVariables(terminal)),
      ...request.variables,
      ...taskEnvironment(grants, toolchain.searchPath),
    },
    filters,
    memory: grants.memory,
  };
}

function taskCommand({ grants }: SandboxRequest, { program }: Toolchain): readonly string[] {
  return [program, ...grants.command.slice(1)];
}

function firstCommand(
  { limits, provider, terminal = null }: SandboxRequest,
  task: readonly string[],
): readonly string[] {
  const bounded = limits.rlimits.length === 0 ? task : ["/usr/bin/prlimit", ...limits.rlimits, ...task];
  if (terminal !== null) {
    return ["/bin/sh", "-c", TERMINAL_SCRIPT, "sh", "terminal", terminalLine(terminal, bounded)];
  }
  return ["/bin/sh", "-c", FIRST_SCRIPT, "sh", provider === null ? "plain" : "listener", ...bounded];
}

/**
 * An ordinary user enters the prepared namespaces, as their root, and nothing else is around the sandbox. Root always takes
 * a private mount namespace, and leaves root before bubblewrap starts.
 */
function outerCommand(
  request: SandboxRequest,
  bwrap: readonly string[],
): Pick<LaunchCommand, "program" | "arguments"> {
  const { account, limits } = request;
  const namespace = preparedOf(request);
  const enter = namespace === null ? [] : enterArguments(namespace);
  const join = ["/bin/sh", "-c", STAGE_SCRIPT, "sh", ...limits.procsFiles, "--"];
  if (!account.drop) return programOf([...enter, ...join, "bwrap", ...bwrap]);
  const drop = ["setpriv", "--reuid", String(account.uid), "--regid", String(account.gid), ...DROPPED];
  const apart = ["unshare", "--mount", "--propagation", "private", "--"];
  return programOf([...enter, ...apart, ...join, ...drop, "bwrap", ...bwrap]);
}

/** By inherited descriptors: a path through a process number could be another process's by now. */
function enterArguments({ descriptors }: PreparedNamespace): readonly string[] {
  const net = `--net=/proc/self/fd/${NET_FD}`;
  if (descriptors.user === null) return ["nsenter", net, "--"];
  return ["nsenter", `--user=/proc/self/fd/${USER_FD}`, "--preserve-credentials", net, "--"];
}

function programOf([program = "", ...args]: readonly string[]): Pick<LaunchCommand, "program" | "arguments"> {
  return { program, arguments: args };
}
