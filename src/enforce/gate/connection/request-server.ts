// HTTP servers that are fed connections instead of listening: how they are bounded, and what becomes of bytes that are no
// request. Judges no request.
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import {
  createSecureServer,
  type Http2SecureServer,
  Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext, TLSSocket } from "node:tls";
import { answerRefusal } from "../http/answer-refusal.ts";
import { HEAD_MAX, IDLE_TIMEOUT } from "../http/bounds.ts";
import { REFUSAL_STATUS, type Refusal, refusal } from "../http/refusal.ts";
import { http } from "../http-module.ts";
import {
  HANDSHAKE_TIMEOUT,
  HEAD_TIMEOUT,
  KEEP_ALIVE_TIMEOUT,
  REQUEST_TIMEOUT,
  STREAMS_MAX,
} from "./bounds.ts";
import type { ConnectionCause } from "./connection-record.ts";
import { turnAwayHttp } from "./turn-away.ts";

/** A request of either version, and its answer. */
export type Asked = IncomingMessage | Http2ServerRequest;
export type Answer = ServerResponse | Http2ServerResponse;

/** What a request server tells. */
export interface RequestEvents {
  readonly request: (request: Asked, answer: Answer) => void;
  /** What never became a request; `status` null: it was not answered. */
  readonly refused: (cause: ConnectionCause, method: string, status: number | null) => void;
  /** A CONNECT over HTTP/1.1; without it, CONNECT is refused. */
  readonly connect?: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** A server for plain HTTP/1.1 connections, each given to it by `emit("connection", socket)`. */
export function plainServer(events: RequestEvents): Server {
  const server = http.createServer(HTTP1);
  wire(server, events);
  return server;
}

/** How a TLS connection of the task ended without a request. */
export type TlsEnd = (
  cause: "client_refused_certificate" | "tls_failed" | "too_slow" | "client_closed" | "sni_mismatch",
) => void;

/** What a secure server serves: one host, under its own certificate. */
export interface SecureHost {
  readonly pair: { readonly cert: string; readonly key: string };
  readonly context: SecureContext;
  /** The server name that a client sends; null: none, since the host is an address. */
  readonly serverName: string | null;
  readonly ended: TlsEnd;
}

/** The same over TLS, with HTTP/2 for clients that offer it. */
export function secureServer(host: SecureHost, events: RequestEvents): Http2SecureServer {
  const server = createSecureServer({
    ...HTTP1,
    ...host.pair,
    minVersion: "TLSv1.2",
    allowHTTP1: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    maxSessionInvalidFrames: 100,
    settings: {
      maxConcurrentStreams: STREAMS_MAX,
      maxHeaderListSize: HEAD_MAX,
      enableConnectProtocol: false,
    },
    // Read a second time, by OpenSSL: what the first bytes said must be what it says.
    SNICallback: (name, done) => {
      if (name.toLowerCase() === host.serverName) done(null, host.context);
      else done(new Error("another server name than the hello's"));
    },
  });
  const secured = new WeakSet<Duplex>();
  server.on("secureConnection", (socket: TLSSocket) => secured.add(socket));
  wire(server, events, (socket) => secured.has(socket));
  server.on("sessionError", (error: NodeJS.ErrnoException) => {
    if (!HUNG_UP.has(error.code ?? "")) events.refused("malformed", "", null);
  });
  watchTls(server, host);
  return server;
}

/** ms between two looks for slow heads and bodies. */
const CHECKING_INTERVAL = 1000;

const HTTP1 = {
  maxHeaderSize: HEAD_MAX,
  headersTimeout: HEAD_TIMEOUT,
  requestTimeout: REQUEST_TIMEOUT,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
  connectionsCheckingInterval: CHECKING_INTERVAL,
  insecureHTTPParser: false,
  // Judged with the rest of the head, so that it is refused like everything else.
  requireHostHeader: false,
} satisfies ServerOptions;

function wire(
  server: Server | Http2SecureServer,
  events: RequestEvents,
  established: (socket: Socket) => boolean = () => true,
): void {
  const latest = new WeakMap<Duplex, IncomingMessage>();
  const take = (request: Asked, answer: Answer): void => {
    if (request instanceof http.IncomingMessage) latest.set(request.socket, request);
    events.request(request, answer);
  };
  // Properties of both kinds of server; the secure one takes none of them as an option.
  Object.assign(server, {
    timeout: IDLE_TIMEOUT,
    headersTimeout: HEAD_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: CHECKING_INTERVAL,
  });
  server.on("request", take);
  // Whoever judges the request answers these two: nothing is let on before that.
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("connect", (request: Asked, to: Socket | Http2ServerResponse, head?: Buffer) => {
    if (request instanceof Http2ServerRequest)
      return refuseStream(request, to as Http2ServerResponse, events);
    const socket = to as Socket;
    if (events.connect !== undefined) return events.connect(request, socket, head ?? Buffer.alloc(0));
    events.refused("connect_refused", "CONNECT", REFUSAL_STATUS);
    turnAwayHttp(socket, NO_CONNECT);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    // Node also tells of a failed handshake here; `tlsClientError` has told of it.
    if (!established(socket)) return void socket.destroy();
    notARequest(error, socket, latest.get(socket), events);
  });
  // Node begins to look for slow heads and bodies when a server listens; this one is fed connections instead.
  server.emit("listening");
}

const NO_CONNECT: Refusal = refusal(
  "connect_refused",
  "CONNECT",
  "none",
  "send plain requests on this connection",
);

function refuseStream(request: Http2ServerRequest, answer: Http2ServerResponse, events: RequestEvents): void {
  events.refused("connect_refused", "CONNECT", REFUSAL_STATUS);
  answerRefusal(request, answer, NO_CONNECT);
}

/** Bytes on an HTTP/1.1 connection that are no request. */
function notARequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  before: IncomingMessage | undefined,
  events: RequestEvents,
): void {
  // They spoil a request's own body: that request has its answer and its record.
  if (before !== undefined && !before.complete) return socket.destroySoon();
  const code = error.code ?? "";
  if (HUNG_UP.has(code)) return void socket.destroy();
  const cause = CLIENT_ERRORS[code] ?? "malformed";
  // After an earlier request nothing is written between the bytes of its answer.
  events.refused(cause, "", before === undefined ? REFUSAL_STATUS : null);
  if (before !== undefined) return socket.destroySoon();
  turnAwayHttp(socket, refusal(cause, code, null, "send one well-formed HTTP/1.1 request"));
}

const CLIENT_ERRORS: Readonly<Record<string, "head_over_limit" | "too_slow">> = {
  HPE_HEADER_OVERFLOW: "head_over_limit",
  ERR_HTTP_REQUEST_TIMEOUT: "too_slow",
};

/** The other side hung up: there is no request to tell of. */
const HUNG_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "HPE_INVALID_EOF_STATE"]);

/** Tells of each TLS connection that came to nothing, once. */
function watchTls(server: Http2SecureServer, { serverName, ended }: SecureHost): void {
  const spoke = new WeakSet<Duplex>();
  const note = (request: Asked): void => {
    if (request instanceof http.IncomingMessage) spoke.add(request.socket);
  };
  for (const event of ["request", "checkContinue", "checkExpectation", "connect"]) server.on(event, note);
  server.on("clientError", (_error: Error, socket: Duplex) => spoke.add(socket));
  server.on("secureConnection", (socket: TLSSocket) => {
    // INVARIANT: the name was read twice before; all that follows rests on it.
    const named = serverName === null || String(socket.servername).toLowerCase() === serverName;
    if (!named) {
      ended("sni_mismatch");
      return void socket.destroy();
    }
    if (socket.alpnProtocol === "h2") return;
    socket.once("close", () => {
      if (!spoke.has(socket)) ended("client_closed");
    });
  });
  server.on("session", (session: ServerHttp2Session) => {
    let told = false;
    const note = (): void => {
      told = true;
    };
    session.once("stream", note);
    // `sessionError` tells of it.
    session.once("error", note);
    session.once("close", () => {
      if (!told) ended("client_closed");
    });
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException) => ended(tlsCause(error)));
}

/** The alerts of a client that will not have our certificate (RFC 8446 section 6.2), as OpenSSL names them. */
const REFUSES_CERTIFICATE =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)/;

function tlsCause(error: NodeJS.ErrnoException): Parameters<TlsEnd>[0] {
  const code = error.code ?? "";
  if (code === "ERR_TLS_HANDSHAKE_TIMEOUT") return "too_slow";
  if (REFUSES_CERTIFICATE.test(code)) return "client_refused_certificate";
  return code === "ECONNRESET" || code === "EPIPE" ? "client_closed" : "tls_failed";
}
