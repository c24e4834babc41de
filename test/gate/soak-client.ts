// Program: a task of the soak. Sends requests, each with a path of its own, in every unfriendly way that a client has, and
// says in one line what became of each. Self-contained, since it is copied to where a task may read it.
import { once } from "node:events";
import {
  type ClientRequest,
  type IncomingMessage,
  request as openPlain,
  Agent as PlainAgent,
} from "node:http";
import { type ClientHttp2Session, connect as connectH2 } from "node:http2";
import { Agent, request as openSecure } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";

export interface SoakOrder {
  /** The first segment of every path. */
  readonly name: string;
  readonly host: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** Friendly requests; null: until the network is gone. */
  readonly requests: number | null;
  /** Bytes of one streamed download; 0: none, and no unfriendly client either. */
  readonly download: number;
}

/** A status; `gone`: this client left; `failed`: there was no answer, or not the whole of it. */
export type Outcome = number | "gone" | "failed";

/** What became of each request, by path. */
export type SoakReport = readonly (readonly [path: string, outcome: Outcome])[];

/** ms that a slow client waits between two pieces, and a stalled one before it leaves. */
const SLOW = 40;
const STALLED = 300;
/** Friendly requests at once. */
const TOGETHER = 4;
const BODY = "x".repeat(1024);

const order = JSON.parse(process.argv[2] ?? "") as SoakOrder;
const report: (readonly [string, Outcome])[] = [];
const agents = { http: new PlainAgent({ keepAlive: true }), https: new Agent({ keepAlive: true }) };
let session: ClientHttp2Session | null = null;
let count = 0;
let lost = false;

const friendly = Array.from({ length: TOGETHER }, (_, at) => steady(at));
const unfriendly =
  order.download === 0
    ? []
    : [
        slowBody,
        stalledBody,
        slowReader,
        stalledReader,
        stalledHead,
        longHead,
        manyFields,
        notGranted,
        stream,
      ].map((one) => one());
await Promise.all([...friendly, ...unfriendly]);
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));

async function steady(at: number): Promise<void> {
  const share = order.requests === null ? null : Math.floor((order.requests + at) / TOGETHER);
  for (let done = 0; share === null ? !lost : done < share; done++) {
    const path = next();
    const outcome = await (done % 3 === 2 ? overH2(path) : overH1(done % 3 === 0 ? "https" : "http", path));
    report.push([path, outcome]);
    if (outcome === "failed") lost = true;
  }
}

function next(): string {
  count += 1;
  return `/${order.name}/${count}`;
}

function open(
  path: string,
  more: { scheme?: "http" | "https"; method?: string; headers?: object } = {},
): ClientRequest {
  const { scheme = "https", method = "POST", headers = {} } = more;
  const port = order.ports[scheme];
  const options = {
    host: order.host,
    port,
    path,
    method,
    headers: { "content-type": "text/plain", ...headers },
  };
  return scheme === "http"
    ? openPlain({ ...options, agent: agents.http })
    : openSecure({ ...options, agent: agents.https });
}

function answered(request: ClientRequest): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    request.on("response", resolve);
    request.on("error", () => resolve(null));
    request.on("close", () => resolve(null));
  });
}

async function read(answer: IncomingMessage | null): Promise<{ outcome: Outcome; bytes: number }> {
  let bytes = 0;
  if (answer === null) return { outcome: "failed", bytes };
  try {
    for await (const chunk of answer) bytes += (chunk as Buffer).length;
    return { outcome: answer.statusCode ?? "failed", bytes };
  } catch {
    return { outcome: "failed", bytes };
  }
}

async function overH1(scheme: "http" | "https", path: string): Promise<Outcome> {
  const request = open(path, { scheme, headers: { "content-length": BODY.length } });
  request.end(BODY);
  const { outcome, bytes } = await read(await answered(request));
  return outcome === 200 && bytes !== BODY.length ? "failed" : outcome;
}

async function overH2(path: string): Promise<Outcome> {
  const { host, ports } = order;
  if (session === null || session.destroyed || session.closed) {
    const options = { host, port: ports.https, servername: host, ALPNProtocols: ["h2"] };
    session = connectH2(`https://${host}:${ports.https}`, { createConnection: () => connectTls(options) });
    session.on("error", () => undefined);
  }
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": "text/plain" });
  return await new Promise((resolve) => {
    let status = 0;
    let bytes = 0;
    stream.on("response", (headers) => (status = Number(headers[":status"])));
    stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
    stream.on("error", () => resolve("failed"));
    stream.on("close", () =>
      resolve(status === 200 && bytes !== BODY.length ? "failed" : status || "failed"),
    );
    stream.end(BODY);
  });
}

async function slowBody(): Promise<void> {
  const path = next();
  const request = open(path, { headers: { "transfer-encoding": "chunked" } });
  const answer = answered(request);
  for (let piece = 0; piece < 10; piece++) {
    request.write("drip");
    await pause(SLOW);
  }
  request.end();
  report.push([path, (await read(await answer)).outcome]);
}

/** It leaves once the gate asked for its body, so that there was a request. */
async function stalledBody(): Promise<void> {
  const path = next();
  const request = open(path, { headers: { "content-length": 100_000, expect: "100-continue" } });
  const asked = new Promise<Outcome>((resolve) => {
    request.once("continue", () => resolve("gone"));
    request.on("error", () => resolve("failed"));
  });
  request.flushHeaders();
  const outcome = await asked;
  request.write("the start");
  await pause(STALLED);
  request.destroy();
  report.push([path, outcome]);
}

async function slowReader(): Promise<void> {
  const path = `${next()}/bytes/${1024 * 1024}`;
  const request = open(path, { method: "GET" });
  request.end();
  const answer = await answered(request);
  await pause(STALLED);
  const { outcome, bytes } = await read(answer);
  report.push([path, bytes === 1024 * 1024 ? outcome : "failed"]);
}

async function stalledReader(): Promise<void> {
  const path = `${next()}/bytes/${32 * 1024 * 1024}`;
  const request = open(path, { method: "GET" });
  request.end();
  const answer = await answered(request);
  await pause(STALLED);
  answer?.destroy();
  request.destroy();
  report.push([path, answer === null ? "failed" : "gone"]);
}

/** A head that never ends is no request. */
async function stalledHead(): Promise<void> {
  const { host, ports } = order;
  const socket = connectTls({ host, port: ports.https, servername: host });
  const closed = once(socket, "close");
  await Promise.race([once(socket, "secureConnect"), closed]);
  socket.on("error", () => undefined).write("GET /head HTT");
  await pause(STALLED);
  socket.destroy();
}

async function longHead(): Promise<void> {
  const request = open("/long-head", { method: "GET", headers: { "x-long": "x".repeat(40 * 1024) } });
  request.end();
  report.push(["", (await read(await answered(request))).outcome]);
}

async function manyFields(): Promise<void> {
  const headers = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`x-${at}`, "1"]));
  const request = open("/many-fields", { method: "GET", headers });
  request.end();
  report.push(["", (await read(await answered(request))).outcome]);
}

async function notGranted(): Promise<void> {
  const path = next();
  const request = open(path, { method: "DELETE" });
  request.end();
  report.push([path, (await read(await answered(request))).outcome]);
}

async function stream(): Promise<void> {
  const path = `${next()}/bytes/${order.download}`;
  const request = open(path, { method: "GET" });
  request.end();
  const { outcome, bytes } = await read(await answered(request));
  report.push([path, bytes === order.download ? outcome : "failed"]);
}
