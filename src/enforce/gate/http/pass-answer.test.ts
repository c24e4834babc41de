// Large and slow traffic through the handler: byte-identical both ways, bounded in memory, ended when a side stalls or goes.
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, request as requestHttp } from "node:http";
import {
  type ClientHttp2Stream,
  connect as connectHttp2,
  createServer as createHttp2,
  type ServerHttp2Stream,
} from "node:http2";
import { request as requestHttps } from "node:https";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { spellingsOf } from "../credentials/mask-answer.ts";
import {
  type GateOptions,
  granted,
  HOST,
  listen,
  startGate,
  startRawUpstream,
  startUpstream,
  TEST_TLS,
  type TestGate,
  type Upstream,
} from "./fixtures/gate-harness.ts";
import { passAnswer } from "./pass-answer.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function pair(
  kind: Parameters<typeof startUpstream>[0],
  listener: Parameters<typeof startUpstream>[1],
  options: Partial<GateOptions> = {},
): Promise<{ readonly up: Upstream; readonly gate: TestGate }> {
  const up = await startUpstream(kind, listener);
  const place = kind === "http" ? {} : ({ scheme: "https", port: 443 } as const);
  const calls = [granted({ ...place, methods: ["GET", "POST", "PUT"] })];
  const gate = await startGate({ calls, target: place, ...options, upstream: up.port });
  open.push(up, gate);
  return { up, gate };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const BIG = randomBytes(3_000_000);

async function wholeOf(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function overHttps(gate: TestGate, method: string, body?: Uint8Array): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const asked = requestHttps(
      {
        host: "127.0.0.1",
        port: gate.tlsPort,
        servername: HOST,
        ca: TEST_TLS.cert,
        method,
        headers: { host: HOST },
      },
      resolve,
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

test("passAnswer and readBody keep large bodies byte-identical over HTTP/1.1 and TLS", async () => {
  const { up, gate } = await pair("https", (_request, answer) => answer.end(BIG));
  const answer = await overHttps(gate, "PUT", BIG);
  expect(sha256(await wholeOf(answer))).toBe(sha256(BIG));
  expect(sha256(up.got[0]?.body ?? Buffer.alloc(0))).toBe(sha256(BIG));
  await gate.reported(1);
  expect(gate.events[0]?.bytes_out).toBeGreaterThan(BIG.length);
  expect(gate.events[0]?.bytes_in).toBeGreaterThan(BIG.length);
  expect(gate.held()).toBe(0);
});

test("passAnswer and readBody keep large bodies byte-identical over HTTP/2", async () => {
  const { up, gate } = await pair("h2", (_request, answer) => answer.end(BIG));
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const stream = session.request({ ":method": "PUT", ":authority": HOST, ":path": "/big" });
  stream.end(BIG);
  expect(sha256(await wholeOf(stream))).toBe(sha256(BIG));
  session.close();
  expect(sha256(up.got[0]?.body ?? Buffer.alloc(0))).toBe(sha256(BIG));
});

test("passAnswer gives gRPC its trailers", async () => {
  const { up, gate } = await pair("h2", (_request, answer) => {
    answer.writeHead(200, { "content-type": "application/grpc" });
    answer.write("message");
    answer.addTrailers({ "grpc-status": "0" });
    answer.end();
  });
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":authority": HOST,
    ":path": "/pkg.Service/Call",
    te: "trailers",
    "content-type": "application/grpc",
  });
  const trailers = new Promise<Record<string, unknown>>((resolve) => stream.on("trailers", resolve));
  stream.end("frame");
  expect(String(await wholeOf(stream))).toBe("message");
  expect(await trailers).toMatchObject({ "grpc-status": "0" });
  expect(up.got[0]?.headers).toMatchObject({ te: "trailers" });
  session.close();
});

test("passAnswer reads no faster than the task", async () => {
  const total = 64 * 1024 * 1024;
  let written = 0;
  const { gate } = await pair("http", (_request, answer) => {
    const chunk = Buffer.alloc(64 * 1024);
    const write = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!answer.write(chunk)) return void answer.once("drain", write);
      }
      answer.end();
    };
    write();
  });
  const socket = connect(gate.port, "127.0.0.1");
  socket.pause();
  socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  // Stalled: what is under way is what the kernel's buffers and a few chunks hold.
  const seen = (): number => written;
  for (let before = -1; seen() === 0 || seen() !== before; ) {
    before = seen();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(written).toBeLessThan(total / 2);
  const got = await wholeOf(socket.resume());
  expect(got.length).toBeGreaterThan(total);
  await gate.reported(1);
  expect(gate.events).toMatchObject([{ decision: "allow" }]);
});

test("passAnswer resets an HTTP/2 stream of the task when the upstream breaks off", async () => {
  const { gate } = await pair("h2", (request, answer) => {
    answer.writeHead(200, { "content-length": "100" });
    answer.write("some");
    setTimeout(() => (request as unknown as { stream: { close(code: number): void } }).stream.close(2), 20);
  });
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const stream = session.request({ ":authority": HOST, ":path": "/" });
  await expect(wholeOf(stream)).rejects.toThrow();
  session.destroy();
  await gate.reported(1);
  expect(gate.events).toMatchObject([{ decision: "error", cause: "upstream_lied", status: 200 }]);
});

test("passAnswer drops informational answers and passes the final one", async () => {
  const { gate } = await pair("http", (_request, answer) => {
    answer.writeEarlyHints({ link: "</style.css>; rel=preload" });
    answer.end("final");
  });
  const answered = await new Promise<IncomingMessage>((resolve) =>
    requestHttp({ host: "127.0.0.1", port: gate.port, headers: { host: HOST } }, resolve).end(),
  );
  expect(answered.statusCode).toBe(200);
  expect(String(await wholeOf(answered))).toBe("final");
});

test("passAnswer keeps an encoded answer as it is where no credential is masked", async () => {
  const { up, gate } = await pair("http", (_request, answer) => {
    answer.writeHead(200, { "content-encoding": "br", etag: '"x"' });
    answer.end(BIG.subarray(0, 1000));
  });
  const answered = await new Promise<IncomingMessage>((resolve) =>
    requestHttp(
      { host: "127.0.0.1", port: gate.port, headers: { host: HOST, "accept-encoding": "br" } },
      resolve,
    ).end(),
  );
  expect(answered.headers).toMatchObject({ "content-encoding": "br", etag: '"x"' });
  expect(answered.headers["date"]).toBeDefined();
  expect(sha256(await wholeOf(answered))).toBe(sha256(BIG.subarray(0, 1000)));
  expect(up.got[0]?.headers).toMatchObject({ "accept-encoding": "br" });
});

test("createRequestHandler leaves one record for each of many streams that are reset at once", async () => {
  const { gate } = await pair("h2", (_request, answer) => void setTimeout(() => answer.end("late"), 50));
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  session.on("error", () => undefined);
  const streams = Array.from({ length: 40 }, (_, at) =>
    session.request({ ":authority": HOST, ":path": `/${at}` }).on("error", () => undefined),
  );
  await new Promise((resolve) => streams[39]?.once("ready", resolve));
  for (const [at, stream] of streams.entries()) if (at % 2 === 0) stream.close(8);
  await gate.reported(40);
  await new Promise((resolve) => setTimeout(resolve, 200));
  session.destroy();
  expect(gate.events).toHaveLength(40);
  const causes = Map.groupBy(gate.events, ({ cause }) => cause ?? "none");
  expect([...causes.keys()].toSorted()).toEqual(["client_closed", "none"]);
  expect(gate.held()).toBe(0);
});

test("createRequestHandler ends HTTP/2 streams when the task ends, each with its record", async () => {
  const { up, gate } = await pair("h2", () => undefined);
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  session.on("error", () => undefined);
  const streams = [1, 2, 3].map((at) =>
    session.request({ ":authority": HOST, ":path": `/${at}` }).on("error", () => undefined),
  );
  const closed = Promise.all(
    streams.map((stream) => new Promise((resolve) => stream.once("close", resolve))),
  );
  while (up.got.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  gate.end();
  await closed;
  session.destroy();
  await gate.reported(3);
  expect(gate.events.map(({ decision, cause }) => [decision, cause])).toEqual([
    ["error", "task_ended"],
    ["error", "task_ended"],
    ["error", "task_ended"],
  ]);
});

test("passAnswer ends the upstream's answer when it cannot be passed on", async () => {
  const body = new Readable({ read: () => undefined });
  const server = createServer((_request, answer) => {
    const from = { status: 200, fields: [], body, trailers: () => [], headBytes: 0 };
    const take = (): boolean => {
      throw new Error("a fault of ours");
    };
    const passing = { method: "GET", credentialed: false, spellings: spellingsOf([]), take, watch: null };
    void passAnswer(from, answer, passing).then((cause) => answer.end(cause));
  });
  open.push({ close: () => new Promise((resolve) => void server.close(() => resolve())) });
  const answer = await fetch(`http://127.0.0.1:${await listen(server)}/`);
  expect(await answer.text()).toBe("upstream_failed");
  expect(body.destroyed).toBe(true);
});

test("passAnswer ends the upstream's answer when its head has no place in HTTP/2", async () => {
  const up = await startRawUpstream("HTTP/1.1 999 Odd\r\nContent-Length: 1000\r\n\r\nsome", (socket) => {
    socket.once("close", () => ended.resolve(true));
  });
  const ended = Promise.withResolvers<boolean>();
  const gate = await startGate({ calls: [granted()], upstream: up.port });
  open.push(up, gate);
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const stream = session.request({ ":authority": HOST, ":scheme": "http", ":path": "/" });
  expect(String(await wholeOf(stream))).toContain('"cause":"upstream_lied"');
  session.close();
  expect(await ended.promise).toBe(true);
});

/** An HTTP/2 upstream that promises `promised` bytes and sends "whole" without ending, passed on to a task over HTTP/1.1. */
async function heldBack(promised: number): Promise<{
  readonly upstream: ServerHttp2Stream;
  readonly task: Socket;
  /** Resolves with all that the task got when it has every byte of the body that was sent. */
  readonly got: Promise<string>;
  readonly cause: Promise<string | null>;
}> {
  const server = createHttp2();
  const asked = new Promise<ServerHttp2Stream>((resolve) => void server.once("stream", resolve));
  const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
  const stream = session.request({ ":path": "/" });
  const upstream = await asked;
  upstream.on("error", () => undefined);
  upstream.respond({ ":status": 200, "content-length": String(promised) });
  upstream.write("whole");
  const cause = Promise.withResolvers<string | null>();
  const front = createServer((_request, answer) => {
    const fields = [["content-length", String(promised)]] as const;
    const from = { status: 200, fields, body: stream, trailers: () => [], headBytes: 0 };
    const passing = { method: "GET", credentialed: false, spellings: spellingsOf([]), watch: null };
    void passAnswer(from, answer, { ...passing, take: () => true }).then(cause.resolve, cause.reject);
  });
  const task = connect(await listen(front), "127.0.0.1");
  open.push({
    close: async () => {
      task.destroy();
      session.destroy();
      await Promise.all([server, front].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  });
  let text = "";
  const got = new Promise<string>((resolve) => {
    task.on("data", (chunk) => {
      text += String(chunk);
      if (text.endsWith("whole")) resolve(text);
    });
  });
  task.write("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  return { upstream, task, got, cause: cause.promise };
}

/** Who closes first once every byte that was sent has come to the task. */
const CLOSERS = {
  "the task": ({ task }) => task.destroy(),
  "the upstream, by its end,": ({ upstream }) => upstream.end(),
  "the upstream, by a reset,": ({ upstream }) => upstream.close(2),
  "the upstream, with its connection,": ({ upstream }) => upstream.session?.destroy(),
} as const satisfies Record<
  string,
  (held: Pick<Awaited<ReturnType<typeof heldBack>>, "task" | "upstream">) => void
>;

test.each(Object.entries(CLOSERS))(
  "passAnswer tells of a whole answer where %s closes first and the end was held back",
  async (_who, close) => {
    const held = await heldBack(5);
    expect(await held.got).toContain("content-length: 5");
    close(held);
    expect(await held.cause).toBeNull();
  },
);

test.each([
  ["the task", "client_closed"],
  ["the upstream, by its end,", "upstream_lied"],
  ["the upstream, by a reset,", "upstream_lied"],
] as const)("passAnswer tells of a cut answer where %s closes a byte too early", async (who, cause) => {
  const held = await heldBack(6);
  await held.got;
  CLOSERS[who](held);
  expect(await held.cause).toBe(cause);
});

test("passAnswer reads what an upstream over HTTP/2 sent before both sides closed the stream", async () => {
  const body = "whole ".repeat(2000);
  const server = createHttp2().on("stream", (upstream) => {
    upstream.respond({ ":status": 200 });
    upstream.end(body);
  });
  const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
  const stream = session.request({ ":path": "/" }, { endStream: true });
  // All of it is here, and the stream is closed, before anybody reads.
  while (!stream.closed) await new Promise((resolve) => setImmediate(resolve));
  const cause = Promise.withResolvers<string | null>();
  const front = createServer((_request, answer) => {
    const from = { status: 200, fields: [], body: stream, trailers: () => [], headBytes: 0 };
    const passing = { method: "GET", credentialed: false, spellings: spellingsOf([]), watch: null };
    void passAnswer(from, answer, { ...passing, take: () => true }).then(cause.resolve, cause.reject);
  });
  open.push({
    close: async () => {
      session.destroy();
      await Promise.all([server, front].map((each) => new Promise((resolve) => each.close(resolve))));
    },
  });
  const answer = await fetch(`http://127.0.0.1:${await listen(front)}/`);
  expect(await answer.text()).toBe(body);
  expect(await cause.promise).toBeNull();
});
