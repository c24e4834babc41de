// Serves every listener of one task's namespace: the explicit proxy, captured ports and the name server. Whoever reaches
// them is the task: they were opened in its namespace, so there is no token to steal. Judges no request.
import type { Socket as Datagram } from "node:dgram";
import { setMaxListeners } from "node:events";
import type { Server, Socket } from "node:net";
import type { Dial } from "../dial/dial.ts";
import { createNameServer } from "../dns/serve-dns.ts";
import { syntheticNames } from "../dns/synthetic-names.ts";
import type { RequestHandler } from "../http/serve-requests.ts";
import type { TaskState } from "../task-state.ts";
import { boundRefusals } from "./bound-refusals.ts";
import { connectionEvent } from "./connection-record.ts";
import { grantedPlaces } from "./granted-places.ts";
import { OpenConnections } from "./open-connections.ts";
import { createCapture } from "./serve-capture.ts";
import { createProxy, PROXY_PORT } from "./serve-proxy.ts";
import { createTargetServers } from "./target-servers.ts";
import type { TaskServing } from "./task-serving.ts";

/** A listener of the task's namespace, as handed over: what it stands for decides how its connections are read. */
export type TaskListener =
  /** 127.0.0.1:3128. */
  | { readonly kind: "proxy"; readonly server: Server }
  /** Any address, that port. */
  | { readonly kind: "capture"; readonly port: number; readonly server: Server }
  | { readonly kind: "dns_tcp"; readonly server: Server }
  | { readonly kind: "dns_udp"; readonly socket: Datagram };

export interface ServedTask {
  /** Closes every listener and connection; resolves when all reports were made. Idempotent. */
  end(): Promise<void>;
}

/** What serves a task's requests and dials for its raw relays. */
export interface TaskParts {
  /** Makes the handler, once; what it reports to the state given here counts towards the task's refusals. */
  readonly handlerFor: (bounded: TaskState) => RequestHandler;
  readonly dial: Dial;
}

/**
 * Serves `listeners`, which it owns from now on, until `end` or until `state.ended` aborts. After a thousand refusals it
 * closes them of its own accord. Throws, and owns nothing, when the policy's authority cannot be read.
 */
export function serveTask(
  state: TaskState,
  listeners: readonly TaskListener[],
  parts: TaskParts,
): ServedTask {
  const task = new Served(state, listeners, parts);
  return { end: () => task.end() };
}

class Served {
  readonly #listeners: readonly TaskListener[];
  readonly #open = new OpenConnections();
  readonly #running = new Set<Promise<void>>();
  readonly #closers: (() => void)[] = [];
  #ended: Promise<void> | null = null;

  constructor(given: TaskState, listeners: readonly TaskListener[], parts: TaskParts) {
    this.#listeners = listeners;
    // Each connection of the task listens to it.
    setMaxListeners(0, given.ended);
    const state = boundRefusals(given, () => void this.end());
    const serving = this.#serving(state, parts);
    this.#serve(serving);
    if (state.ended.aborted) void this.end();
    else state.ended.addEventListener("abort", () => void this.end(), { once: true });
  }

  end(): Promise<void> {
    this.#ended ??= this.#close();
    return this.#ended;
  }

  async #close(): Promise<void> {
    // Not in the midst of the report that led here.
    await Promise.resolve();
    const closed = this.#listeners.map(closeListener);
    for (const close of this.#closers) close();
    await Promise.all([...closed, this.#open.end()]);
    while (this.#running.size > 0) await Promise.all(this.#running);
    await new Promise((resolve) => setImmediate(resolve));
  }

  #serving(state: TaskState, { handlerFor, dial }: TaskParts): TaskServing {
    const handler = handlerFor(state);
    const track = (work: Promise<void>): void => {
      // INVARIANT: a fault in one connection ends nothing else; what it was for has its own record of it.
      const settled = work.catch(ignore).finally(() => this.#running.delete(settled));
      this.#running.add(settled);
    };
    const record: TaskServing["record"] = (decided) => state.report(connectionEvent(decided));
    const judge: TaskServing["judge"] = (request, answer, target) => {
      track(handler(target, request, answer));
    };
    const servers = createTargetServers(state.policy.authority, { judge, record });
    this.#closers.push(() => servers.end());
    const places = grantedPlaces(state.policy, state.used);
    const names = syntheticNames(state.policy);
    return { state, places, names, servers, dial, record, judge, track };
  }

  #serve(serving: TaskServing): void {
    const dns = createNameServer(serving.names, (cause, host) =>
      serving.record({ decision: "refuse", via: "dns", cause, host, port: DNS_PORT }),
    );
    for (const listener of this.#listeners) {
      switch (listener.kind) {
        case "proxy": {
          const proxy = createProxy(serving);
          this.#closers.push(proxy.end);
          this.#accept(listener.server, serving, { via: "proxy", port: PROXY_PORT, serve: proxy.serve });
          break;
        }
        case "capture": {
          const capture = createCapture(listener.port, serving);
          this.#closers.push(capture.end);
          const { server, port } = listener;
          this.#accept(server, serving, { via: "transparent", port, serve: capture.serve });
          break;
        }
        case "dns_tcp":
          this.#accept(listener.server, serving, {
            via: "dns",
            port: DNS_PORT,
            serve: (socket) => dns.tcp(socket),
          });
          break;
        case "dns_udp":
          dns.udp(listener.socket);
          break;
      }
    }
  }

  #accept(
    server: Server,
    { record }: TaskServing,
    {
      via,
      port,
      serve,
    }: { via: "proxy" | "transparent" | "dns"; port: number; serve: (socket: Socket) => void },
  ): void {
    // An accept that failed (no descriptor left) is no connection; the listener goes on.
    server.on("error", () => undefined);
    server.on("connection", (socket: Socket) => {
      if (this.#ended !== null) return void socket.destroy();
      socket.setNoDelay(true);
      if (this.#open.admit(socket)) return serve(socket);
      record({ decision: "refuse", via, cause: "connections_over_limit", host: null, port });
    });
  }
}

const DNS_PORT = 53;

function ignore(): void {
  // Whoever is tracked ends its own connection.
}

function closeListener(listener: TaskListener): Promise<void> {
  return new Promise((resolve) => {
    const closed = (): void => resolve();
    // Each tells by its callback, also when it was closed before.
    if (listener.kind !== "dns_udp") return void listener.server.close(closed);
    try {
      listener.socket.close(closed);
    } catch {
      // Closed by whoever handed it over.
      resolve();
    }
  });
}
