// serveTask against clients that mean to break it: hellos in pieces, silence, floods, resets, broken HTTP/2. Whatever they
// do, the next client is served.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { buildHello, helloOf, nodeClient, serverNames } from "../first-bytes/fixtures/hellos.ts";
import { CONNECTIONS_MAX } from "./bounds.ts";
import { curl, secure, tunnel } from "./fixtures/clients.ts";
import { call, portOf, type ServedFixture, serveFixture, talk } from "./fixtures/served-task.ts";

const API = "api.example.com";
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(capture: readonly number[] = []): Promise<ServedFixture> {
  const task = await serveFixture({ calls: [call({ host: API })], capture });
  stops.push(() => task.stop());
  return task;
}

/** Whether an honest client is served now. */
async function serves(task: ServedFixture): Promise<void> {
  const { code } = await curl(
    "--cacert",
    task.rootFile,
    "-x",
    `http://127.0.0.1:${task.proxyPort}`,
    `https://${API}/next`,
  );
  expect(code).toBe(0);
}

/** A relay that passes each byte on alone. */
async function inPieces(port: number): Promise<number> {
  const server = createServer((socket: Socket) => {
    const onward = connect(port, "127.0.0.1");
    onward.setNoDelay(true);
    stops.push(() => void onward.destroy());
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
    onward.pipe(socket);
    const queue: number[] = [];
    let running = false;
    const next = (): void => {
      const byte = queue.shift();
      running = byte !== undefined;
      if (byte === undefined || onward.destroyed) return;
      onward.write(Buffer.of(byte));
      setImmediate(next);
    };
    socket.on("data", (chunk) => {
      queue.push(...chunk);
      if (!running) next();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(() => void server.close());
  return portOf(server);
}

describe("serveTask before hostile clients", () => {
  it("serves a client whose every byte comes alone: CONNECT, hello, request", async () => {
    const task = await serve();
    const port = await inPieces(task.proxyPort);
    const { code, stdout } = await curl(
      "--cacert",
      task.rootFile,
      "-x",
      `http://127.0.0.1:${port}`,
      `https://${API}/slow`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("/slow");
    expect(task.events).toEqual([]);
  });

  it("ends a hello that stops in the middle, and one with two names", async () => {
    const task = await serve([443]);
    task.dialled = "198.18.0.1";
    const hello = await helloOf(nodeClient({ servername: API }));
    const half = connect(task.capturePort(443), "127.0.0.1");
    half.write(hello.subarray(0, 100));
    expect(await talk(task.capturePort(443), [buildHello([serverNames(API, "evil.test")])])).toBe("");
    await once(half, "close");
    expect(await task.told(2)).toMatchObject([
      { cause: "opaque_bytes", host: API },
      { cause: "too_slow", host: API },
    ]);
    await serves(task);
  });

  it("ends a handshake that is not finished, and one that goes on with noise", async () => {
    const task = await serve([443]);
    task.dialled = "198.18.0.1";
    const hello = await helloOf(nodeClient({ servername: API, maxVersion: "TLSv1.2" }));
    await talk(task.capturePort(443), [hello, Buffer.alloc(2000, 0x55)], { pause: 100 });
    expect(await task.told(1)).toMatchObject([{ decision: "refuse", cause: "tls_failed", host: API }]);
    await talk(task.capturePort(443), [hello]);
    expect((await task.told(2))[1]).toMatchObject({ decision: "refuse", cause: "too_slow", host: API });
    await serves(task);
  });

  it("takes no more connections than its bound, and takes new ones afterwards", async () => {
    const task = await serve();
    const open = await Promise.all(
      Array.from({ length: CONNECTIONS_MAX }, async () => {
        const socket = connect(task.proxyPort, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      }),
    );
    expect(await talk(task.proxyPort, [])).toBe("");
    expect(await task.told(1)).toMatchObject([
      { decision: "refuse", cause: "connections_over_limit", via: "proxy" },
    ]);
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await serves(task);
  });

  it("outlives resets at every stage", async () => {
    const task = await serve([443, 80]);
    task.dialled = "198.18.0.1";
    const hello = await helloOf(nodeClient({ servername: API }));
    const opened = `CONNECT ${API}:443 HTTP/1.1\r\nHost: x\r\n\r\n`;
    const starts: readonly (readonly [number, readonly (string | Buffer)[]])[] = [
      [task.proxyPort, []],
      [task.proxyPort, ["GET htt"]],
      [task.proxyPort, ["POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nabc"]],
      [task.proxyPort, [opened]],
      [task.proxyPort, [opened, hello]],
      [task.proxyPort, [opened, hello.subarray(0, 60)]],
      [task.capturePort(443), [hello]],
      [task.capturePort(80), ["GET / HTTP/1.1\r\n"]],
    ];
    for (const [port, parts] of starts) {
      for (const pause of [0, 20]) {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        await once(socket, "connect");
        for (const part of parts) socket.write(part);
        await new Promise((resolve) => setTimeout(resolve, pause));
        socket.resetAndDestroy();
      }
    }
    await serves(task);
  });

  it("records an HTTP/2 connection that is none, and outlives it", async () => {
    const task = await serve();
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const options = { servername: API, ca: task.root, ALPNProtocols: ["h2"] };
    const inside = (await secure(socket, options)) as TLSSocket;
    expect(inside.alpnProtocol).toBe("h2");
    inside.on("error", () => undefined);
    inside.resume();
    inside.write("GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n");
    await once(inside, "close");
    expect(await task.told(1)).toMatchObject([{ decision: "refuse", cause: "malformed", host: API }]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(task.events).toHaveLength(1);
    await serves(task);
  });

  it("answers a client that offers no protocol of ours with an alert", async () => {
    const task = await serve();
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const inside = connectTls({ socket, servername: API, ca: task.root, ALPNProtocols: ["smtp"] });
    const [error] = (await once(inside, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toContain("NO_APPLICATION_PROTOCOL");
    expect(await task.told(1)).toMatchObject([{ cause: "tls_failed", host: API }]);
  });
});
