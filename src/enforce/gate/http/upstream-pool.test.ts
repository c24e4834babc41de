// Connections kept between requests: for whom they are shared, and what happens when the upstream hangs up in between.
import { connect as connectHttp2 } from "node:http2";
import { afterEach, expect, test } from "vitest";
import { granted, HOST, startGate, startUpstream, TEST_TLS, type TestGate } from "./fixtures/gate-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const SECURE = { scheme: "https", port: 443 } as const;

async function statusOf(gate: TestGate, path: string): Promise<unknown> {
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  try {
    const stream = session.request({ ":authority": HOST, ":path": path });
    return await new Promise((resolve, reject) => {
      stream.on("response", (headers) => resolve(headers[":status"]));
      stream.on("error", reject);
      stream.resume();
    });
  } finally {
    session.close();
  }
}

test("UpstreamPool opens one HTTP/2 session for many requests, and another after the upstream closed it", async () => {
  const sessions: { close(): void; destroy(): void }[] = [];
  const up = await startUpstream("h2", (request, answer) => {
    const { session } = (request as unknown as { stream: { session: { close(): void; destroy(): void } } })
      .stream;
    if (!sessions.includes(session)) sessions.push(session);
    answer.end("x");
  });
  const gate = await startGate({ target: SECURE, calls: [granted(SECURE)], upstream: up.port });
  open.push(up, gate);
  expect(await Promise.all(["/1", "/2", "/3"].map((path) => statusOf(gate, path)))).toEqual([200, 200, 200]);
  expect(sessions).toHaveLength(1);
  sessions[0]?.close();
  expect(await statusOf(gate, "/4")).toBe(200);
  sessions[1]?.destroy();
  expect(await statusOf(gate, "/5")).toBe(200);
  await gate.reported(5);
  expect(gate.events.every(({ decision }) => decision === "allow")).toBe(true);
});

test("UpstreamPool repeats a GET whose session ended in between", async () => {
  let count = 0;
  const up = await startUpstream("h2", (request, answer) => {
    count++;
    const { session } = (request as unknown as { stream: { session: { destroy(): void } } }).stream;
    if (count === 2) session.destroy();
    else answer.end("x");
  });
  const calls = [granted(SECURE), granted({ ...SECURE, methods: ["POST"] })];
  const gate = await startGate({ target: SECURE, calls, upstream: up.port });
  open.push(up, gate);
  expect(await statusOf(gate, "/1")).toBe(200);
  expect(await statusOf(gate, "/2")).toBe(200);
  expect(count).toBe(3);
  await gate.reported(2);
  expect(gate.state.used.calls[0]?.requests).toBe(3);
});

test("UpstreamPool shares no connection between addresses, authorities or credentials", async () => {
  const up = await startUpstream("http", (_request, answer) => answer.end("x"));
  const calls = [
    granted({ path: "/a", address: "127.0.0.1" }),
    granted({ path: "/b", address: "127.0.0.2" }),
    granted({ path: "/c", ca: "PEM" }),
    granted({ path: "/d" }),
  ];
  const gate = await startGate({ calls, upstream: up.port });
  open.push(up, gate);
  const { exchangeRaw } = await import("./fixtures/gate-harness.ts");
  for (const path of ["/a", "/b", "/c", "/d", "/a", "/b", "/c", "/d"]) {
    const text = await exchangeRaw(
      gate.port,
      `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toContain(" 200 ");
  }
  expect(gate.dials.map(({ address, ca }) => [address, ca])).toEqual([
    ["127.0.0.1", null],
    ["127.0.0.2", null],
    [null, "PEM"],
    [null, null],
  ]);
});
