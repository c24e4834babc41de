// The explicit proxy that a task is told of (HTTP_PROXY): CONNECT and absolute-form requests over HTTP/1.1, nothing else.
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { readAbsoluteForm, readAuthority } from "../first-bytes/authority.ts";
import { readFirstBytes } from "../first-bytes/read-first-bytes.ts";
import { answerRefusal } from "../http/answer-refusal.ts";
import { REFUSAL_STATUS, type Refusal, refusal } from "../http/refusal.ts";
import type { ConnectionCause } from "./connection-record.ts";
import { type Answer, type Asked, plainServer } from "./request-server.ts";
import { relayOpaqueTo } from "./serve-opaque.ts";
import { endUnread, notGranted, serveSpoken } from "./serve-spoken.ts";
import type { TaskServing } from "./task-serving.ts";
import { turnAwayHttp, turnAwayTls } from "./turn-away.ts";

export interface ProxyServer {
  /** Takes over a connection to the proxy. */
  readonly serve: (socket: Socket) => void;
  readonly end: () => void;
}

/** The port that a task's proxy is told of; in the record of what names no place. */
export const PROXY_PORT = 3128;

/** A proxy for the task of `serving`. */
export function createProxy(serving: TaskServing): ProxyServer {
  let ended = false;
  const server: Server = plainServer({
    request: (request, answer) => forward(request, answer, serving),
    connect: (request, socket, head) => serving.track(tunnel(request, { socket, head }, serving)),
    refused: (cause, method, status) => {
      if (ended) return;
      const at = { via: "proxy", host: null, port: null, method } as const;
      serving.record({ decision: "refuse", cause, ...at, ...(status === null ? {} : { status }) });
    },
  });
  return {
    serve: (socket) => serving.track(begin(socket, server, serving)),
    end: () => {
      ended = true;
      server.close();
    },
  };
}

async function begin(socket: Socket, server: Server, serving: TaskServing): Promise<void> {
  const spoken = await readFirstBytes(socket);
  if (serving.state.ended.aborted) return void socket.destroy();
  if (spoken.kind === "http") return void server.emit("connection", socket);
  if (spoken.kind !== "tls") {
    return endUnread(socket, spoken, { host: null, port: PROXY_PORT, via: "proxy" }, serving);
  }
  // A proxy that is itself reached over TLS is not what the task was told of.
  serving.record({ decision: "refuse", via: "proxy", cause: "opaque_bytes", host: null, port: PROXY_PORT });
  turnAwayTls(socket, "access_denied");
}

/** `http://host/path` in a request line; the request goes to whoever judges it, on this same connection. */
function forward(request: Asked, answer: Answer, serving: TaskServing): void {
  const place = readAbsoluteForm(request.url ?? "");
  const refuse = (host: string | null, port: number | null, refused: Refusal): void => {
    const cause = place === null ? "host_malformed" : "host_not_granted";
    const at = { host, port, method: request.method ?? "", status: REFUSAL_STATUS };
    serving.record({ decision: "refuse", via: "proxy", cause, ...at });
    answerRefusal(request, answer, refused);
  };
  if (place === null) {
    const instead = "ask a proxy for `http://host/path` in the request line, or use CONNECT for https";
    return refuse(null, null, refusal("host_malformed", request.url ?? "", null, instead));
  }
  const { host, port } = place;
  if (serving.places.calls("http", host, port)) {
    return serving.judge(request, answer, { scheme: "http", host, port, via: "proxy" });
  }
  refuse(host, port, notGranted(`http://${host}:${port}`));
}

interface Tunnel {
  readonly socket: Socket;
  readonly head: Buffer;
}

async function tunnel(
  request: IncomingMessage,
  { socket, head }: Tunnel,
  serving: TaskServing,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  socket.setTimeout(0);
  const refuse = (cause: ConnectionCause, host: string | null, port: number | null): void =>
    serving.record({
      decision: "refuse",
      via: "connect",
      cause,
      host,
      port,
      method: "CONNECT",
      status: REFUSAL_STATUS,
    });
  const named = readAuthority(request.url ?? "");
  if (named === null) {
    refuse("host_malformed", null, null);
    const instead = "name a host and a port, as `CONNECT api.example.com:443`";
    return turnAwayHttp(socket, refusal("host_malformed", request.url ?? "", null, instead));
  }
  const place = { host: named.host, port: named.port, via: "connect" } as const;
  if (head.length > 0) socket.unshift(head);
  const raw = serving.places.opaque(place.host, place.port);
  if (raw !== null) return await relayOpaqueTo(socket, raw, serving, "connect");
  if (!serving.places.named(place.host, place.port)) {
    refuse("host_not_granted", place.host, place.port);
    return turnAwayHttp(socket, notGranted(`${place.host}:${place.port}`));
  }
  socket.write(ESTABLISHED);
  const spoken = await readFirstBytes(socket);
  if (serving.state.ended.aborted) return void socket.destroy();
  serveSpoken(socket, spoken, place, serving);
}

/** RFC 9110 section 9.3.6: any 2xx opens the tunnel. */
const ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";
