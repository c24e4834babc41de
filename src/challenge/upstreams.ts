// Real servers on this host's loopback that record every byte that reaches them: HTTPS with HTTP/2, plain HTTP, raw
// connections that greet as SSH does, and datagrams. They are what a case's effects are measured at.

import { createSocket, type Socket as Datagrams } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { type AddressInfo, createServer as createRaw, type Server, type Socket } from "node:net";
import { createLeaves } from "../enforce/gate/certificates/leaves.ts";
import { createRoot } from "../enforce/gate/certificates/root.ts";
import { answerAs } from "./upstream-answers.ts";

/** What arrived since it was last asked. */
export interface Arrived {
  readonly requests: readonly ArrivedRequest[];
  /** Everything as bytes: requests with all their fields, raw connections, datagrams. */
  readonly bytes: Buffer;
  readonly connections: number;
}

export interface ArrivedRequest {
  readonly method: string;
  readonly host: string;
  readonly url: string;
}

export interface Upstreams {
  /** PEM of the only authority that proves them. */
  readonly ca: string;
  readonly ports: Readonly<Record<"https" | "http" | "raw" | "udp", number>>;
  take(): Arrived;
  close(): void;
}

/** Requests below this path are the runner's own and not told. */
export const CONTROL = "/control/";
/** Bytes of one request that are kept; more is cut, and counted. */
const BODY_MAX = 64 * 1024 * 1024;

/** Starts them; `hosts` (canonical, at least one) have certificates, and `folder` is served where a path asks for files. */
export async function openUpstreams(hosts: readonly string[], folder: string): Promise<Upstreams> {
  const root = createRoot();
  const leaves = createLeaves(root.issue(hosts));
  const arrived = newRecord();
  const taking = (
    request: IncomingMessage | Http2ServerRequest,
    answer: ServerResponse | Http2ServerResponse,
  ): void => takeRequest(arrived, folder, request, answer);
  const secure = createSecureServer(
    {
      ...leaves.pair(hosts[0] ?? "localhost"),
      allowHTTP1: true,
      SNICallback: (name, done) =>
        done(null, leaves.context(hosts.includes(name) ? name : (hosts[0] ?? name))),
    },
    taking,
  );
  const plain = createHttp(taking);
  const raw = createRaw({ allowHalfOpen: true }, (socket) => greet(arrived, socket));
  const datagrams = createSocket("udp4");
  datagrams.on("message", (message) => arrived.parts.push(Buffer.from(message)));
  const open = new Set<Socket>();
  for (const server of [secure, plain, raw]) {
    server.on("connection", (socket: Socket) => {
      arrived.connections += 1;
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => open.delete(socket));
    });
  }
  const ports = {
    https: await listen(secure),
    http: await listen(plain),
    raw: await listen(raw),
    udp: await bind(datagrams),
  };
  return {
    ca: root.certificate,
    ports,
    take: () => taken(arrived),
    close: () => {
      for (const server of [secure, plain, raw]) server.close();
      datagrams.close();
      for (const socket of open) socket.destroy();
    },
  };
}

interface Arriving {
  requests: ArrivedRequest[];
  parts: Buffer[];
  connections: number;
}

function newRecord(): Arriving {
  return { requests: [], parts: [], connections: 0 };
}

function taken(arrived: Arriving): Arrived {
  const { requests, parts, connections } = arrived;
  Object.assign(arrived, newRecord());
  return { requests, bytes: Buffer.concat(parts), connections };
}

function takeRequest(
  arrived: Arriving,
  folder: string,
  request: IncomingMessage | Http2ServerRequest,
  answer: ServerResponse | Http2ServerResponse,
): void {
  const { method = "", url = "", rawHeaders } = request;
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("error", () => undefined);
  answer.on("error", () => undefined);
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_MAX) chunks.push(chunk);
  });
  request.on("end", () => {
    if (url.startsWith(CONTROL)) return void answer.end("control");
    const host = String(request.headers[":authority"] ?? request.headers.host ?? "");
    const body = Buffer.concat(chunks);
    arrived.requests.push({ method, host, url });
    arrived.parts.push(Buffer.from(`${method} ${url}\n${rawHeaders.join("\n")}\n\n`), body, NEWLINE);
    answerAs({ method, url, rawHeaders, body, folder }, answer);
  });
}

const NEWLINE = Buffer.from("\n");

/** As SSH does: the server speaks first (RFC 4253 section 4.2), then says again what it hears. */
function greet(arrived: Arriving, socket: Socket): void {
  socket.write("SSH-2.0-challenge\r\n");
  socket.on("data", (chunk: Buffer) => {
    arrived.parts.push(chunk);
    socket.write(chunk);
  });
  socket.on("end", () => socket.end());
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** On every address of this host: a task that reaches any of them is seen. */
async function bind(socket: Datagrams): Promise<number> {
  socket.bind(0, "0.0.0.0");
  await once(socket, "listening");
  return socket.address().port;
}
