// serveTask with real sockets and real clients: what is granted reaches the handler, and what bounds and ends a task.
import { once } from "node:events";
import { connect as connectH2, constants } from "node:http2";
import { connect } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { curl, secure, tunnel } from "./fixtures/clients.ts";
import {
  call,
  type Granted,
  type SeenRequest,
  type ServedFixture,
  serveFixture,
  talk,
} from "./fixtures/served-task.ts";

const API = "api.example.com";
let served: ServedFixture | null = null;
afterEach(async () => {
  await served?.stop();
  served = null;
});
async function serve(granted: Granted): Promise<ServedFixture> {
  served = await serveFixture(granted);
  return served;
}

function seen(text: string): SeenRequest {
  return JSON.parse(text) as SeenRequest;
}

describe("serveTask: what is granted", () => {
  it.each([
    ["--http1.1", "1.1"],
    ["--http2", "2.0"],
  ])("gives curl %s through CONNECT to the handler", async (flag, version) => {
    const task = await serve({ calls: [call({ host: API })] });
    const proxy = `http://127.0.0.1:${task.proxyPort}`;
    const body = "x".repeat(3000);
    const { code, stdout } = await curl(
      flag,
      "--cacert",
      task.rootFile,
      "-x",
      proxy,
      "-d",
      body,
      `https://${API}/v1/a?b=c`,
    );
    expect(code).toBe(0);
    const target = { scheme: "https", host: API, port: 443, via: "connect" };
    expect(seen(stdout)).toEqual({ target, method: "POST", url: "/v1/a?b=c", version, body });
    // Requests are recorded by whoever judges them.
    expect(task.events).toEqual([]);
  });

  it("gives an absolute-form request to the handler, several on one connection", async () => {
    const task = await serve({ calls: [call({ host: "node.internal", scheme: "http", port: 8080 })] });
    const proxy = `http://127.0.0.1:${task.proxyPort}`;
    const url = "http://NODE.internal:8080/x?y";
    const { stdout } = await curl("-x", proxy, url, url, "-H", "Expect: 100-continue", "-d", "abc");
    expect(stdout.match(/"abc"/g)).toHaveLength(2);
    expect(task.requests.map(({ target }) => target)).toEqual([
      { scheme: "http", host: "node.internal", port: 8080, via: "proxy" },
      { scheme: "http", host: "node.internal", port: 8080, via: "proxy" },
    ]);
  });

  it("takes a hello and a request in single bytes", async () => {
    const task = await serve({ calls: [call({ host: "a.test", scheme: "http", port: 80 })] });
    const text = "GET http://a.test/one HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
    const answer = await talk(task.proxyPort, Array.from(text));
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
    expect(task.requests).toHaveLength(1);
  });

  it("serves a captured connection to a synthetic address, TLS and plain", async () => {
    const task = await serve({
      calls: [call({ host: API }), call({ host: API, scheme: "http", port: 80 })],
      capture: [443, 80],
    });
    task.dialled = "::ffff:198.18.0.1";
    const https = await curl(
      "--cacert",
      task.rootFile,
      "--connect-to",
      `${API}:443:127.0.0.1:${task.capturePort(443)}`,
      `https://${API}/t`,
    );
    expect(seen(https.stdout).target).toEqual({ scheme: "https", host: API, port: 443, via: "transparent" });
    const http = await curl("--connect-to", `${API}:80:127.0.0.1:${task.capturePort(80)}`, `http://${API}/p`);
    expect(seen(http.stdout).target).toEqual({ scheme: "http", host: API, port: 80, via: "transparent" });
  });

  it("serves a captured connection to any other address by the name that it says", async () => {
    const task = await serve({
      calls: [call({ host: API }), call({ host: API, scheme: "http", port: 80 })],
      capture: [443, 80],
    });
    task.dialled = "93.184.216.34";
    const to = `${API}:443:127.0.0.1:${task.capturePort(443)}`;
    const https = await curl("--cacert", task.rootFile, "--connect-to", to, `https://${API}/t`);
    expect(seen(https.stdout).target).toEqual({ scheme: "https", host: API, port: 443, via: "transparent" });
    const answer = await talk(task.capturePort(80), [
      "GET /h HTTP/1.1\r\nHost: API.example.com.\r\nConnection: close\r\n\r\n",
    ]);
    expect(answer).toContain('"host":"api.example.com"');
  });

  it("serves an address that is granted as such, by TLS without a server name", async () => {
    const task = await serve({ calls: [call({ host: "10.1.2.3", port: 8443 })], capture: [8443] });
    task.dialled = "10.1.2.3";
    const inside = await secure(connect(task.capturePort(8443), "127.0.0.1"), {
      ca: task.root,
      host: "10.1.2.3",
    });
    expect(inside).not.toBeInstanceOf(Error);
    const stream = inside as TLSSocket;
    stream.write("GET /ip HTTP/1.1\r\nHost: 10.1.2.3:8443\r\nConnection: close\r\n\r\n");
    const [answer] = (await once(stream, "data")) as [Buffer];
    expect(answer.toString()).toContain('"host":"10.1.2.3"');
  });

  it("gives every stream of an HTTP/2 connection to the handler", async () => {
    const task = await serve({ calls: [call({ host: API })] });
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const session = connectH2(`https://${API}`, {
      createConnection: () => connectTls({ socket, servername: API, ca: task.root, ALPNProtocols: ["h2"] }),
    });
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const stream = session.request({ ":path": `/${at}` });
        const [headers] = (await once(stream, "response")) as [Record<string, number>];
        stream.resume();
        await once(stream, "end");
        return headers[constants.HTTP2_HEADER_STATUS];
      }),
    );
    expect(statuses).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(task.requests.map(({ url }) => url)).size).toBe(50);
    session.destroy();
  });
});

describe("serveTask: bounds and end", () => {
  it("closes every listener after a thousand refusals, with one last record", async () => {
    const task = await serve({ calls: [call({ host: API })], capture: [22] });
    task.dialled = "10.0.0.1";
    const port = task.capturePort(22);
    for (let at = 0; at < 20; at++) {
      await Promise.all(Array.from({ length: 50 }, () => talk(port, [])));
    }
    const events = await task.told(1000);
    await task.task.end();
    expect(events).toHaveLength(1000);
    expect(events.at(-1)).toMatchObject({ decision: "refuse", cause: "refusals_over_limit" });
    expect(events.filter(({ cause }) => cause === "refusals_over_limit")).toHaveLength(1);
    const socket = connect(task.proxyPort, "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });

  it("closes what is open when the task ends, without a record of its own, and end resolves again", async () => {
    const task = await serve({ calls: [call({ host: API })], capture: [443] });
    const idle = connect(task.proxyPort, "127.0.0.1");
    await once(idle, "connect");
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const inside = (await secure(socket, { servername: API, ca: task.root })) as TLSSocket;
    const closed = Promise.all([once(idle, "close"), once(inside, "close")]);
    task.abort();
    await closed;
    await task.task.end();
    await task.task.end();
    expect(task.events).toEqual([]);
  });

  it("waits at the end for what is still being judged", async () => {
    let release = (): void => undefined;
    let began = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      began = resolve;
    });
    const task = await serve({
      calls: [call({ host: "a.test", scheme: "http", port: 80 })],
      handle: () => {
        began();
        return new Promise((resolve) => {
          release = resolve;
        });
      },
    });
    const talking = talk(task.proxyPort, ["GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"]);
    await started;
    let ended = false;
    const end = (async (): Promise<void> => {
      await task.task.end();
      ended = true;
    })();
    await talking;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).toBe(false);
    release();
    await end;
    expect(ended).toBe(true);
  });

  it("refuses a head that never ends, in clear and in TLS, and one that is too large", async () => {
    const task = await serve({
      calls: [call({ host: "a.test", scheme: "http", port: 80 }), call({ host: API })],
    });
    const start = "GET http://a.test/ HTTP/1.1\r\nX: y\r\n";
    const slow = talk(task.proxyPort, [start]);
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const inside = (await secure(socket, { servername: API, ca: task.root })) as TLSSocket;
    inside.write("GET / HTTP/1.1\r\nX: y\r\n");
    const answer = once(inside, "data");
    const large = await talk(task.proxyPort, [`${start}Y: ${"y".repeat(40_000)}\r\n\r\n`]);
    expect(large).toMatch(/^HTTP\/1.1 403 [\s\S]*head_over_limit/);
    expect(await slow).toMatch(/^HTTP\/1.1 403 [\s\S]*too_slow/);
    expect(String(((await answer) as [Buffer])[0])).toMatch(/^HTTP\/1.1 403 [\s\S]*too_slow/);
    const causes = (await task.told(3)).map(({ cause }) => cause);
    expect(causes).toEqual(["head_over_limit", "too_slow", "too_slow"]);
  });
});
