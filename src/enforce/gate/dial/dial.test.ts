// createDial against real servers on loopback; a look-up of the test's own stands for the resolver, so that every address
// a name came to is known.
import { once } from "node:events";
import { connect as connectH2, createSecureServer } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTls } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { createLeaves } from "../certificates/leaves.ts";
import { createRoot } from "../certificates/root.ts";
import { createDial, type DialRequest } from "./dial.ts";

const root = createRoot();
const HOST = "api.example.com";
const leaves = createLeaves(root.issue([HOST, "other.test", "127.0.0.1"]));
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listen(
  server: Server,
  host = "127.0.0.1",
): Promise<{ readonly port: number; readonly accepted: () => number }> {
  let accepted = 0;
  server.on("connection", (socket) => {
    accepted++;
    socket.on("error", () => undefined);
    stops.push(() => socket.destroy());
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, host);
  await once(server, "listening");
  stops.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, accepted: () => accepted };
}

function asked(part: Partial<DialRequest>): DialRequest {
  const signal = new AbortController().signal;
  return { host: HOST, port: 443, scheme: "https", address: null, ca: null, protocol: "h1", signal, ...part };
}

function lookup(...addresses: readonly string[]): {
  lookup: (host: string) => Promise<readonly string[]>;
  asked: string[];
} {
  const names: string[] = [];
  return {
    asked: names,
    lookup: async (host) => {
      names.push(host);
      return addresses;
    },
  };
}

function keep(socket: Duplex): Duplex {
  stops.push(() => socket.destroy());
  return socket;
}

describe("createDial: addresses", () => {
  it.each([
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "198.18.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "not an address",
    "",
  ])("never dials %j for a name, nor another address beside it", async (address) => {
    const server = await listen(createServer());
    for (const addresses of [[address], ["203.0.114.1", address]]) {
      const dialled = await createDial(lookup(...addresses))(asked({ port: server.port, scheme: "http" }));
      expect(dialled).toMatchObject({
        ok: false,
        error: { cause: "address_not_permitted", retryable: false },
      });
    }
    expect(server.accepted()).toBe(0);
  });

  it("refuses an address as the host as it does one that a name came to", async () => {
    const resolver = lookup();
    const dialled = await createDial(resolver)(asked({ host: "127.0.0.1", scheme: "http" }));
    expect(dialled).toMatchObject({
      ok: false,
      error: { cause: "address_not_permitted", measured: "127.0.0.1 (loopback)" },
    });
    expect(resolver.asked).toEqual([]);
  });

  it("dials a pinned address and asks nobody for the name", async () => {
    const server = await listen(createServer());
    const resolver = lookup("203.0.114.1");
    const dialled = await createDial(resolver)(
      asked({ address: "127.0.0.1", port: server.port, scheme: "http" }),
    );
    expect(dialled).toMatchObject({ ok: true, value: { address: "127.0.0.1", protocol: "h1" } });
    if (dialled.ok) keep(dialled.value.socket);
    expect(resolver.asked).toEqual([]);
  });

  it.each([
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "fd00:ec2::254",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "localhost",
    "",
  ])("never dials %j although it is pinned", async (address) => {
    const dialled = await createDial(lookup())(asked({ address, scheme: "http" }));
    expect(dialled).toMatchObject({ ok: false, error: { cause: "address_not_permitted" } });
  });

  it("permits this node by authorities of its own over TLS, and not in clear", async () => {
    const server = await listen(createTls(leaves.pair(HOST)));
    const resolver = lookup("127.0.0.1");
    const proved = await createDial(resolver)(asked({ port: server.port, ca: root.certificate }));
    expect(proved).toMatchObject({ ok: true });
    if (proved.ok) keep(proved.value.socket);
    const clear = await createDial(resolver)(
      asked({ port: server.port, ca: root.certificate, scheme: "http" }),
    );
    expect(clear).toMatchObject({ ok: false, error: { cause: "address_not_permitted" } });
    for (const address of ["169.254.169.254", "169.254.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"]) {
      const never = await createDial(lookup(address))(asked({ port: server.port, ca: root.certificate }));
      expect(never, address).toMatchObject({ ok: false, error: { cause: "address_not_permitted" } });
    }
  });

  it("looks a name up once, and takes the next address when one refuses", async () => {
    const server = await listen(createTls(leaves.pair(HOST)), "127.0.0.3");
    const resolver = lookup("127.0.0.2", "127.0.0.3");
    const dialled = await createDial(resolver)(asked({ port: server.port, ca: root.certificate }));
    expect(dialled).toMatchObject({ ok: true, value: { address: "127.0.0.3" } });
    if (dialled.ok) keep(dialled.value.socket);
    expect(resolver.asked).toEqual([HOST]);
  });
});

describe("createDial: proof", () => {
  const dial = createDial();
  const pinned = { address: "127.0.0.1" };

  it("does not take a certificate of nobody known, and says whether a pin was missed", async () => {
    const server = await listen(createTls(leaves.pair(HOST)));
    const unknown = await dial(asked({ ...pinned, port: server.port }));
    expect(unknown).toMatchObject({ ok: false, error: { cause: "certificate_invalid", retryable: false } });
    const missed = await dial(asked({ ...pinned, port: server.port, ca: createRoot().certificate }));
    expect(missed).toMatchObject({ ok: false, error: { cause: "pin_mismatch", retryable: false } });
    for (const ca of [
      "",
      "no certificate",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ]) {
      expect(await dial(asked({ ...pinned, port: server.port, ca }))).toMatchObject({
        ok: false,
        error: { cause: "pin_mismatch" },
      });
    }
  });

  it("does not take a certificate for another name", async () => {
    const server = await listen(createTls(leaves.pair("other.test")));
    const dialled = await dial(asked({ ...pinned, port: server.port, ca: root.certificate }));
    expect(dialled).toMatchObject({
      ok: false,
      error: { cause: "certificate_invalid", measured: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
  });

  it("takes an address as a host by the address in its certificate", async () => {
    const server = await listen(createTls(leaves.pair("127.0.0.1")));
    const dialled = await dial(asked({ host: "127.0.0.1", port: server.port, ca: root.certificate }));
    expect(dialled).toMatchObject({ ok: true, value: { address: "127.0.0.1" } });
    if (dialled.ok) keep(dialled.value.socket);
    const other = await dial(
      asked({ host: "127.0.0.2", address: "127.0.0.1", port: server.port, ca: root.certificate }),
    );
    expect(other).toMatchObject({ ok: false, error: { cause: "certificate_invalid" } });
  });

  it("does not speak a TLS below 1.2", async () => {
    const server = await listen(
      createTls({
        ...leaves.pair(HOST),
        minVersion: "TLSv1",
        maxVersion: "TLSv1.1",
        ciphers: "DEFAULT@SECLEVEL=0",
      }),
    );
    const dialled = await dial(asked({ ...pinned, port: server.port, ca: root.certificate }));
    expect(dialled).toMatchObject({ ok: false, error: { cause: "connection_failed" } });
  });

  it("agrees on HTTP/2 only where it was asked for", async () => {
    const server = await listen(
      createSecureServer({ ...leaves.pair(HOST), allowHTTP1: true }, (_, answer) => answer.end("two")),
    );
    const both = asked({ ...pinned, port: server.port, ca: root.certificate });
    const second = await dial({ ...both, protocol: "h2-or-h1" });
    expect(second).toMatchObject({ ok: true, value: { protocol: "h2" } });
    if (second.ok) {
      const session = connectH2(`https://${HOST}`, { createConnection: () => keep(second.value.socket) });
      const stream = session.request({ ":path": "/" });
      stream.setEncoding("utf8");
      const [text] = (await once(stream, "data")) as [string];
      expect(text).toBe("two");
      session.destroy();
    }
    const first = await dial(both);
    expect(first).toMatchObject({ ok: true, value: { protocol: "h1" } });
    if (first.ok) keep(first.value.socket);
  });
});

describe("createDial: failures", () => {
  it("says that nobody answers, that a name is unknown, and that a peer speaks no TLS", async () => {
    const server = createServer((socket) => socket.end("hello, I am no TLS server\r\n"));
    const { port } = await listen(server);
    const noTls = await createDial()(asked({ address: "127.0.0.1", port }));
    expect(noTls).toMatchObject({ ok: false, error: { cause: "connection_failed" } });
    stops.splice(0).forEach((stop) => stop());
    await once(server, "close");
    const refused = await createDial()(asked({ address: "127.0.0.1", port, scheme: "http" }));
    expect(refused).toMatchObject({
      ok: false,
      error: { cause: "connection_refused", measured: "127.0.0.1", retryable: true },
    });
  });

  it("asks once for a name that is not found, however often it is dialled", async () => {
    let count = 0;
    const dial = createDial({
      lookup: async () => {
        count++;
        throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
      },
    });
    for (let at = 0; at < 50; at++) {
      expect(await dial(asked({}))).toMatchObject({
        ok: false,
        error: { cause: "name_not_found", retryable: false },
      });
    }
    expect(count).toBe(1);
    await dial(asked({ host: "another.test" }));
    expect(count).toBe(2);
  });

  it("does not keep it when the name server was silent, and takes an empty answer as not found", async () => {
    const codes = ["EAI_AGAIN", "EAI_AGAIN"];
    const dial = createDial({
      lookup: async () => {
        const code = codes.shift();
        if (code !== undefined) throw Object.assign(new Error("again"), { code });
        return [];
      },
    });
    expect(await dial(asked({}))).toMatchObject({
      ok: false,
      error: { cause: "timed_out", retryable: true },
    });
    expect(await dial(asked({}))).toMatchObject({
      ok: false,
      error: { cause: "timed_out", retryable: true },
    });
    expect(await dial(asked({}))).toMatchObject({ ok: false, error: { cause: "name_not_found" } });
  });

  it("ends with its signal: before, during the look-up, during the handshake, and afterwards", async () => {
    const before = new AbortController();
    before.abort();
    const nobody = lookup("203.0.114.1");
    expect(await createDial(nobody)(asked({ signal: before.signal }))).toMatchObject({ ok: false });
    expect(nobody.asked).toEqual([]);

    const asking = new AbortController();
    const resolving = createDial({ lookup: () => new Promise(() => undefined) })(
      asked({ signal: asking.signal }),
    );
    asking.abort();
    expect(await resolving).toMatchObject({ ok: false, error: { cause: "connection_failed" } });

    const silent = createServer();
    const { port } = await listen(silent);
    const during = new AbortController();
    const dialling = createDial()(asked({ address: "127.0.0.1", port, signal: during.signal }));
    await once(silent, "connection");
    during.abort();
    expect(await dialling).toMatchObject({
      ok: false,
      error: { cause: "connection_failed", retryable: false },
    });

    const after = new AbortController();
    const dialled = await createDial()(
      asked({ address: "127.0.0.1", port, scheme: "http", signal: after.signal }),
    );
    expect(dialled.ok).toBe(true);
    if (!dialled.ok) return;
    const closed = once(dialled.value.socket, "close");
    after.abort();
    await closed;
    expect(dialled.value.socket.destroyed).toBe(true);
  });

  it("resolves although the peer closes in the middle of the handshake", async () => {
    const { port } = await listen(createServer((socket) => void socket.once("data", () => socket.destroy())));
    const dialled = await createDial()(asked({ address: "127.0.0.1", port }));
    expect(dialled).toMatchObject({ ok: false, error: { cause: "connection_failed" } });
  });
});
