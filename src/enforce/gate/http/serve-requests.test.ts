// The handler end to end: real servers on both sides, real clients; what arrived at the upstream is what is asserted.
import { execFile } from "node:child_process";
import { type IncomingMessage, request } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import {
  exchangeRaw,
  type GateOptions,
  granted,
  HOST,
  startGate,
  startRawUpstream,
  startUpstream,
  TEST_TLS,
  type TestGate,
  type Upstream,
} from "./fixtures/gate-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function upstream(...args: Parameters<typeof startUpstream>): Promise<Upstream> {
  const started = await startUpstream(...args);
  open.push(started);
  return started;
}

async function gate(options: GateOptions): Promise<TestGate> {
  const started = await startGate(options);
  open.push(started);
  return started;
}

const GET = `GET /a HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;

test("createRequestHandler passes a GET with the gate's own framing and reports it once", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("hello"));
  const { port, events, reported } = await gate({ calls: [granted()], upstream: up.port });
  const text = await exchangeRaw(
    port,
    `GET /a?b=%2e HTTP/1.1\r\nX-One: 1\r\nhOST: API.example.com:80\r\nX-Two: 2\r\nConnection: close, X-Two\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nKeep-Alive: 5\r\n\r\n`,
  );
  expect(text).toContain("HTTP/1.1 200");
  expect(text.endsWith("hello") || text.includes("\r\nhello\r\n")).toBe(true);
  await reported(1);
  expect(up.bytes()).toBe(
    `GET /a?b=%2e HTTP/1.1\r\nHost: ${HOST}\r\nX-One: 1\r\nConnection: keep-alive\r\n\r\n`,
  );
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    decision: "allow",
    via: "transparent",
    host: HOST,
    port: 80,
    method: "GET",
    path: "/a",
    status: 200,
    cause: null,
  });
  expect(events[0]?.bytes_out).toBe(`GET /a?b=%2e HTTP/1.1\r\nHost: ${HOST}\r\nX-One: 1\r\n\r\n`.length);
  expect(events[0]?.bytes_in).toBeGreaterThan(5);
});

test("createRequestHandler passes a chunked POST with one length", async () => {
  const up = await upstream("http", (_request, answer) => answer.writeHead(201).end());
  const { port, events, reported } = await gate({
    calls: [granted({ methods: ["POST"] })],
    upstream: up.port,
  });
  const text = await exchangeRaw(
    port,
    `POST /a HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n`,
  );
  expect(text).toContain("HTTP/1.1 201");
  await reported(1);
  expect(up.bytes()).toBe(
    `POST /a HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\nabcdefg`,
  );
  expect(events[0]).toMatchObject({ decision: "allow", status: 201 });
});

test("createRequestHandler keeps an upstream connection for the next request to the same destination", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, dials, reported } = await gate({ calls: [granted()], upstream: up.port });
  for (let at = 0; at < 5; at++) expect(await exchangeRaw(port, GET)).toContain("200");
  await reported(5);
  expect(dials).toHaveLength(1);
});

test("createRequestHandler repeats a GET once when a kept connection turned out to be closed", async () => {
  let count = 0;
  const up = await upstream("http", (request, answer) => {
    count++;
    // Ends the connection without notice when the second request comes over it.
    if (count === 2) request.socket.destroy();
    else answer.end("x");
  });
  const { port, dials, events, reported, state } = await gate({ calls: [granted()], upstream: up.port });
  expect(await exchangeRaw(port, GET)).toContain("200");
  expect(await exchangeRaw(port, GET)).toContain("200");
  await reported(2);
  expect(dials).toHaveLength(2);
  expect(events[1]?.bytes_out).toBe(2 * (events[0]?.bytes_out ?? 0));
  expect(state.used.calls[0]?.requests).toBe(3);
});

test("createRequestHandler passes HEAD where GET is granted, and answers without a body", async () => {
  const up = await upstream("http", (_request, answer) => answer.setHeader("content-length", 99).end());
  const { port } = await gate({ calls: [granted()], upstream: up.port });
  const text = await exchangeRaw(port, GET.replace("GET", "HEAD"));
  expect(text.toLowerCase()).toContain("content-length: 99");
  expect(text.endsWith("\r\n\r\n")).toBe(true);
});

test("createRequestHandler answers curl's Expect: 100-continue itself", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("done"));
  const { port, reported } = await gate({ calls: [granted({ methods: ["POST"] })], upstream: up.port });
  const body = "x".repeat(2_000_000);
  const { stdout } = await promisify(execFile)("curl", [
    ..."-sS --max-time 20 -H Expect:100-continue -d".split(" "),
    body.slice(0, 100_000),
    "--connect-to",
    `${HOST}:80:127.0.0.1:${port}`,
    `http://${HOST}/up`,
  ]);
  expect(stdout).toBe("done");
  await reported(1);
  expect(up.got[0]?.body.length).toBe(100_000);
  expect(up.bytes()).not.toMatch(/expect/i);
});

test("createRequestHandler refuses before 100-continue, and no body is sent", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("done"));
  const { port, events } = await gate({ calls: [granted()], upstream: up.port });
  const text = await exchangeRaw(
    port,
    `POST /a HTTP/1.1\r\nHost: ${HOST}\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n`,
    "}\n",
  );
  expect(text.startsWith("HTTP/1.1 403 ")).toBe(true);
  expect(JSON.parse(text.split("\r\n\r\n")[1] ?? "")).toMatchObject({
    cause: "method_not_granted",
    retryable: false,
  });
  expect(events).toHaveLength(1);
  expect(up.connections()).toBe(0);
});

async function overH2(
  port: number,
  headers: Record<string, string>,
  body?: string,
): Promise<{ readonly status: number; readonly text: string; readonly headers: Record<string, unknown> }> {
  const session = connectHttp2(`https://localhost:${port}`, { ca: TEST_TLS.cert });
  try {
    const stream = session.request({ ":authority": HOST, ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const head = await new Promise<Record<string, unknown>>((resolve, reject) => {
      stream.once("response", (headers) => resolve(headers));
      stream.once("error", reject);
    });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    return { status: Number(head[":status"]), text, headers: head };
  } finally {
    session.close();
  }
}

const HTTPS = { target: { scheme: "https", port: 443, via: "connect" } } as const;
const SECURE = { scheme: "https", port: 443 } as const;

test("createRequestHandler serves HTTP/2 and speaks HTTP/2 to an upstream that negotiates it", async () => {
  const up = await upstream("h2", (request, answer) => answer.end(`over ${request.httpVersion}`));
  const { tlsPort, events, reported, dials } = await gate({
    ...HTTPS,
    calls: [granted({ ...SECURE, methods: ["POST"] })],
    upstream: up.port,
  });
  const two = await Promise.all(
    [1, 2].map((at) => overH2(tlsPort, { ":method": "POST", ":path": `/${at}`, "x-a": "b" }, "body")),
  );
  expect(two.map(({ status, text }) => [status, text])).toEqual([
    [200, "over 2.0"],
    [200, "over 2.0"],
  ]);
  await reported(2);
  expect(dials).toHaveLength(1);
  expect(up.got.map(({ headers }) => headers[":authority"])).toEqual([HOST, HOST]);
  expect(up.got[0]).toMatchObject({ method: "POST", body: Buffer.from("body") });
  expect(events.map(({ decision }) => decision)).toEqual(["allow", "allow"]);
});

test("createRequestHandler serves HTTP/2 from an upstream of HTTP/1.1, over kept connections", async () => {
  const up = await upstream("https", (request, answer) => answer.end(`over ${request.httpVersion}`));
  const { tlsPort, dials } = await gate({ ...HTTPS, calls: [granted(SECURE)], upstream: up.port });
  for (let at = 0; at < 3; at++) {
    expect(await overH2(tlsPort, { ":path": "/" })).toMatchObject({ status: 200, text: "over 1.1" });
  }
  expect(dials).toHaveLength(1);
});

test("createRequestHandler answers 421 for a foreign :authority over HTTP/2", async () => {
  const up = await upstream("h2", (_request, answer) => answer.end("x"));
  const { tlsPort, events } = await gate({ ...HTTPS, calls: [granted(SECURE)], upstream: up.port });
  const { status, text } = await overH2(tlsPort, { ":path": "/", ":authority": "other.example.com" });
  expect(status).toBe(421);
  expect(JSON.parse(text)).toMatchObject({ cause: "host_mismatch", limit: HOST });
  expect(events).toMatchObject([{ decision: "refuse", cause: "host_mismatch", status: 421, bytes_out: 0 }]);
  expect(up.connections()).toBe(0);
});

test("createRequestHandler streams events as they come", async () => {
  let write: (text: string) => void = () => undefined;
  const up = await upstream("http", (_request, answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    answer.flushHeaders();
    write = (text) => void (text === "" ? answer.end() : answer.write(text));
  });
  const { port } = await gate({ calls: [granted()], upstream: up.port });
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { host: HOST } }).catch(() => null);
  // fetch does not let a client name its host; the gate has to say so rather than guess.
  expect(response?.status).toBe(403);
  const seen: string[] = [];
  const answered = await new Promise<IncomingMessage>((resolve) =>
    request({ port, host: "127.0.0.1", path: "/s", headers: { host: HOST } }, resolve).end(),
  );
  const next = (): Promise<string> =>
    new Promise((resolve) => answered.once("data", (chunk) => resolve(String(chunk))));
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    const arrived = next();
    write(event);
    seen.push(await arrived);
  }
  write("");
  expect(seen).toEqual(["data: 1\n\n", "data: 2\n\n"]);
});

test("createRequestHandler drops Alt-Svc and hop-by-hop fields, and passes a redirect unfollowed", async () => {
  const raw = await startRawUpstream(
    'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nAlt-Svc: h3=":443"\r\nX-Gone: 1\r\nConnection: X-Gone, close\r\nProxy-Authenticate: Basic\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi',
  );
  open.push(raw);
  const { port, events, dials, reported } = await gate({ calls: [granted()], upstream: raw.port });
  const text = await exchangeRaw(port, GET);
  await reported(1);
  expect(text.split("\r\n\r\n")[0]?.split("\r\n").toSorted()).toEqual(
    [
      "HTTP/1.1 302 Found",
      "Location: http://169.254.169.254/latest",
      "Set-Cookie: a=1",
      "Set-Cookie: b=2",
      "Content-Length: 2",
      "Connection: close",
    ].toSorted(),
  );
  expect(events[0]).toMatchObject({ decision: "allow", status: 302 });
  expect(dials).toHaveLength(1);
});
