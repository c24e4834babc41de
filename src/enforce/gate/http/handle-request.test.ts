// Requests that fail, are cut, run out of their grant or lose a side: what the task is told, and the one record of each.
import { connect } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  exchangeRaw,
  type GateOptions,
  granted,
  HOST,
  startGate,
  startRawUpstream,
  startUpstream,
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

test.each([
  ["a short answer", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "upstream_lied"],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "upstream_lied"],
  [
    "a length and chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "upstream_lied",
  ],
  [
    "chunks without an end",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "upstream_failed",
  ],
  ["no answer", "", "upstream_failed"],
  ["not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "upstream_lied"],
])("createRequestHandler tells the task of an upstream with %s", async (_name, bytes, cause) => {
  const raw = await startRawUpstream(bytes);
  open.push(raw);
  const { port, events, reported } = await gate({ calls: [granted()], upstream: raw.port });
  const text = await exchangeRaw(port, GET.replace("Connection: close\r\n", ""), "}\n");
  await reported(1);
  expect(events).toMatchObject([{ decision: "error", cause }]);
  // Cut short, or told: never an answer that looks whole.
  if (text.includes("502")) expect(text).toContain(`"cause":"${cause}"`);
  else expect(text.endsWith("0\r\n\r\n")).toBe(false);
});

test("createRequestHandler never passes on what an upstream says beyond its length", async () => {
  const raw = await startRawUpstream(
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    () => undefined,
  );
  open.push(raw);
  const { port, events, reported } = await gate({ calls: [granted()], upstream: raw.port });
  const first = await exchangeRaw(port, GET);
  await reported(1);
  expect(first.endsWith("\r\n\r\nhi")).toBe(true);
  expect(first).not.toContain("poison");
  expect(events).toHaveLength(1);
});

test.each([
  ["name_not_found", 502, "error"],
  ["address_not_permitted", 403, "refuse"],
  ["certificate_invalid", 502, "error"],
  ["pin_mismatch", 403, "refuse"],
  ["timed_out", 504, "error"],
] as const)("createRequestHandler answers a dial that fails with %s", async (cause, status, decision) => {
  const { port, events } = await gate({
    calls: [granted()],
    upstream: 1,
    dialFailure: { cause, measured: "seen", retryable: true },
  });
  const text = await exchangeRaw(port, GET);
  expect(text).toContain(`HTTP/1.1 ${status}`);
  expect(JSON.parse(text.split("\r\n\r\n")[1] ?? "")).toMatchObject({
    cause,
    measured: "seen",
    retryable: true,
  });
  expect(events).toMatchObject([{ decision, cause, status, bytes_in: 0 }]);
});

test("createRequestHandler cuts an answer that is over the grant", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("y".repeat(200_000)));
  const { port, events, reported } = await gate({
    calls: [granted({ bytes_in_max: 1000 })],
    upstream: up.port,
  });
  const text = await exchangeRaw(port, GET);
  await reported(1);
  expect(text.length).toBeLessThan(200_000);
  expect(events).toMatchObject([{ decision: "error", cause: "answer_over_limit" }]);
});

test("createRequestHandler gives fifty requests at once exactly what was granted", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, events, state, reported } = await gate({
    calls: [granted({ requests_max: 7 })],
    upstream: up.port,
  });
  const texts = await Promise.all(Array.from({ length: 50 }, async () => await exchangeRaw(port, GET)));
  await reported(50);
  expect(texts.filter((text) => text.includes(" 200 "))).toHaveLength(7);
  expect(up.got).toHaveLength(7);
  expect(state.used.calls[0]?.requests).toBe(7);
  expect(events.filter(({ cause }) => cause === "requests_over_limit")).toHaveLength(43);
});

test("createRequestHandler counts the URL and the fields as bytes out, before they leave", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, events } = await gate({ calls: [granted({ bytes_out_max: 300 })], upstream: up.port });
  expect(await exchangeRaw(port, GET.replace("/a", `/${"q".repeat(300)}`))).toContain("bytes_over_limit");
  expect(await exchangeRaw(port, GET.replace("Host", `X: ${"q".repeat(300)}\r\nHost`))).toContain(
    "bytes_over_limit",
  );
  expect(up.connections()).toBe(0);
  expect(events.map(({ bytes_out }) => bytes_out)).toEqual([0, 0]);
});

test("createRequestHandler ends everything when the task ends", async () => {
  const up = await upstream("http", () => undefined);
  const { port, events, end, reported } = await gate({ calls: [granted()], upstream: up.port });
  const hanging = exchangeRaw(port, GET);
  while (up.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  end();
  expect(await hanging).toBe("");
  await reported(1);
  expect(events).toMatchObject([{ decision: "error", cause: "task_ended" }]);
});

test("createRequestHandler ends the upstream request when the task hangs up", async () => {
  let closed: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const up = await upstream("http", (request) => void request.socket.once("close", closed));
  const { port, events, reported } = await gate({ calls: [granted()], upstream: up.port });
  const socket = connect(port, "127.0.0.1");
  socket.write(GET);
  while (up.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.destroy();
  await gone;
  await reported(1);
  expect(events).toMatchObject([{ decision: "error", cause: "client_closed" }]);
});

test("createRequestHandler reports an upload that breaks off, and gives its buffer back", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, events, reported, held } = await gate({
    calls: [granted({ methods: ["POST"] })],
    upstream: up.port,
  });
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 100\r\n\r\nsome`);
  while (held() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.destroy();
  await reported(1);
  expect(events).toMatchObject([{ decision: "error", cause: "client_closed" }]);
  expect(held()).toBe(0);
  expect(up.connections()).toBe(0);
});

test("createRequestHandler counts the methods of one grant together, and takes no other", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, events } = await gate({
    calls: [granted({ methods: ["GET", "POST"], requests_max: 2 })],
    upstream: up.port,
  });
  for (const method of ["DELETE", "POST", "GET", "POST"])
    await exchangeRaw(
      port,
      `${method} / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  expect(events.map(({ method, cause }) => [method, cause])).toEqual([
    ["DELETE", "method_not_granted"],
    ["POST", null],
    ["GET", null],
    ["POST", "requests_over_limit"],
  ]);
});

test("createRequestHandler refuses a body that finds no buffer, as one that may pass later", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, held } = await gate({
    calls: [granted({ methods: ["POST"] })],
    upstream: up.port,
    bufferMax: 10,
  });
  const text = await exchangeRaw(
    port,
    `POST / HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 11\r\nConnection: close\r\n\r\nhello world`,
  );
  expect(text).toContain('"cause":"buffered_over_limit"');
  expect(text).toContain('"retryable":true');
  expect(held()).toBe(0);
});

test("createRequestHandler refuses with a scanner that throws", async () => {
  const up = await upstream("http", (_request, answer) => answer.end("x"));
  const { port, events } = await gate({
    calls: [granted()],
    upstream: up.port,
    scanner: {
      judge: () => {
        throw new Error("broken");
      },
      own: () => undefined,
    },
  });
  expect(await exchangeRaw(port, GET)).toContain('"cause":"gate_failed"');
  expect(events).toMatchObject([{ decision: "error", cause: "gate_failed" }]);
  expect(up.connections()).toBe(0);
});
