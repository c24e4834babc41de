// A request's whole way: a real client, serveTask, the judging of requests, createDial and a real upstream over TLS.
import { once } from "node:events";
import { createServer as createPlain } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { createLeaves } from "../certificates/leaves.ts";
import { createRoot } from "../certificates/root.ts";
import { createDial } from "../dial/dial.ts";
import { createRequestHandler } from "../http/serve-requests.ts";
import { testScanner } from "../scan/fixtures/test-scanner.ts";
import { curl, secure, tunnel } from "./fixtures/clients.ts";
import { call, type ServedFixture, serveFixture } from "./fixtures/served-task.ts";

const API = "api.example.com";
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** An upstream that says what reached it, proved by a root of its own. */
async function upstream(): Promise<{
  readonly port: number;
  readonly ca: string;
  readonly reached: string[];
}> {
  const root = createRoot();
  const reached: string[] = [];
  const server = createSecureServer({ ...createLeaves(root.issue([API])).pair(API), allowHTTP1: true });
  server.on("request", (request, answer) => {
    reached.push(`${request.httpVersion} ${request.method} ${request.url}`);
    request.resume();
    request.on("end", () => answer.end("from upstream"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => void server.close());
  return { port: (server.address() as AddressInfo).port, ca: root.certificate, reached };
}

async function serve(): Promise<{
  readonly task: ServedFixture;
  readonly port: number;
  readonly reached: readonly string[];
}> {
  const { port, ca, reached } = await upstream();
  const calls = ["GET", "POST"].map((method) =>
    call({ host: API, port, methods: [method], path: "/v1", address: "127.0.0.1", ca }),
  );
  const task = await serveFixture({
    calls,
    handler: (state) => createRequestHandler(state, createDial(), testScanner()),
  });
  stops.push(() => task.stop());
  return { task, port, reached };
}

describe("serveTask with createRequestHandler and createDial", () => {
  it.each(["--http1.1", "--http2"])(
    "passes what is granted by curl %s, refuses the rest, one record each",
    async (flag) => {
      const { task, port, reached } = await serve();
      const common = [flag, "--cacert", task.rootFile, "-x", `http://127.0.0.1:${task.proxyPort}`];
      expect(await curl(...common, `https://${API}:${port}/v1/a`, "-d", "text")).toMatchObject({
        code: 0,
        stdout: "from upstream",
      });
      const refused = await curl(...common, `https://${API}:${port}/v2`, "-w", "%{http_code}");
      expect(refused.stdout).toMatch(/path_not_granted[\s\S]*403$/);
      expect(reached).toHaveLength(1);
      expect(reached[0]).toContain("POST /v1/a");
      expect(await task.told(2)).toMatchObject([
        { decision: "allow", via: "connect", host: API, port, method: "POST", path: "/v1/a", status: 200 },
        {
          decision: "refuse",
          via: "connect",
          host: API,
          port,
          method: "GET",
          path: "/v2",
          cause: "path_not_granted",
        },
      ]);
      await task.stop();
      expect(task.events).toHaveLength(2);
    },
  );

  it("passes a proxied plain request to a pinned place, several on one connection", async () => {
    const server = createPlain((request, answer) => {
      answer.end(`plain ${request.method} ${request.url} of ${request.headers.host}`);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    stops.push(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const task = await serveFixture({
      calls: [call({ host: "node.internal", scheme: "http", port, address: "127.0.0.1" })],
      handler: (state) => createRequestHandler(state, createDial(), testScanner()),
    });
    stops.push(() => task.stop());
    const url = `http://node.internal:${port}/x?y`;
    const { stdout } = await curl("-x", `http://127.0.0.1:${task.proxyPort}`, url, url);
    expect(stdout).toBe(`plain GET /x?y of node.internal:${port}`.repeat(2));
    expect(await task.told(2)).toMatchObject([
      { decision: "allow", via: "proxy", host: "node.internal", port, path: "/x", status: 200 },
      { decision: "allow", via: "proxy", host: "node.internal", port, path: "/x", status: 200 },
    ]);
  });

  it("refuses a WebSocket", async () => {
    const { task, port, reached } = await serve();
    const { socket } = await tunnel(task.proxyPort, `${API}:${port}`);
    const inside = (await secure(socket, { servername: API, ca: task.root })) as TLSSocket;
    inside.write(
      `GET /v1 HTTP/1.1\r\nHost: ${API}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [answer] = (await once(inside, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 403 /);
    expect(await task.told(1)).toMatchObject([{ decision: "refuse", cause: "upgrade_refused", host: API }]);
    expect(reached).toEqual([]);
  });
});
