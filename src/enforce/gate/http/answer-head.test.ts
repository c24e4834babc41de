// Answers that never come to their head: it drips, or informational ones go on and on. Over both HTTPs, with real upstreams.
import { connect as connectHttp2 } from "node:http2";
import { afterEach, expect, test, vi } from "vitest";
import { ANSWER_HEAD_TIMEOUT, INFORMATIONAL_MAX } from "./bounds.ts";
import {
  exchangeRaw,
  granted,
  HOST,
  startGate,
  startRawUpstream,
  startUpstream,
  TEST_TLS,
} from "./fixtures/gate-harness.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const one of open.splice(0).reverse()) await one.close();
});

const GET = `GET /a HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;
const HINT = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
const FINAL = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test("informational answers count towards what came in, up to a bound", async () => {
  const up = await startRawUpstream(HINT.repeat(INFORMATIONAL_MAX) + FINAL);
  const gate = await startGate({ calls: [granted()], upstream: up.port });
  open.push(up, gate);
  expect(await exchangeRaw(gate.port, GET)).toMatch(/^HTTP\/1\.1 200 [^]*ok/);
  await gate.reported(1);
  expect(gate.events).toMatchObject([{ decision: "allow" }]);
  expect(gate.events[0]?.bytes_in).toBeGreaterThan(
    INFORMATIONAL_MAX * "link: </style.css>; rel=preload".length,
  );
});

test("one informational answer too many is a lie, over HTTP/1.1", async () => {
  const up = await startRawUpstream(HINT.repeat(INFORMATIONAL_MAX + 1) + FINAL);
  const gate = await startGate({ calls: [granted()], upstream: up.port });
  open.push(up, gate);
  expect(await exchangeRaw(gate.port, GET, "}\n")).toContain('"cause":"upstream_lied"');
  await gate.reported(1);
  expect(gate.events).toMatchObject([{ decision: "error", cause: "upstream_lied" }]);
  expect(up.connections()).toBe(1);
});

test("one informational answer too many is a lie, over HTTP/2", async () => {
  const up = await startUpstream("h2", (request, answer) => {
    const { stream } = request as unknown as { stream: { additionalHeaders(fields: object): void } };
    const hints = request.url === "/few" ? INFORMATIONAL_MAX : INFORMATIONAL_MAX + 1;
    for (let at = 0; at < hints; at++) stream.additionalHeaders({ ":status": 103, link: "</a>" });
    answer.end("ok");
  });
  const target = { scheme: "https", port: 443 } as const;
  const gate = await startGate({ calls: [granted(target)], target, upstream: up.port });
  open.push(up, gate);
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const answers = await Promise.all(
    ["/few", "/many"].map(async (path) => {
      const chunks: Buffer[] = [];
      for await (const chunk of session.request({ ":authority": HOST, ":path": path }))
        chunks.push(chunk as Buffer);
      return String(Buffer.concat(chunks));
    }),
  );
  session.close();
  expect(answers[0]).toBe("ok");
  expect(answers[1]).toContain('"cause":"upstream_lied"');
});

test("a head that drips ends when its time is over, whatever the pauses", async () => {
  const up = await startRawUpstream("HTTP/1.1 200 OK\r\nX-Slow: a", () => undefined);
  const gate = await startGate({ calls: [granted()], upstream: up.port });
  open.push(up, gate);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const answered = exchangeRaw(gate.port, GET, "}\n");
  while (!up.bytes().includes("\r\n\r\n")) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(ANSWER_HEAD_TIMEOUT + 1);
  expect(await answered).toContain('"cause":"timed_out"');
});
