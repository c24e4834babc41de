// The governor of a service, in the foreground: linked to the executor, with one socket for each principal and the operator's
// own, draining the queue until it is told to stop. Not the on-demand governor (governor-process.ts), and no file of systemd.
import { lstatSync } from "node:fs";
import { type ExecutorConfig, publicKeyOf, readExecutorConfig } from "../../enforce/root/executor-config.ts";
import { EXECUTOR_FOLDER, EXECUTOR_SOCKET, SUBMIT_FOLDER } from "../../enforce/root/run-folder.ts";
import { reportTo, supervisorOf } from "../../enforce/root/tell-supervisor.ts";
import { type ExecutorLink, linkExecutor } from "../../enforce/served/executor-link.ts";
import { LOCK_NAME } from "../../ledger/layout.ts";
import { WritError } from "../../stdx/writ-error.ts";
import { buildId, packageVersion } from "../build-id.ts";
import { checkHome } from "../check-home.ts";
import { type Governed, govern } from "../govern.ts";
import { loadGovernorKey } from "../governor-key.ts";
import { type HomePaths, homePaths } from "../home.ts";
import { readNodeFile } from "../node-file.ts";
import type { Job } from "../queue/job.ts";
import { serve } from "../server/serve.ts";
import { untilFree, waitForLock } from "../wait-for-lock.ts";
import { asPrincipal } from "./as-principal.ts";
import { type Served, servedBy } from "./served.ts";
import { Spool } from "./spool.ts";

export interface ServiceOptions {
  readonly home: string;
  /** What root wrote down for the executor. */
  readonly config: string;
  /** Names who wants to be told that it is ready and lives (tell-supervisor.ts), and nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly changed: (job: Job) => void;
  readonly say: (kind: "note" | "error" | "hint", words: string) => void;
}

/** A service that serves. */
export interface RunningService {
  /** Resolves when it has ended: `stopped` as it was told to, `lost` where it cannot go on and is to be started again. */
  readonly ended: Promise<"stopped" | "lost">;
  /** Starts no more; at the second call what runs is ended, and goes back into the line. */
  stop(): void;
}

/** Serves `options.home`. Throws a `WritError` for whatever makes that impossible; then nothing of it is left. */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const paths = homePaths(options.home);
  const node = readNodeFile(paths.node, options.home);
  const config = readExecutorConfig(options.config);
  checkAccount(config, node.node, options);
  checkHome(paths);
  const build = buildId();
  const lock = await waitForLock(paths, build);
  if (lock === null) throw held(options.home);
  await untilFree(`${paths.ledger}/${LOCK_NAME}`);
  const link = await linkExecutor(`${config.run}/${EXECUTOR_FOLDER}/${EXECUTOR_SOCKET}`);
  const served = servedBy(config, link, unseen);
  const governing = await governed(options, { paths, served, link, build });
  const sockets = await openSockets(governing, { paths, config, build });
  const spools = await openSpools(governing, config, served);
  return watched(options, { governing, sockets, spools, link, release: () => lock.release() });
}

/** The governor's own account, and the node that root wrote down. */
function checkAccount(root: ExecutorConfig, own: string, { home, config }: ServiceOptions): void {
  const { uid, node } = root;
  const hint = "sudo writ service install --apply";
  if (process.geteuid?.() !== uid) {
    const message = `the service of \`${config}\` is uid ${uid}'s: this is uid ${process.geteuid?.() ?? "unknown"}`;
    throw new WritError("WRIT_SERVICE_REFUSED", message, { hint: "systemctl start writ.service" });
  }
  if (node !== own || !publicKeyOf(root).equals(loadGovernorKey(homePaths(home)).public_key)) {
    const message = `\`${config}\` is of another node or key than \`${home}\``;
    throw new WritError("WRIT_SERVICE_REFUSED", message, { hint });
  }
}

interface At {
  readonly paths: HomePaths;
  readonly config: ExecutorConfig;
  readonly build: string;
}

async function governed(
  { home }: ServiceOptions,
  {
    paths,
    served,
    link,
    build,
  }: Omit<At, "config"> & { readonly served: Served; readonly link: ExecutorLink },
): Promise<Governed> {
  const node = readNodeFile(paths.node, home);
  try {
    return await govern({ paths, node, build, heads: null, served });
  } catch (error) {
    link.close();
    throw error;
  }
}

type Sockets = readonly Awaited<ReturnType<typeof serve>>[];

/** The operator's in the home, which nobody else may enter, and each principal's in its own folder. */
async function openSockets(governing: Governed, { paths, config, build }: At): Promise<Sockets> {
  const broken = (error: unknown): never => {
    throw error;
  };
  const common = { version: packageVersion(), build, idle_ms: null, broken };
  const sockets = [await serve({ ...common, run: paths.run, governing })];
  for (const { uid } of config.principals) {
    const run = `${config.run}/${SUBMIT_FOLDER}/${uid}`;
    checkFolder(run, uid);
    const own = asPrincipal(governing, uid);
    sockets.push(await serve({ ...common, run, mode: 0o666, governing: own }));
  }
  return sockets;
}

async function openSpools(
  governing: Governed,
  { spool, principals }: ExecutorConfig,
  served: Served,
): Promise<readonly Spool[]> {
  const spools = principals.map(({ uid }) => {
    const own = asPrincipal(governing, uid);
    return new Spool({
      folder: `${spool}/${uid}`,
      uid,
      directory: served.account(uid).home ?? "/",
      submit: (input, terms) => own.submit(input, terms),
      read: (path, max) => served.content(uid, path, max),
      record: (record) => governing.record(record),
      now: Date.now,
    });
  });
  for (const one of spools) await one.open();
  return spools;
}

/** INVARIANT: a principal's socket lies where only that uid and we may enter: that is what says who submits. */
function checkFolder(path: string, uid: number): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const own = process.getegid?.();
  if (stat?.isDirectory() === true && stat.uid === uid && stat.gid === own && (stat.mode & 0o007) === 0)
    return;
  throw new WritError("WRIT_SERVICE_REFUSED", `\`${path}\` is not uid ${uid}'s and ours alone to enter`, {
    hint: "systemctl restart writ-executor.service",
  });
}

interface Running {
  readonly governing: Governed;
  readonly sockets: Sockets;
  readonly spools: readonly Spool[];
  readonly link: ExecutorLink;
  readonly release: () => void;
}

function watched(
  options: ServiceOptions,
  { governing, sockets, spools, link, release }: Running,
): RunningService {
  const ended = Promise.withResolvers<"stopped" | "lost">();
  let lives = true;
  const untold = (): void =>
    options.say("error", "the supervisor at NOTIFY_SOCKET was not told that this is ready");
  const rest = reportTo(supervisorOf(options.env), { lives: () => lives, untold });
  const takeNoMore = (): void => {
    for (const socket of sockets) socket.drain();
    for (const spool of spools) void spool.close();
  };
  const end = async (how: "stopped" | "lost"): Promise<void> => {
    if (!lives) return;
    lives = false;
    takeNoMore();
    await Promise.all([rest(), ...spools.map((spool) => spool.close())]);
    await governing.close();
    link.close();
    release();
    ended.resolve(how);
  };
  const serving = governing.serve(
    {
      changed: options.changed,
      paused: (message, hint) => {
        options.say("error", message);
        options.say("hint", hint);
      },
    },
    false,
  );
  void link.lost.then(() => {
    if (lives) options.say("error", "the executor is gone: every task is dead, and nothing more can start");
    return end("lost");
  });
  void governing.broken.then(() => end("lost"));
  let stops = 0;
  return {
    ended: ended.promise,
    stop: () => {
      stops += 1;
      if (stops > 1) return void end("stopped");
      options.say("note", "no more jobs are started; what runs may end, and a second signal ends it");
      takeNoMore();
      serving.finish();
      void Promise.all([serving.ended, ...sockets.map((socket) => socket.ended)]).then(() => end("stopped"));
    },
  };
}

function held(home: string): WritError {
  return new WritError("WRIT_SERVICE_REFUSED", `another governor serves \`${home}\``, {
    hint: "systemctl stop writ.service  # or wait a minute: one that was started on demand ends by itself",
  });
}

function unseen(): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", "nobody can look at this task's paths with its uid's rights", {
    hint: "sudo writ service install --apply  # lists the principals of the spec anew",
  });
}
