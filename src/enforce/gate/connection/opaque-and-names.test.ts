// serveTask: raw relays by CONNECT and by capture, and look-ups, each with its record.
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { tunnel } from "./fixtures/clients.ts";
import {
  call,
  type Granted,
  listening,
  opaque,
  portOf,
  type ServedFixture,
  serveFixture,
  talk,
} from "./fixtures/served-task.ts";

let served: ServedFixture | null = null;
const servers: Server[] = [];
afterEach(async () => {
  await served?.stop();
  served = null;
  for (const server of servers.splice(0)) server.close();
});
async function serve(granted: Granted): Promise<ServedFixture> {
  served = await serveFixture(granted);
  return served;
}

/** A server that greets, as SSH's does, and gives everything back. */
async function greeting(): Promise<number> {
  const server = await listening();
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    socket.write("SSH-2.0-here\r\n");
    socket.pipe(socket);
  });
  return portOf(server);
}

async function text(socket: Socket, wanted: string): Promise<string> {
  let got = "";
  while (!got.includes(wanted)) got += String(((await once(socket, "data")) as [Buffer])[0]);
  return got;
}

describe("serveTask: opaque", () => {
  it("relays a CONNECT raw, with one record at its end", async () => {
    const port = await greeting();
    const task = await serve({ opaque: [opaque({ host: "git.test", port })] });
    const socket = connect(task.proxyPort, "127.0.0.1");
    socket.write(`CONNECT GIT.test:${port} HTTP/1.1\r\nHost: x\r\n\r\nfirst`);
    const got = await text(socket, "first");
    expect(got).toBe("HTTP/1.1 200 Connection Established\r\n\r\nSSH-2.0-here\r\nfirst");
    expect(task.events).toEqual([]);
    socket.destroy();
    const none = { provider: null, method: "", path: "", cause: null, findings: [], status: null };
    expect(await task.told(1)).toEqual([
      { decision: "allow", via: "opaque", host: "git.test", port, bytes_out: 5, bytes_in: 19, ...none },
    ]);
    expect(task.used.opaque).toEqual([{ requests: 1, bytes_out: 5, bytes_in: 19, tokens: 0, money: 0 }]);
  });

  it("relays a captured connection to the synthetic address, and no other port of it", async () => {
    const port = await greeting();
    const task = await serve({ opaque: [opaque({ host: "git.test", port })], capture: [port, 22] });
    task.dialled = "198.18.0.1";
    const socket = connect(task.capturePort(port), "127.0.0.1");
    expect(await text(socket, "\n")).toBe("SSH-2.0-here\r\n");
    socket.end();
    await task.told(1);
    expect(await talk(task.capturePort(22), [])).toBe("");
    task.dialled = "127.0.0.1";
    expect(await talk(task.capturePort(port), ["x"])).toBe("");
    expect((await task.told(3)).map(({ via, cause, host }) => [via, cause, host])).toEqual([
      ["opaque", null, "git.test"],
      ["transparent", "host_not_granted", "git.test"],
      ["transparent", "host_not_granted", "127.0.0.1"],
    ]);
  });

  it("says in the CONNECT's answer why there is no relay", async () => {
    const port = await greeting();
    const task = await serve({
      opaque: [
        opaque({ host: "once.test", port, connections_max: 1 }),
        opaque({ host: "gone.test", port: 1 }),
      ],
    });
    const first = await tunnel(task.proxyPort, `once.test:${port}`);
    expect(first.head).toMatch(/^HTTP\/1.1 200 /);
    const over = await tunnel(task.proxyPort, `once.test:${port}`);
    expect(over.head).toMatch(/^HTTP\/1.1 403 [\s\S]*connections_over_limit/);
    const refused = await tunnel(task.proxyPort, "gone.test:1");
    expect(refused.head).toMatch(/^HTTP\/1.1 403 [\s\S]*connection_refused/);
    expect(await task.told(2)).toMatchObject([
      { decision: "refuse", via: "opaque", cause: "connections_over_limit", host: "once.test" },
      { decision: "error", via: "opaque", cause: "connection_refused", host: "gone.test" },
    ]);
  });

  it("inspects a place that a call names too", async () => {
    const port = await greeting();
    const task = await serve({
      calls: [call({ host: "git.test", port })],
      opaque: [opaque({ host: "git.test", port })],
    });
    const answer = await talk(
      task.proxyPort,
      [`CONNECT git.test:${port} HTTP/1.1\r\nHost: x\r\n\r\n`, "SSH-2.0-x\r\n"],
      {
        pause: 50,
      },
    );
    expect(answer).toBe("HTTP/1.1 200 Connection Established\r\n\r\n");
    expect(await task.told(1)).toMatchObject([{ cause: "opaque_bytes", host: "git.test", via: "connect" }]);
  });

  it("records at the end of the task what was still open", async () => {
    const port = await greeting();
    const task = await serve({ opaque: [opaque({ host: "git.test", port })] });
    const socket = connect(task.proxyPort, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(`CONNECT git.test:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await text(socket, "here\r\n");
    task.abort();
    await task.task.end();
    expect(task.events).toMatchObject([{ decision: "allow", via: "opaque", cause: null, bytes_in: 14 }]);
  });
});

describe("serveTask: names", () => {
  it("answers granted names and records the others, over UDP and TCP", async () => {
    const task = await serve({
      calls: [call({ host: "api.example.com" })],
      opaque: [opaque({ host: "git.test" })],
    });
    const resolver = new Resolver({ timeout: 5000, tries: 1 });
    resolver.setServers([`127.0.0.1:${task.dnsPort}`]);
    expect(await resolver.resolve4("api.example.com")).toEqual(["198.18.0.1"]);
    expect(await resolver.resolve4("git.test")).toEqual(["198.18.0.2"]);
    await expect(resolver.resolve4("evil.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.evil.test`;
    await expect(resolver.resolve4(long)).rejects.toMatchObject({ code: "ENOTFOUND" });
    const socket = connect(task.dnsPort, "127.0.0.1");
    socket.write(Buffer.from([0, 1, 0]));
    await once(socket, "close");
    expect(await task.told(3)).toMatchObject([
      { decision: "refuse", via: "dns", cause: "name_not_granted", host: "evil.test", port: 53 },
      { decision: "refuse", via: "dns", cause: "name_not_granted", host: null, port: 53 },
      { decision: "refuse", via: "dns", cause: "dns_malformed", host: null, port: 53 },
    ]);
  });
});

describe("serveTask: a policy that cannot be served", () => {
  it("throws at once for an authority that cannot be read", async () => {
    await expect(
      serve({ calls: [call({ host: "a.test" })], authority: { certificate: "x", key: "y" } }),
    ).rejects.toThrow();
  });
});
