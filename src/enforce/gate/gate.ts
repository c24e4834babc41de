// The executor's side of the egress gate: one worker process for each principal, started when first needed, handed
// listeners, and listened to. Not a worker (gate-process.ts) and not a decision: grants come from a writ.
import type { ChildProcess } from "node:child_process";
import type { Server } from "node:net";
import type { GrantedModel } from "../../decide/decision.ts";
import { WritError } from "../../stdx/writ-error.ts";
import {
  type GateCounts,
  type GateOptions,
  GateWorker,
  type GrantOwner,
  type HandedListener,
  type OnAsk,
} from "./gate-worker.ts";
import type { TaskPolicy } from "./policy.ts";
import { startProbe, startWorker, workerEnd } from "./start-worker.ts";

/**
 * In place of a principal, for tasks of which nothing may leave: their attempts are refused and recorded by a worker that
 * has no network and serves no grant of a call. No principal's name has a parenthesis.
 */
export const RECORDER = "(recorder)";

export interface Gate {
  /**
   * Serves `models` (all of one provider) on `listener`, a listening server opened in the task's network namespace; this
   * process's copy is closed. Throws WRIT_LAUNCH_FAILED when no worker can be started or it does not take the grant; then
   * the listener is closed.
   */
  grantModels(owner: GrantOwner, listener: Server, models: readonly GrantedModel[]): Promise<void>;
  /** The same for `policy` on these listeners, never empty. */
  grantNetwork(owner: GrantOwner, listeners: readonly HandedListener[], policy: TaskPolicy): Promise<void>;
  /** The same for a task's submissions, each put to `onAsk`. */
  grantSubmits(owner: GrantOwner, listener: Server, onAsk: OnAsk): Promise<void>;
  /**
   * Ends a grant and its connections; resolves with its final counts, when every event of it was told. Never rejects; an
   * unknown id counts nothing.
   */
  revoke(id: string): Promise<GateCounts>;
  /** Starts the principal's worker, if there is none: a grant is about to come. Never throws. */
  warm(principal: string): void;
  /** The worker of a principal, or null while there is none. */
  pid(principal: string): number | null;
  /** Ends every worker and with them every grant. Idempotent. */
  close(): Promise<void>;
}

/**
 * A gate; nothing runs until the first grant, and after a worker died the next grant starts another.
 *
 * @example const gate = startGate({ onDeath: (death) => warn(death) });
 */
export function startGate(options: GateOptions): Gate {
  const workers = new Map<string, GateWorker>();
  const places = new Map<string, GateWorker>();
  const given = {
    ...options,
    idleAfter: options.idleAfter ?? IDLE_AFTER,
    replyWithin: options.replyWithin ?? REPLY_WITHIN,
  };
  let closed = false;
  const workerOf = (principal: string): GateWorker => {
    const present = workers.get(principal);
    if (present !== undefined) return present;
    const offline = principal === RECORDER;
    const worker = new GateWorker(principal, { ...given, offline });
    workers.set(principal, worker);
    return worker;
  };
  const grant = async (owner: GrantOwner, close: () => void, give: Give): Promise<void> => {
    try {
      if (closed)
        throw new WritError("WRIT_LAUNCH_FAILED", "the gate is closed", { hint: "submit the task again" });
      const worker = workerOf(owner.principal);
      places.set(owner.id, worker);
      await give(worker);
    } catch (error) {
      places.delete(owner.id);
      throw error;
    } finally {
      // The worker has its own copy by now; while ours was open, connections could have come to us.
      close();
    }
  };
  return {
    grantModels: (owner, listener, models) =>
      grant(
        owner,
        () => void listener.close(),
        (worker) => worker.grantModels(owner, listener, models),
      ),
    grantNetwork: (owner, listeners, policy) =>
      grant(
        owner,
        () => listeners.forEach(({ handle }) => void handle.close()),
        (worker) => worker.grantNetwork(owner, listeners, policy),
      ),
    grantSubmits: (owner, listener, onAsk) =>
      grant(
        owner,
        () => void listener.close(),
        (worker) => worker.grantSubmits(owner, listener, onAsk),
      ),
    revoke: async (id) => {
      const worker = places.get(id);
      places.delete(id);
      return (await worker?.revoke(id)) ?? NO_COUNTS;
    },
    warm: (principal) => {
      if (!closed) workerOf(principal).warm();
    },
    pid: (principal) => workers.get(principal)?.pid() ?? null,
    close: async () => {
      closed = true;
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}

/**
 * Whether a worker's sandbox can run a program here that speaks to us, by starting one and ending it. Never throws.
 *
 * @example const present = await probeGate();
 */
export function probeGate(): Promise<boolean> {
  return startsAndEnds(startProbe());
}

/**
 * Starts a worker that no task ever speaks to and ends it: what it loaded is kept compiled for the others, which may not
 * write it themselves. Whether it started. Never throws.
 */
export function keepGateCompiled(): Promise<boolean> {
  return startsAndEnds(startWorker({ offline: true, keeps: true }));
}

async function startsAndEnds(starting: Promise<ChildProcess>): Promise<boolean> {
  try {
    const child = await starting;
    child.kill("SIGKILL");
    await workerEnd(child);
    return true;
  } catch {
    return false; // What cannot be started is not present.
  }
}

/** ms: a principal that starts its tasks by the minute keeps its worker. */
const IDLE_AFTER = 60_000;
/** ms for a worker to take a grant, or to end one; a loaded machine takes some hundreds. */
const REPLY_WITHIN = 15_000;

type Give = (worker: GateWorker) => Promise<void>;

const NO_COUNTS: GateCounts = {
  requests: 0,
  unforwarded: 0,
  bytes_out: 0,
  bytes_in: 0,
  tokens: 0,
  complete: true,
  used: { calls: [], opaque: [] },
};
