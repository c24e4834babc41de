// serveTask with real sockets and real clients: what is refused, in which words, with one record each.
import { once } from "node:events";
import { connect as connectH2 } from "node:http2";
import { connect } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { curl, secure, tunnel } from "./fixtures/clients.ts";
import { call, type Granted, type ServedFixture, serveFixture, talk } from "./fixtures/served-task.ts";

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

describe("serveTask: what is turned away", () => {
  it.each([
    ["other.example.com:443", "host_not_granted", "other.example.com"],
    [`${API}:8443`, "host_not_granted", API],
    [API, "host_malformed", null],
    [`${API}:0`, "host_malformed", null],
    [`${API}:0443`, "host_malformed", null],
    [`user@${API}:443`, "host_malformed", null],
    [`${API}%00.evil.test:443`, "host_malformed", null],
    [`${API}.evil.test:443`, "host_not_granted", `${API}.evil.test`],
    [`evil-${API}:443`, "host_not_granted", `evil-${API}`],
    ["127.0.0.1:443", "host_not_granted", "127.0.0.1"],
    ["2130706433:443", "host_malformed", null],
    ["0x7f.1:443", "host_malformed", null],
    ["[::ffff:127.0.0.1]:443", "host_malformed", null],
    ["[::1]:443", "host_not_granted", "::1"],
    ["::1:443", "host_malformed", null],
    ["xn--pi-7ed.example.com:443", "host_not_granted", "xn--pi-7ed.example.com"],
  ])("answers CONNECT %s with a 403 that says %s", async (authority, cause, host) => {
    const task = await serve({ calls: [call({ host: API })] });
    const answer = await talk(task.proxyPort, [`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\n\r\n`]);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
    expect(JSON.parse(body)).toMatchObject({ cause, retryable: false });
    expect(await task.told(1)).toMatchObject([
      { decision: "refuse", via: "connect", cause, host, method: "CONNECT", status: 403 },
    ]);
    expect(task.requests).toEqual([]);
  });

  it.each([
    ["GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_malformed"],
    ["GET https://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_malformed"],
    ["GET http://a.test@evil.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_malformed"],
    ["GET http://a.test\\@evil.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "malformed"],
    ["GET http://evil.test#@a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "malformed"],
    ["GET http://evil.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_not_granted"],
    ["GET http://a.test:81/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_not_granted"],
    ["GET ftp://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "host_malformed"],
    ["GET http://a.test/ HTTP/9\r\nHost: a.test\r\n\r\n", "malformed"],
    ["GET http://a.test/ HTTP/1.1\r\nHost : a.test\r\n\r\n", "malformed"],
  ])("answers the proxied request %j with a 403 that says %s", async (text, cause) => {
    const task = await serve({ calls: [call({ host: "a.test", scheme: "http", port: 80 })] });
    const answer = await talk(task.proxyPort, [text], { close: true });
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ cause });
    expect(await task.told(1)).toMatchObject([{ decision: "refuse", via: "proxy", cause }]);
    expect(task.requests).toEqual([]);
  });

  it.each([
    ["SOCKS5", Buffer.from([5, 1, 0]), "socks_refused"],
    ["SOCKS4", Buffer.from([4, 1, 0, 80, 1, 2, 3, 4, 0]), "socks_refused"],
    ["SSH", Buffer.from("SSH-2.0-OpenSSH_9\r\n"), "opaque_bytes"],
    ["HTTP/2 in clear", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "cleartext_http2_refused"],
    ["noise", Buffer.from([0, 1, 2, 3]), "opaque_bytes"],
  ])("closes %s on the proxy and inside a tunnel, with one record each", async (_, bytes, cause) => {
    const task = await serve({ calls: [call({ host: API })] });
    expect(await talk(task.proxyPort, [bytes])).toBe("");
    expect(await task.told(1)).toMatchObject([{ decision: "refuse", via: "proxy", cause, host: null }]);
    const inside = await talk(task.proxyPort, [`CONNECT ${API}:443 HTTP/1.1\r\nHost: x\r\n\r\n`, bytes], {
      pause: 50,
    });
    expect(inside).toBe("HTTP/1.1 200 Connection Established\r\n\r\n");
    expect((await task.told(2))[1]).toMatchObject({
      decision: "refuse",
      via: "connect",
      cause,
      host: API,
      port: 443,
    });
    expect(task.events).toHaveLength(2);
  });

  it("refuses plain HTTP inside a tunnel to a place that is granted over TLS only", async () => {
    const task = await serve({ calls: [call({ host: API })] });
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    socket.write(`GET / HTTP/1.1\r\nHost: ${API}\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 403 /);
    expect(await task.told(1)).toMatchObject([{ cause: "host_not_granted", host: API, via: "connect" }]);
  });

  it.each([
    ["another name", { servername: "other.example.com" }],
    ["a name below it", { servername: `x.${API}` }],
    ["no name", {}],
  ])("ends a handshake in the tunnel whose hello says %s", async (_, options) => {
    const task = await serve({ calls: [call({ host: API }), call({ host: "other.example.com" })] });
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    const ended = await secure(socket, { ...options, rejectUnauthorized: false });
    expect(ended).toMatchObject({ code: "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" });
    expect(await task.told(1)).toMatchObject([
      { decision: "refuse", cause: "sni_mismatch", host: API, via: "connect" },
    ]);
  });

  it("records the name of a captured hello that no grant names, and sends an alert", async () => {
    const task = await serve({ calls: [call({ host: API })], capture: [443] });
    task.dialled = "8.8.8.8";
    const ended = await secure(connect(task.capturePort(443), "127.0.0.1"), { servername: "dns.google" });
    expect(ended).toMatchObject({ code: "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED" });
    const nameless = await secure(connect(task.capturePort(443), "127.0.0.1"), {});
    expect(nameless).toBeInstanceOf(Error);
    expect(await task.told(2)).toMatchObject([
      { cause: "host_not_granted", host: "dns.google", port: 443, via: "transparent" },
      { cause: "host_not_granted", host: "8.8.8.8", port: 443, via: "transparent" },
    ]);
  });

  it.each([
    ["GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", "host_not_granted", "evil.test"],
    ["GET / HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n", "host_not_granted", "169.254.169.254"],
    ["GET / HTTP/1.1\r\nHost: a.test:81\r\n\r\n", "host_not_granted", "a.test"],
    ["GET / HTTP/1.1\r\nHost: a.test\r\nHost: evil.test\r\n\r\n", "host_malformed", null],
    ["GET / HTTP/1.1\r\n\r\n", "host_malformed", null],
  ])("refuses the captured request %j", async (text, cause, host) => {
    const task = await serve({ calls: [call({ host: "a.test", scheme: "http", port: 80 })], capture: [80] });
    task.dialled = "169.254.169.254";
    const answer = await talk(task.capturePort(80), [text], { close: true });
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ cause });
    expect(await task.told(1)).toMatchObject([
      { decision: "refuse", via: "transparent", cause, host, port: 80 },
    ]);
    expect(task.requests).toEqual([]);
  });

  it("closes and records at once what is no HTTP port and was not granted", async () => {
    const task = await serve({ calls: [call({ host: API })], capture: [22, 5432] });
    task.dialled = "198.18.0.1";
    expect(await talk(task.capturePort(22), [])).toBe("");
    task.dialled = "2001:db8::5";
    expect(await talk(task.capturePort(5432), [])).toBe("");
    expect(await task.told(2)).toMatchObject([
      { cause: "host_not_granted", host: API, port: 22, via: "transparent" },
      { cause: "host_not_granted", host: "2001:db8::5", port: 5432, via: "transparent" },
    ]);
  });

  it("records a probe of an address that comes and goes without a word, not one of a granted place", async () => {
    const task = await serve({ calls: [call({ host: API })], capture: [443] });
    task.dialled = "198.18.0.1";
    expect(await talk(task.capturePort(443), [], { close: true })).toBe("");
    task.dialled = "10.0.0.7";
    expect(await talk(task.capturePort(443), [], { close: true })).toBe("");
    const at = { cause: "host_not_granted", host: "10.0.0.7", port: 443, via: "transparent" };
    expect(await task.told(1)).toMatchObject([at]);
  });

  it("records a client that does not trust the certificate", async () => {
    const task = await serve({ calls: [call({ host: API })] });
    const proxy = `http://127.0.0.1:${task.proxyPort}`;
    expect(await curl("-x", proxy, `https://${API}/`)).toMatchObject({ code: 60 });
    expect(await task.told(1)).toMatchObject([
      { cause: "client_refused_certificate", host: API, port: 443, via: "connect" },
    ]);
    const { socket } = await tunnel(task.proxyPort, `${API}:443`);
    // Node finishes the handshake first and then closes without a request.
    expect(await secure(socket, { servername: API })).toBeInstanceOf(Error);
    expect((await task.told(2))[1]).toMatchObject({ decision: "error", cause: "client_closed", host: API });
  });

  it("refuses CONNECT inside TLS, over HTTP/1.1 and HTTP/2", async () => {
    const task = await serve({ calls: [call({ host: API })] });
    const first = await tunnel(task.proxyPort, `${API}:443`);
    const inside = (await secure(first.socket, { servername: API, ca: task.root })) as TLSSocket;
    inside.write(`CONNECT evil.test:443 HTTP/1.1\r\nHost: ${API}\r\n\r\n`);
    const [answer] = (await once(inside, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 403 [\s\S]*connect_refused/);
    const second = await tunnel(task.proxyPort, `${API}:443`);
    const session = connectH2(`https://${API}`, {
      createConnection: () =>
        connectTls({ socket: second.socket, servername: API, ca: task.root, ALPNProtocols: ["h2"] }),
    });
    const stream = session.request({ ":method": "CONNECT", ":authority": "evil.test:443" });
    const [headers] = (await once(stream, "response")) as [Record<string, unknown>];
    expect(headers[":status"]).toBe(403);
    session.destroy();
    expect(await task.told(2)).toMatchObject([
      { cause: "connect_refused", host: API },
      { cause: "connect_refused", host: API },
    ]);
    expect(task.requests).toEqual([]);
  });

  it("grants nothing by an empty policy", async () => {
    const task = await serve({ capture: [80, 443] });
    const answer = await talk(task.proxyPort, ["CONNECT api.example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"]);
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(
      await talk(task.capturePort(80), ["GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"], { close: true }),
    ).toMatch(/403/);
    expect(await secure(connect(task.capturePort(443), "127.0.0.1"), { servername: API })).toBeInstanceOf(
      Error,
    );
    expect((await task.told(3)).map(({ cause }) => cause)).toEqual(
      Array.from({ length: 3 }, () => "host_not_granted"),
    );
  });
});
