// One task's network grant inside its worker: gathers the listeners that come one by one, then serves them until the task
// ends, and counts. Not the serving of a connection (connection/serve-task.ts).
import { Socket as Datagram } from "node:dgram";
import { Server as Listener } from "node:net";
import { assert } from "../../stdx/assert.ts";
import type { EgressEvent } from "../execution.ts";
import { serveTask, type TaskListener } from "./connection/serve-task.ts";
import type { Dial } from "./dial/dial.ts";
import type { ListenerPurpose, UsedGrants } from "./gate-messages.ts";
import { createRequestHandler, type RequestHandler } from "./http/serve-requests.ts";
import type { BufferBudget } from "./inference/read-body.ts";
import type { TaskPolicy } from "./policy.ts";
import type { ScanThread } from "./scan/scan-thread.ts";
import { scannedTask } from "./scan/scanned-task.ts";
import type { CallUse, TaskState } from "./task-state.ts";
import { unsaidValues } from "./unsaid-values.ts";
import { metersOf } from "./usage/meter.ts";

/** A grant being served. */
export interface ServedNetwork {
  /** Ends every connection; resolves with what was used, when each decision was reported. */
  end(): Promise<UsedGrants>;
}

export interface GrantPlace {
  /** Of the whole worker. */
  readonly budget: BufferBudget;
  /** Of the whole worker. */
  readonly dial: Dial;
  /** Of the whole worker. */
  readonly scans: ScanThread;
  /** Of this grant: unique in the worker. */
  readonly id: string;
  readonly report: (event: EgressEvent) => void;
}

/** A grant on its way: exactly `wanted` listeners are taken, then it is served once. */
export class NetworkGrant {
  readonly #policy: TaskPolicy;
  readonly #wanted: number;
  readonly #place: GrantPlace;
  readonly #listeners: TaskListener[] = [];

  constructor(policy: TaskPolicy, wanted: number, place: GrantPlace) {
    const sends = policy.calls.length + policy.opaque.length > 0;
    assert(policy.protected !== null || !sends, "what may never leave is known where anything may");
    this.#policy = policy;
    this.#wanted = wanted;
    this.#place = place;
  }

  /** Whether it is whole now. Throws when the handle is not of the kind that its purpose needs. */
  take({ kind, port }: ListenerPurpose, handle: Listener | Datagram): boolean {
    if (kind === "dns_udp") {
      if (!(handle instanceof Datagram)) throw new Error("a datagram socket is needed for names");
      this.#listeners.push({ kind, socket: handle });
    } else {
      if (!(handle instanceof Listener)) throw new Error("a listening server is needed");
      this.#listeners.push(kind === "capture" ? { kind, port, server: handle } : { kind, server: handle });
    }
    return this.#listeners.length === this.#wanted;
  }

  /** Serves what was taken. */
  serve(): ServedNetwork {
    assert(this.#listeners.length === this.#wanted, "a grant is served when it is whole");
    const ended = new AbortController();
    const { budget, dial, report, scans, id } = this.#place;
    const { calls, opaque } = this.#policy;
    // Its start would only cost a task that can send nothing.
    const scanner = scans.add(id, scannedTask(this.#policy), calls.length + opaque.length > 0);
    const said = unsaidValues(this.#policy, scanner, report);
    const used = {
      calls: calls.map(unused),
      opaque: opaque.map(unused),
    };
    const state: TaskState = {
      policy: this.#policy,
      used,
      meters: metersOf(calls, used.calls),
      buffers: { claim: (bytes) => budget.take(bytes), release: (bytes) => budget.release(bytes) },
      report: said.report,
      ended: ended.signal,
    };
    const handlerFor = (bounded: TaskState): RequestHandler => createRequestHandler(bounded, dial, scanner);
    const served = attempt(
      () => serveTask(state, this.#listeners, { handlerFor, dial }),
      () => scanner.end(),
    );
    return {
      end: async () => {
        ended.abort();
        await served.end();
        await said.settled();
        scanner.end();
        return used;
      },
    };
  }

  /** Closes what was taken and never served. */
  drop(): void {
    for (const one of this.#listeners) closeHandle(one.kind === "dns_udp" ? one.socket : one.server);
    this.#listeners.length = 0;
  }
}

/** What `work` gives; where it throws, `undo` is done before that is passed on. */
function attempt<T>(work: () => T, undo: () => void): T {
  try {
    return work();
  } catch (error) {
    undo();
    throw error;
  }
}

/** Closes a socket that was handed over. Idempotent. */
export function closeHandle(handle: Listener | Datagram): void {
  try {
    handle.close();
  } catch {
    // Only a datagram socket minds that it is closed.
  }
}

function unused(): CallUse {
  return { requests: 0, bytes_out: 0, bytes_in: 0, tokens: 0, money: 0 };
}
