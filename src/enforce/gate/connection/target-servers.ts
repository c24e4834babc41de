// The request servers of one task: one for each granted place that is asked for, so that every request on a connection
// belongs to the place that the connection was judged for.
import type { Server } from "node:http";
import type { Http2SecureServer } from "node:http2";
import { isIP, type Socket } from "node:net";
import { createLeaves } from "../certificates/leaves.ts";
import type { TaskAuthority } from "../policy.ts";
import type { Target } from "../target.ts";
import type { ConnectionDecision } from "./connection-record.ts";
import { type Answer, type Asked, plainServer, type RequestEvents, secureServer } from "./request-server.ts";

/** What comes of the connections. */
export interface TargetEvents {
  /** Hands a request to whoever judges it, and waits for it at the end of the task. */
  readonly judge: (request: Asked, answer: Answer, target: Target) => void;
  /** Reports one decision about a connection. */
  readonly record: (decided: ConnectionDecision) => void;
}

export interface TargetServers {
  /** Serves a connection, whose bytes are still in it, for `target`, whose place is granted. */
  serve(socket: Socket, target: Target): void;
  /** No further connection is served or told of; those that are open are their owner's to end. */
  end(): void;
}

/** The servers of a task. `authority` null: none over TLS, and none is asked for. Throws when it cannot be read. */
export function createTargetServers(
  authority: TaskAuthority | null,
  { judge, record }: TargetEvents,
): TargetServers {
  const servers = new Map<string, Server | Http2SecureServer>();
  // At once: an authority that cannot be read is no task's surprise later.
  const leaves = authority === null ? null : createLeaves(authority);
  let ended = false;
  const told = (decided: ConnectionDecision): void => {
    if (!ended) record(decided);
  };
  const create = (target: Target): Server | Http2SecureServer | null => {
    const { host, port, via } = target;
    const events: RequestEvents = {
      request: (request, answer) => judge(request, answer, target),
      refused: (cause, method, status) =>
        told({ decision: "refuse", via, cause, host, port, method, ...(status === null ? {} : { status }) }),
    };
    if (target.scheme === "http") return plainServer(events);
    if (leaves === null) return null;
    const secure = {
      pair: leaves.pair(host),
      context: leaves.context(host),
      serverName: isIP(host) === 0 ? host : null,
      ended: (cause: NonNullable<ConnectionDecision["cause"]>) =>
        told({ decision: cause === "client_closed" ? "error" : "refuse", via, cause, host, port }),
    };
    return secureServer(secure, events);
  };
  return {
    serve: (socket, target) => {
      const key = `${target.scheme} ${target.host} ${target.port} ${target.via}`;
      const server = servers.get(key) ?? create(target);
      if (server === null || ended) return void socket.destroy();
      servers.set(key, server);
      server.emit("connection", socket);
    },
    end: () => {
      ended = true;
      for (const server of servers.values()) server.close();
      servers.clear();
    },
  };
}
