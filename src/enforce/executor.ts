// The executor: the only way to start a task. It takes a writ and a task and verifies everything itself, with the public
// key only. It holds no ledger and no signing key, and decides nothing.
import type { KeyObject } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import type { Grants } from "../decide/decision.ts";
import type { BootClock } from "../stdx/ports.ts";
import { WritError } from "../stdx/writ-error.ts";
import type { Task } from "../task/task.ts";
import type { Execution, Executor, TaskStreams } from "./execution.ts";
import { type Gate, RECORDER } from "./gate/gate.ts";
import type { Limits, TaskLimits } from "./limits/limits.ts";
import { loopbackAddress } from "./loopback-url.ts";
import { mayWait, soon, takeLimits, waitingFor } from "./made-ahead.ts";
import { type PlannedNetwork, planNetwork, type ValuesPort } from "./network-policy.ts";
import { openRoot, type RootPort } from "./open-root.ts";
import { accountOf, type Folders, prepareFolders } from "./prepare-folders.ts";
import { openProviderClients, type ProviderClients } from "./provider-clients.ts";
import type { KnownContent } from "./sandbox/check-content.ts";
import { insidePlan, mayLeave } from "./sandbox/inside-plan.ts";
import type { Standing } from "./sandbox/launch.ts";
import { launcherMaker, type StartLauncher } from "./sandbox/launcher-maker.ts";
import { type LauncherPool, openLauncherPool } from "./sandbox/launcher-pool.ts";
import { type NamespacePool, openNamespacePool, type ReadyNamespace } from "./sandbox/namespace-pool.ts";
import type { PreparedNamespace } from "./sandbox/prepare-namespace.ts";
import { openProviderListener, type ProviderListener } from "./sandbox/provider-listener.ts";
import { type Account, startSandbox } from "./sandbox/start-sandbox.ts";
import { openPipeMaker, type PipeMaker, type TaskPipes } from "./sandbox/task-pipes.ts";
import type { WaitingLauncher } from "./sandbox/waiting-launcher.ts";
import { type ServedProvider, servedProviders, serveModels } from "./serve-models.ts";
import { serveNetwork } from "./serve-network.ts";
import { serveSubmits } from "./serve-submits.ts";
import { noProvider, type StandElsewhere } from "./stand-elsewhere.ts";
import { type GateUse, warn, watchTask } from "./watch-task.ts";
import type { WritClaims } from "./writ/claims.ts";
import { openSpentWrits } from "./writ/spent-writs.ts";
import { verifyWrit } from "./writ/verify-writ.ts";

export interface ExecutorOptions {
  /** Ed25519, public. */
  readonly publicKey: KeyObject;
  readonly node: string;
  readonly boot: string;
  readonly instance: string;
  readonly bootClock: BootClock;
  /** Absolute; this executor's own. What an earlier one left in it is removed. */
  readonly runFolder: string;
  readonly limits: Limits;
  readonly gate: Gate;
  /** Gives the credentials and the protected values that a task's gate needs; absent: there are none. */
  readonly values?: ValuesPort;
  /** Whom tasks run as when we are root: never 0. null: as ourselves, who then must not be root. */
  readonly taskUid: number | null;
  /** Starts sandboxes where that is not ours to do: whom a task runs as is the writ's word then. Absent: we start them. */
  readonly standElsewhere?: StandElsewhere;
}

/**
 * Opens the executor. A broken invariant when tasks would run as uid 0.
 *
 * @example const executor = await openExecutor({ publicKey, node, boot, instance, bootClock, runFolder, limits, taskUid });
 */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const account = accountOf(options.taskUid);
  const folders = prepareFolders(options.runFolder, account);
  const root = openRoot(folders.etc);
  const pipes = openPipeMaker(account.drop ? account : null);
  const pool = openNamespacePool(account.drop);
  // Its tasks' limits are groups alone, and root's launcher takes its grants as paths.
  const { limits } = options;
  const startLauncher =
    account.drop && limits.ahead !== undefined
      ? launcherMaker({ ...folders, account, pipes, groups: limits.ahead })
      : null;
  const launchers = startLauncher === null ? null : openLauncherPool(() => startLauncher(null, false));
  await options.limits.collectLeftovers();
  const spent = openSpentWrits();
  const running = new Set<Promise<unknown>>();
  const executions = new Set<Execution>();
  let closed = false;
  const clients = openProviderClients();
  const known: KnownContent = new Map();
  const holders = new Map<number, TaskLimits>();
  const at = {
    options,
    account,
    folders,
    root,
    pipes,
    pool,
    launchers,
    startLauncher,
    clients,
    known,
    holders,
    closed: () => closed,
    clear: (work: () => Promise<void>): void => {
      void track(work().catch((cause: unknown) => warn("what a task left could not be removed", cause)));
    },
  };

  const confineSpent = async (token: string, task: Task, streams: TaskStreams): Promise<Execution> => {
    const verified = verifyWrit(token, task, { ...options, now: options.bootClock() });
    if (!verified.ok) throw invalid(verified.error);
    const { uid } = verified.value;
    if (options.standElsewhere === undefined && uid !== account.uid)
      throw invalid(`writ is for uid ${uid}: tasks run as ${account.uid} here`);
    const fresh = spent.spend(verified.value);
    if (!fresh.ok) throw invalid(fresh.error);
    const execution = await confine(verified.value, { ...at, token, task, streams });
    executions.add(execution);
    void track(execution.ended.then(() => executions.delete(execution)));
    if (closed) execution.stop("governor_stops");
    return execution;
  };

  const track = <T>(work: Promise<T>): Promise<T> => {
    const settled: Promise<unknown> = work.catch(() => null).finally(() => running.delete(settled));
    running.add(settled);
    return work;
  };

  const close = async (): Promise<void> => {
    closed = true;
    for (const execution of executions) execution.stop("governor_stops");
    while (running.size > 0) await Promise.all(running);
    await Promise.all([launchers?.close(), pool.close()]);
    pipes.close();
  };
  return {
    start: (token, task, streams) =>
      closed ? Promise.reject(closedError()) : track(confineSpent(token, task, streams)),
    close,
  };
}

interface Confinement {
  readonly options: ExecutorOptions;
  readonly account: Account;
  readonly folders: Folders;
  readonly root: RootPort;
  readonly pipes: PipeMaker;
  readonly pool: NamespacePool;
  /** null: launchers are started with their tasks. */
  readonly launchers: LauncherPool | null;
  readonly startLauncher: StartLauncher | null;
  readonly clients: ProviderClients;
  readonly known: KnownContent;
  /** Limits of live tasks that may have children, by the fence of their writ. */
  readonly holders: Map<number, TaskLimits>;
  readonly closed: () => boolean;
  /** Does what a task that ended need not wait for; the executor's end does. */
  readonly clear: (work: () => Promise<void>) => void;
  readonly token: string;
  readonly task: Task;
  readonly streams: TaskStreams;
}

/** Takes the limits, starts the sandbox and lets the task go; on any failure everything taken is given back. */
async function confine(claims: WritClaims, at: Confinement): Promise<Execution> {
  const { grants } = claims;
  const id = `task-${claims.fence}`;
  const folder = `${at.folders.tasks}/${id}`;
  mkdirSync(folder, { mode: 0o711 });
  let limits: TaskLimits | null = null;
  let standing: Standing | null = null;
  let provider: ProviderListener | null = null;
  let namespace: ReadyNamespace | null = null;
  let waiting: WaitingLauncher | null = null;
  let endGate: (() => Promise<GateUse>) | null = null;
  const giveBack = async (): Promise<void> => {
    at.holders.delete(claims.fence);
    await provider?.release();
    await limits?.remove();
    rmSync(folder, { recursive: true, force: true });
    // Of this nothing is the task's but the names of empty mount points.
    const launcher = waiting;
    if (launcher !== null) at.clear(() => launcher.end());
  };
  try {
    const network = await planNetwork(grants, { root: at.root, values: at.options.values ?? noValues });
    const providers = servedProviders(grants.models);
    const plan = insidePlan(
      grants,
      providers.map(({ address }) => address),
    );
    // While the sandbox is made.
    for (const worker of workersOf(grants, claims.principal)) at.options.gate.warm(worker);
    namespace = plan.sockets.length === 0 ? null : await at.pool.take(plan);
    const terminal = (at.streams.terminal ?? null) !== null;
    waiting = await waitingFor({ grants, terminal }, namespace, at.launchers);
    limits = await takeLimits(claims, { ...at, limits: at.options.limits }, { terminal, waiting });
    if (grants.submits > 0) at.holders.set(claims.fence, limits);
    const pipes = waiting?.pipes ?? (await at.pipes.take());
    // Last before the start: until the launcher has it, a connection could come to us.
    provider = await providerListener(grants.provider, pipes, at);
    // Both at once: until the word to go there is nobody who could connect.
    const [stood, gated] = await Promise.allSettled([
      stand(grants, { ...at, folder, limits, network }, { pipes, provider, namespace, waiting }),
      serveGate(claims, { ...at, namespace, providers, network }),
    ]);
    if (stood.status === "fulfilled") standing = stood.value;
    if (gated.status === "fulfilled") endGate = gated.value;
    if (stood.status === "rejected") throw stood.reason;
    if (gated.status === "rejected") throw gated.reason;
    if (at.closed()) throw closedError();
    const served = grants.provider === null ? null : loopbackAddress(grants.provider.url);
    if (served !== null) at.clients.started(served);
    const release = async (): Promise<GateUse> => {
      // While the address is still taken: what its clients send later is for nobody else.
      if (served !== null) await at.clients.ended(served);
      const use = await gated.value();
      await giveBack();
      return use;
    };
    const execution = watchTask({ standing: stood.value, grants, limits, streams: at.streams, release });
    soon(execution, () => {
      const next = mayWait({ grants, terminal });
      if (plan.sockets.length > 0) at.pool.refill(plan, next ? at.startLauncher : null);
      else if (next) at.launchers?.refill();
    });
    return execution;
  } catch (cause) {
    namespace?.drop();
    await endGate?.();
    if (standing !== null) await abandon(standing);
    await giveBack();
    throw cause;
  }
}

/** The gate workers that will serve a task. */
function workersOf(grants: Grants, principal: string): readonly string[] {
  const own = mayLeave(grants) || grants.models.length > 0 || grants.submits > 0;
  const recorder = grants.records_network && !mayLeave(grants);
  return [...(own ? [principal] : []), ...(recorder ? [RECORDER] : [])];
}

/** Models and network of a standing sandbox. On any failure neither is left; the returned function ends both. */
async function serveGate(
  { fence, principal }: WritClaims,
  at: Confinement & {
    readonly namespace: PreparedNamespace | null;
    readonly providers: readonly ServedProvider[];
    readonly network: PlannedNetwork | null;
  },
): Promise<() => Promise<GateUse>> {
  const id = `task-${fence}`;
  const { gate } = at.options;
  const opened = at.namespace?.listeners ?? [];
  const models = opened.filter(({ kind }) => kind === "model").map(({ handle }) => handle as Server);
  const submits = opened.filter(({ kind }) => kind === "submit").map(({ handle }) => handle as Server);
  const others = opened.filter(({ kind }) => kind !== "model" && kind !== "submit");
  const place = { gate, principal, streams: at.streams };
  const policy = at.network?.policy() ?? null;
  const ends = await Promise.allSettled([
    serveModels(id, at.providers, { ...place, listeners: models, clients: at.clients }),
    serveNetwork(id, policy, { ...place, listeners: others }),
    serveSubmits(id, { ...place, listeners: submits }),
  ]);
  const [endModels, endNetwork, endSubmits] = ends;
  if (
    endModels.status === "fulfilled" &&
    endNetwork.status === "fulfilled" &&
    endSubmits.status === "fulfilled"
  ) {
    return async () => {
      // Its children end before what it has is given back.
      await endSubmits.value();
      const [used, network] = await Promise.all([endModels.value(), endNetwork.value()]);
      return { models: used, network };
    };
  }
  for (const end of ends) if (end.status === "fulfilled") await end.value();
  throw ends.find((end) => end.status === "rejected")?.reason;
}

const noValues: ValuesPort = () =>
  Promise.resolve({ secrets: new Map(), protected: [], documents: [], enrolled: null });

/** Ends a sandbox that stands and was never let go. */
async function abandon({ child, pipes }: Standing): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  pipes.destroy();
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await gone;
}

interface Prepared extends Confinement {
  readonly folder: string;
  readonly limits: TaskLimits;
  /** null: none is granted. */
  readonly network: PlannedNetwork | null;
}

interface Given {
  readonly pipes: TaskPipes;
  readonly provider: ProviderListener | null;
  readonly namespace: PreparedNamespace | null;
  readonly waiting: WaitingLauncher | null;
}

async function stand(
  grants: Grants,
  at: Prepared,
  { pipes, provider, namespace, waiting }: Given,
): Promise<Standing> {
  const { standElsewhere } = at.options;
  if (standElsewhere !== undefined) {
    const { token, task, limits, network, streams } = at;
    const variables = network?.variables ?? {};
    const certificate = network === null ? null : (await at.root()).certificate;
    const terminal = streams.terminal ?? null;
    return standElsewhere({ token, task, pipes, limits, namespace, variables, certificate, terminal });
  }
  return startSandbox({
    pipes,
    folder: at.folder,
    runFolder: at.folders.run,
    etc: at.folders.etc,
    filters: provider === null ? [at.folders.filter] : [at.folders.filter, at.folders.listenerFilter],
    grants,
    known: at.known,
    account: at.account,
    limits: at.limits,
    provider,
    namespace,
    waiting,
    variables: at.network?.variables ?? {},
    terminal: provider === null ? (at.streams.terminal ?? null) : null,
  });
}

async function providerListener(
  provider: Grants["provider"],
  pipes: TaskPipes,
  { options }: Confinement,
): Promise<ProviderListener | null> {
  if (provider === null) return null;
  try {
    if (options.standElsewhere !== undefined) throw noProvider(provider.name);
    return await openProviderListener(provider.url);
  } catch (cause) {
    pipes.closeTheirs();
    pipes.destroy();
    throw cause;
  }
}

function closedError(): WritError {
  return invalid("the executor is closed");
}

function invalid(reason: string): WritError {
  return new WritError("WRIT_WRIT_INVALID", reason, {
    hint: "submit the task again: a writ serves one start of one task",
  });
}
