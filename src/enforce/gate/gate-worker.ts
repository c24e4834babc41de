// This process's side of one gate worker: asks it to take and to end grants, counts what it reports, and says what was
// lost when it dies. Not the choice of the worker (gate.ts).
import type { ChildProcess } from "node:child_process";
import type { Socket as Datagram } from "node:dgram";
import type { Server } from "node:net";
import type { GrantedModel } from "../../decide/decision.ts";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { ChildAnswer, ChildAsk, EgressEvent } from "../execution.ts";
import type { FromWorker, ListenerPurpose, ToWorker, UsedGrants } from "./gate-messages.ts";
import type { TaskPolicy } from "./policy.ts";
import { readMessage } from "./read-message.ts";
import { startWorker, workerEnd } from "./start-worker.ts";
import { CONCURRENT_MAX as ASKS_MAX } from "./submits/bounds.ts";

/** Whose grant it is, and where what comes of it is told. */
export interface GrantOwner {
  /** Unique over the life of this gate. */
  readonly id: string;
  /** A worker serves one principal's tasks only. */
  readonly principal: string;
  /** The task; when its worker dies, one of its grants is told so. */
  readonly task: string;
  /**
   * Called once for each decision of the gate, and with the cause `gate_died` once a task when its worker dies; never
   * after `revoke` resolves.
   */
  readonly onEvent: (event: EgressEvent) => void;
}

/** A socket opened in the task's network namespace. */
export interface HandedListener extends ListenerPurpose {
  readonly handle: Server | Datagram;
}

/** What a grant came to. */
export interface GateCounts {
  /** Requests to models that were sent on, or decisions that allowed. */
  readonly requests: number;
  /** Requests refused, failed or answered here. */
  readonly unforwarded: number;
  readonly bytes_out: number;
  readonly bytes_in: number;
  /** What is charged of what is counted. */
  readonly tokens: number;
  /** False when the worker died first: what it had not reported must be charged in full. */
  readonly complete: boolean;
  /** Of a network grant that is complete; else empty. */
  readonly used: UsedGrants;
}

/** A worker that ended without being asked to. */
export interface WorkerDeath {
  readonly principal: string;
  readonly code: number | null;
  readonly signal: string | null;
  /** The grants that it took along. */
  readonly grants: readonly string[];
}

export interface GateOptions {
  readonly onDeath: (death: WorkerDeath) => void;
  /** ms that a worker without a grant is kept; default a minute. */
  readonly idleAfter?: number;
  /** ms for a worker to take a grant, or to end one; default 15 s: a loaded machine takes some hundreds of ms. */
  readonly replyWithin?: number;
}

export interface WorkerOptions extends Required<GateOptions> {
  /** Its process has no network of its own. */
  readonly offline: boolean;
}

interface LiveGrant {
  readonly owner: GrantOwner;
  /** Of a models grant; null: the network. */
  readonly provider: string | null;
  /** Of a submission listener: answers what its task asks; null: it is none. */
  readonly onAsk: OnAsk | null;
  /** Asks without an answer yet. */
  asking: number;
  /** How many grants of each kind it has. */
  readonly places: { readonly calls: number; readonly opaque: number };
  readonly counts: {
    requests: number;
    unforwarded: number;
    bytes_out: number;
    bytes_in: number;
    tokens: number;
  };
  /** Whether a worker serves it. */
  taken: boolean;
  complete: boolean;
  /** Settles the outstanding reply. */
  reply: ((message: FromWorker | null) => void) | null;
}

/** Answers an ask of a task. Never rejects. */
export type OnAsk = (asked: ChildAsk) => Promise<ChildAnswer>;

type Ask = Extract<FromWorker, { type: "ask" }>;

type Parcel = readonly [ToWorker, (Server | Datagram)?];

/** One principal's worker. Its process starts with the first grant, and again with the next one after it ended. */
export class GateWorker {
  readonly #principal: string;
  readonly #options: WorkerOptions;
  readonly #grants = new Map<string, LiveGrant>();
  #child: Promise<ChildProcess> | null = null;
  #pid: number | null = null;
  #idle: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(principal: string, options: WorkerOptions) {
    this.#principal = principal;
    this.#options = options;
  }

  /** As `Gate.grantModels`; the caller closes the listener. */
  async grantModels(owner: GrantOwner, listener: Server, models: readonly GrantedModel[]): Promise<void> {
    const [model] = models;
    assert(model !== undefined, "a grant names at least one model");
    const places = { calls: 0, opaque: 0 };
    await this.#grant({ owner, provider: model.provider, onAsk: null, places }, [
      [{ type: "models", id: owner.id, models }, listener],
    ]);
  }

  /** As `Gate.grantNetwork`; the caller closes the listeners. */
  async grantNetwork(
    owner: GrantOwner,
    listeners: readonly HandedListener[],
    policy: TaskPolicy,
  ): Promise<void> {
    assert(listeners.length > 0, "a network grant has listeners");
    const { id } = owner;
    const places = { calls: policy.calls.length, opaque: policy.opaque.length };
    await this.#grant({ owner, provider: null, onAsk: null, places }, [
      [{ type: "network", id, policy, listeners: listeners.length }],
      ...listeners.map(
        ({ kind, port, handle }): Parcel => [{ type: "listener", id, purpose: { kind, port } }, handle],
      ),
    ]);
  }

  /** As `Gate.grantSubmits`; the caller closes the listener. */
  async grantSubmits(owner: GrantOwner, listener: Server, onAsk: OnAsk): Promise<void> {
    const places = { calls: 0, opaque: 0 };
    await this.#grant({ owner, provider: null, onAsk, places }, [
      [{ type: "submits", id: owner.id }, listener],
    ]);
  }

  /** As `Gate.revoke`. */
  async revoke(id: string): Promise<GateCounts> {
    const grant = this.#grants.get(id);
    assert(grant !== undefined, "a grant is revoked where it was made, once");
    const child = grant.complete ? await this.#child?.catch(() => null) : null;
    const reply = child ? await this.#ask(child, grant, [[{ type: "revoke", id }]]) : null;
    if (child && reply === null) {
      // A worker that does not end a grant still holds its listeners: end the worker. Its death is told before the grant
      // is forgotten, while its owner still listens.
      child.kill("SIGKILL");
      await workerEnd(child);
    }
    this.#forget(id);
    const ended = grant.complete && reply?.type === "ended" && fits(reply.used, grant) ? reply.used : null;
    return { ...grant.counts, used: ended ?? { calls: [], opaque: [] }, complete: ended !== null };
  }

  /** As `Gate.warm`. */
  warm(): void {
    if (this.#closed || this.#child !== null) return;
    this.#process().then(
      () => this.#restWhenIdle(),
      () => undefined, // The grant that follows tries again, and says why it cannot be.
    );
  }

  /** Of the process, or null while there is none. */
  pid(): number | null {
    return this.#pid;
  }

  /** Ends the process and with it every grant. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    await this.#end();
  }

  async #grant(
    asked: Pick<LiveGrant, "owner" | "provider" | "onAsk" | "places">,
    parcels: readonly Parcel[],
  ): Promise<void> {
    const { owner } = asked;
    assert(!this.#grants.has(owner.id), "a grant id is used once");
    if (this.#idle !== null) clearTimeout(this.#idle);
    const counts = { requests: 0, unforwarded: 0, bytes_out: 0, bytes_in: 0, tokens: 0 };
    const grant: LiveGrant = { ...asked, asking: 0, counts, taken: false, complete: true, reply: null };
    this.#grants.set(owner.id, grant);
    try {
      for (let more = 1; ; more -= 1) {
        const child = await this.#process();
        const reply = await this.#ask(child, grant, parcels);
        grant.taken = reply?.type === "granted";
        if (grant.taken) return;
        if (reply !== null) throw refusedGrant(reply);
        // It died, or it may hold some of the listeners of a task that has not started: the next one takes the grant.
        child.kill("SIGKILL");
        await workerEnd(child);
        if (more === 0) throw refusedGrant(null);
      }
    } catch (error) {
      this.#forget(owner.id);
      throw error;
    }
  }

  #forget(id: string): void {
    this.#grants.delete(id);
    this.#restWhenIdle();
  }

  #restWhenIdle(): void {
    if (this.#grants.size > 0 || this.#closed) return;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#grants.size === 0) void this.#end();
    }, this.#options.idleAfter);
    this.#idle.unref();
  }

  /** Ends the process on purpose: nobody is told of a death. */
  async #end(): Promise<void> {
    const starting = this.#child;
    this.#child = null;
    this.#pid = null;
    const child = await starting?.catch(() => null);
    if (!child) return;
    child.kill("SIGKILL");
    await workerEnd(child);
  }

  /** The running process, started if there is none. */
  async #process(): Promise<ChildProcess> {
    const present = await this.#child;
    if (this.#closed) throw launchFailed("the gate is closed");
    if (present === null || this.#child === null) return this.#start();
    if (isAlive(present)) return present;
    // Its end is told before the next one starts: the wait for it was taken up first.
    await workerEnd(present);
    return this.#process();
  }

  #start(): Promise<ChildProcess> {
    if (this.#child !== null) return this.#child;
    const starting: Promise<ChildProcess> = startWorker({
      offline: this.#options.offline,
      keeps: false,
    }).then(
      (child) => this.#started(child, starting),
      (error: unknown) => {
        if (this.#child === starting) this.#child = null;
        throw error;
      },
    );
    this.#child = starting;
    return starting;
  }

  #started(child: ChildProcess, starting: Promise<ChildProcess>): ChildProcess {
    if (this.#child === starting) this.#pid = child.pid ?? null;
    child.on("message", (said) => {
      const message = readMessage(said);
      // It was taken over, or it is broken: what it does from here on is nobody's.
      if (message === null) child.kill("SIGKILL");
      else if (message.type === "ask") this.#asked(child, message);
      else this.#hear(message);
    });
    child.on("error", () => child.kill("SIGKILL"));
    void this.#awaitEnd(child, starting);
    return child;
  }

  async #awaitEnd(child: ChildProcess, starting: Promise<ChildProcess>): Promise<void> {
    const { code, signal } = await workerEnd(child);
    if (this.#child === starting) this.#died(code, signal);
  }

  #hear(message: Exclude<FromWorker, Ask>): void {
    if (message.type === "ready") return;
    const grant = this.#grants.get(message.id);
    if (grant === undefined) return;
    if (message.type !== "event") return grant.reply?.(message);
    const { event, forwarded } = message;
    if (forwarded) grant.counts.requests++;
    else grant.counts.unforwarded++;
    grant.counts.bytes_out += event.bytes_out;
    grant.counts.bytes_in += event.bytes_in;
    grant.counts.tokens += event.usage?.tokens ?? 0;
    grant.owner.onEvent(event);
  }

  /** Puts an ask to whoever decides, and sends the answer to the process that asked. */
  #asked(child: ChildProcess, { id, ask, asked }: Ask): void {
    const grant = this.#grants.get(id);
    if (grant === undefined) return;
    // It was taken over: it asks for a task that may not, or more than any listener takes at once.
    if (grant.onAsk === null || grant.asking >= ASKS_MAX) return void child.kill("SIGKILL");
    void this.#answer(child, { id, ask }, grant, grant.onAsk(asked));
  }

  async #answer(
    child: ChildProcess,
    { id, ask }: Pick<Ask, "id" | "ask">,
    grant: LiveGrant,
    answered: Promise<ChildAnswer>,
  ): Promise<void> {
    grant.asking += 1;
    const answer = await answered;
    grant.asking -= 1;
    // One that died asks no more, and one that ended the grant has closed the connection.
    if (isAlive(child)) child.send({ type: "answer", id, ask, answer } satisfies ToWorker, () => undefined);
  }

  #died(code: number | null, signal: string | null): void {
    this.#child = null;
    this.#pid = null;
    for (const grant of this.#grants.values()) grant.reply?.(null);
    const lost = [...this.#grants.values()].filter((grant) => grant.taken && grant.complete);
    for (const grant of lost) grant.complete = false;
    if (this.#closed) return;
    for (const grants of Map.groupBy(lost, ({ owner }) => owner.task).values()) {
      // The network's record where a task had both.
      const told = grants.find(({ provider }) => provider === null) ?? grants[0];
      told?.owner.onEvent(deathEvent(told.provider));
    }
    const grants = lost.map(({ owner }) => owner.id);
    this.#options.onDeath({ principal: this.#principal, code, signal, grants });
  }

  /** Sends in order and waits for the grant's reply; null when none came. */
  async #ask(child: ChildProcess, grant: LiveGrant, parcels: readonly Parcel[]): Promise<FromWorker | null> {
    const reply = await new Promise<FromWorker | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#options.replyWithin);
      grant.reply = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      const failed = (error: Error | null): void => {
        if (error !== null) grant.reply?.(null);
      };
      for (const [message, handle] of parcels) child.send(message, handle, { keepOpen: true }, failed);
    });
    grant.reply = null;
    return reply;
  }
}

function isAlive({ exitCode, signalCode, connected }: ChildProcess): boolean {
  return exitCode === null && signalCode === null && connected;
}

/** Whether a use is there for each grant: what is charged is read by their order. */
function fits({ calls, opaque }: UsedGrants, { places }: LiveGrant): boolean {
  return calls.length === places.calls && opaque.length === places.opaque;
}

/** What a task lost its network or its model by: no request of its own, and what was under way may have been sent. */
function deathEvent(provider: string | null): EgressEvent {
  const nothing = { method: "", path: "", status: null, bytes_out: 0, bytes_in: 0, findings: [] };
  return {
    decision: "error",
    via: provider === null ? "proxy" : "model",
    provider,
    host: null,
    port: null,
    cause: "gate_died",
    ...nothing,
  };
}

function refusedGrant(reply: FromWorker | null): WritError {
  return launchFailed(
    reply?.type === "failed" ? `the gate took no grant: ${reply.reason}` : "the gate took no grant",
  );
}

function launchFailed(message: string): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", message, { hint: "writ doctor" });
}
