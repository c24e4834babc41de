// The governor's side of the model relay: starts the relay process when it is first needed, hands it listeners, and
// passes on what it reports. Not the relay itself (serve-grant.ts) and not a decision: grants come from a writ.
import { type ChildProcess, fork } from "node:child_process";
import type { Server } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { GrantedModel } from "../../decide/decision.ts";
import { assert } from "../../stdx/assert.ts";
import { WritError } from "../../stdx/writ-error.ts";
import type { EgressEvent } from "../execution.ts";
import type { FromRelay, ToRelay } from "./relay-messages.ts";

/** ms for the relay process to start, to take a grant, or to end one. */
const REPLY_TIMEOUT = 5000;

/** What a grant came to. */
interface RelayCounts {
  /** Requests sent to the provider. */
  readonly requests: number;
  /** Requests refused, failed or answered from the grant. */
  readonly unforwarded: number;
  readonly bytes_out: number;
  readonly bytes_in: number;
  /** False when the relay died first: what it had not reported must be charged in full. */
  readonly complete: boolean;
}

/** A relay process that ended without being asked to. */
export interface RelayDeath {
  readonly code: number | null;
  readonly signal: string | null;
  /** The grants that lost their model. */
  readonly grants: readonly string[];
}

export interface Relay {
  /**
   * Serves `models` (all of one provider) on `listener`, a listening server opened in the task's network namespace; this
   * process's copy is closed. `onEvent` is called once for each request, and once with the cause `relay_died` when the
   * relay dies under the grant; never after `revoke` resolves. Throws
   * WRIT_LAUNCH_FAILED when the relay cannot be started or does not take the grant; then the listener is closed.
   */
  grant(
    id: string,
    listener: Server,
    models: readonly GrantedModel[],
    onEvent: (event: EgressEvent) => void,
  ): Promise<void>;
  /** Ends a grant and its connections; resolves with its final counts. Never rejects; an unknown id counts nothing. */
  revoke(id: string): Promise<RelayCounts>;
  /** The relay process, or null while there is none. */
  pid(): number | null;
  /** Ends the relay process and with it every grant. Idempotent. */
  close(): Promise<void>;
}

/**
 * A relay; its process starts with the first grant, and again with the next one after it died.
 *
 * @example const relay = startRelay({ onDeath: (death) => record(death) });
 */
export function startRelay(options: { readonly onDeath: (death: RelayDeath) => void }): Relay {
  return new RelayParent(options.onDeath);
}

interface LiveGrant {
  readonly provider: string;
  readonly onEvent: (event: EgressEvent) => void;
  readonly counts: { requests: number; unforwarded: number; bytes_out: number; bytes_in: number };
  complete: boolean;
  /** Settles the outstanding reply. */
  reply: ((message: FromRelay | null) => void) | null;
}

class RelayParent implements Relay {
  readonly #onDeath: (death: RelayDeath) => void;
  readonly #grants = new Map<string, LiveGrant>();
  #child: Promise<ChildProcess> | null = null;
  #pid: number | null = null;
  #closed = false;

  constructor(onDeath: (death: RelayDeath) => void) {
    this.#onDeath = onDeath;
  }

  async grant(
    id: string,
    listener: Server,
    models: readonly GrantedModel[],
    onEvent: (event: EgressEvent) => void,
  ): Promise<void> {
    assert(!this.#grants.has(id), "a grant id is used once");
    const [model] = models;
    assert(model !== undefined, "a grant names at least one model");
    const { provider } = model;
    const counts = { requests: 0, unforwarded: 0, bytes_out: 0, bytes_in: 0 };
    const grant: LiveGrant = { provider, onEvent, counts, complete: true, reply: null };
    this.#grants.set(id, grant);
    try {
      const child = await this.#process();
      const reply = await this.#ask(child, grant, { type: "grant", id, models }, listener);
      if (reply?.type !== "granted") throw refusedGrant(reply);
    } catch (error) {
      this.#grants.delete(id);
      throw error;
    } finally {
      // The relay has its own copy by now; while ours was open, connections could have come to us.
      listener.close();
    }
  }

  async revoke(id: string): Promise<RelayCounts> {
    const grant = this.#grants.get(id);
    if (grant === undefined)
      return { requests: 0, unforwarded: 0, bytes_out: 0, bytes_in: 0, complete: true };
    const child = grant.complete ? await this.#child?.catch(() => null) : null;
    const reply = child ? await this.#ask(child, grant, { type: "revoke", id }) : null;
    this.#grants.delete(id);
    // A relay that does not end a grant still holds its listener: end the relay.
    if (child && reply === null) child.kill("SIGKILL");
    return { ...grant.counts, complete: grant.complete && reply?.type === "ended" };
  }

  pid(): number | null {
    return this.#pid;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = await this.#child?.catch(() => null);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  /** The running relay process, started if there is none. */
  #process(): Promise<ChildProcess> {
    if (this.#closed) throw launchFailed("the relay is closed");
    this.#child ??= this.#start().catch((error: unknown) => {
      this.#child = null;
      throw error;
    });
    return this.#child;
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(entry(), [], {
      env: {},
      execArgv: ["--max-old-space-size=512"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const ready = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), REPLY_TIMEOUT);
      const settle = (value: boolean): void => {
        clearTimeout(timer);
        resolve(value);
      };
      child.once("message", () => settle(true));
      child.once("error", () => settle(false));
      child.once("exit", () => settle(false));
    });
    if (!ready) {
      child.kill("SIGKILL");
      throw launchFailed("the relay process did not start");
    }
    this.#pid = child.pid ?? null;
    child.on("message", (message) => this.#hear(message as FromRelay));
    child.on("error", () => child.kill("SIGKILL"));
    child.once("exit", (code, signal) => this.#died(code, signal));
    return child;
  }

  #hear(message: FromRelay): void {
    if (message.type === "ready") return;
    const grant = this.#grants.get(message.id);
    if (grant === undefined) return;
    if (message.type !== "event") return grant.reply?.(message);
    const { event, forwarded } = message;
    if (forwarded) grant.counts.requests++;
    else grant.counts.unforwarded++;
    grant.counts.bytes_out += event.bytes_out;
    grant.counts.bytes_in += event.bytes_in;
    grant.onEvent(event);
  }

  #died(code: number | null, signal: string | null): void {
    this.#child = null;
    this.#pid = null;
    const lost = [...this.#grants].filter(([, grant]) => grant.complete);
    for (const [, grant] of lost) {
      grant.complete = false;
      grant.reply?.(null);
    }
    if (this.#closed) return;
    for (const [, grant] of lost) grant.onEvent(deathEvent(grant.provider));
    this.#onDeath({ code, signal, grants: lost.map(([id]) => id) });
  }

  /** Sends and waits for the grant's reply; null when none came. */
  async #ask(
    child: ChildProcess,
    grant: LiveGrant,
    message: ToRelay,
    listener?: Server,
  ): Promise<FromRelay | null> {
    const reply = await new Promise<FromRelay | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), REPLY_TIMEOUT);
      grant.reply = (answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      child.send(message, listener, undefined, (error) => {
        if (error !== null) grant.reply?.(null);
      });
    });
    grant.reply = null;
    return reply;
  }
}

/** What a grant's task lost its model by: no request of its own, and what was under way may have been sent. */
function deathEvent(provider: string): EgressEvent {
  const nothing = { method: "", path: "", status: null, bytes_out: 0, bytes_in: 0 };
  return {
    decision: "error",
    via: "model",
    provider,
    host: null,
    port: null,
    cause: "relay_died",
    ...nothing,
  };
}

/** This file's neighbour: TypeScript in a clone, JavaScript in the package. */
function entry(): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`relay-process${extname(here)}`, import.meta.url));
}

function refusedGrant(reply: FromRelay | null): WritError {
  return launchFailed(
    reply?.type === "failed" ? `the relay took no grant: ${reply.reason}` : "the relay took no grant",
  );
}

function launchFailed(message: string): WritError {
  return new WritError("WRIT_LAUNCH_FAILED", message, { hint: "writ doctor" });
}
