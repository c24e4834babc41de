// P7 and P3 on the network, part one: a name that is spelled, doubled or split so that the gate and somebody else read it
// differently. Each is tried from inside a real task; at the real upstream no byte of it arrives.
import { describe, expect, it } from "vitest";
import type { AccountName } from "../enforce/confined-runner.ts";
import { API, gateSuite, many, owned, plain } from "./gate-suite.ts";
import type { During, LiveTask } from "./live-task.ts";
import { echo, headersOf } from "./upstream.ts";

const PLAIN = "plain.home.arpa";
const LAB = "box.lab.home.arpa";
const EVIL = "evil.example.net";

const suite = gateSuite({
  handlers: { echo },
  plan: (up) => ({
    endpoints: [owned(API, up), owned("*.lab.home.arpa", up), plain(PLAIN, up.ports.http)],
    calls: [
      ...["GET", "POST"].map((method) => many(`https://${API}:${up.ports.https}/echo/`, method)),
      many(`https://${LAB}:${up.ports.https}/`, "GET"),
      ...["GET", "POST"].map((method) => many(`http://${PLAIN}:${up.ports.http}/`, method)),
    ],
  }),
});

interface Said {
  readonly text: string;
  readonly closed: boolean;
}

/** Bytes to the proxy; `A` and `W` are the granted TLS and plain places, `E` a place that nobody grants. */
function proxied(task: LiveTask, bytes: string): Promise<During<Said>> {
  const text = named(bytes);
  return task.during(async (live) => (await live.js("return h.raw([v], { until: '}\\n' })", text)) as Said);
}

/** Bytes of HTTP/1.1 inside a tunnel and TLS to the granted place. */
function tunnelled(task: LiveTask, bytes: string): Promise<During<Said>> {
  const script = "return h.said(await h.secure(v.to), [v.text], { until: '}\\n' })";
  const values = { to: named("$A"), text: named(bytes) };
  return task.during(async (live) => (await live.js(script, values)) as Said);
}

function named(text: string): string {
  const { https, http } = suite.up().ports;
  return text
    .replaceAll("$A", `${API}:${https}`)
    .replaceAll("$W", `${PLAIN}:${http}`)
    .replaceAll("$E", `${EVIL}:${https}`);
}

/** Nothing arrived, and there is one record: a refusal for one of `causes`. */
function expectRefused({ events, reached, value }: During<Said>, causes: string): void {
  expect(reached).toEqual([]);
  expect(events.map(({ decision, cause }) => `${decision} ${cause}`)).toEqual([
    expect.stringMatching(new RegExp(`^refuse (${causes})$`)),
  ]);
  expect(events[0]).toMatchObject({ bytes_out: 0, bytes_in: 0 });
  expect(value.text).not.toMatch(/ 200 |upstream/);
}

const port = (): number => suite.up().ports.https;

/** Spellings of a host, `$P` its port: each no place, or not one that is granted. */
const SPELLINGS: readonly (readonly [string, string, string])[] = [
  ["a NUL byte", `${EVIL}\0.${API}:$P`, "malformed|host_malformed"],
  ["an escaped NUL byte", `${EVIL}%00.${API}:$P`, "host_malformed"],
  ["a line end", `${API}\r\nX: .${EVIL}:$P`, "malformed|host_malformed"],
  ["a bare line feed", `${API}\nX: ${EVIL}:$P`, "malformed|host_malformed"],
  ["an escaped line end", `${API}%0d%0a.${EVIL}:$P`, "host_malformed"],
  ["a space", `${API} .${EVIL}:$P`, "malformed|host_malformed"],
  ["a tab", `${API}\t.${EVIL}:$P`, "malformed|host_malformed"],
  ["userinfo that looks granted", `${API}@${EVIL}:$P`, "host_malformed"],
  ["userinfo before a granted name", `${EVIL}@${API}:$P`, "host_malformed"],
  ["two trailing dots", `${API}..:$P`, "host_malformed"],
  ["a leading dot", `.${API}:$P`, "host_malformed"],
  ["a granted name as a prefix", `${API}.${EVIL}:$P`, "host_not_granted"],
  ["a granted name as a suffix", `evil${API}:$P`, "host_not_granted"],
  ["a sibling", `other.home.arpa:$P`, "host_not_granted"],
  ["a name above the wildcard", `lab.home.arpa:$P`, "host_not_granted"],
  ["another name below an owned wildcard", `other.lab.home.arpa:$P`, "host_not_granted"],
  ["a name below the granted one of a wildcard", `a.${LAB}:$P`, "host_not_granted"],
  ["a wildcard", `*.lab.home.arpa:$P`, "host_malformed"],
  ["a Cyrillic letter", "\xd0\xb0pi.home.arpa:$P", "opaque_bytes|host_malformed|host_not_granted"],
  ["an A-label of a Cyrillic letter", "xn--pi-7kc.home.arpa:$P", "host_malformed|host_not_granted"],
  ["a soft hyphen", "a\xc2\xadpi.home.arpa:$P", "malformed|host_malformed|host_not_granted"],
  ["a decimal address", "2130706433:$P", "host_malformed"],
  ["an octal address", "0177.0.0.1:$P", "host_malformed"],
  ["a hexadecimal address", "0x7f.0.0.1:$P", "host_malformed"],
  ["a short address", "127.1:$P", "host_malformed"],
  ["an address with a dot behind it", "127.0.0.1.:$P", "host_malformed|host_not_granted"],
  ["loopback itself", "127.0.0.1:$P", "host_not_granted"],
  ["nothing", "0.0.0.0:$P", "host_not_granted|host_malformed"],
  ["loopback's name", "localhost:$P", "host_not_granted"],
  ["IPv6 loopback", "[::1]:$P", "host_not_granted"],
  ["IPv4 mapped to IPv6", "[::ffff:127.0.0.1]:$P", "host_malformed"],
  ["IPv4 mapped to IPv6 in hexadecimal", "[::ffff:7f00:1]:$P", "host_malformed|host_not_granted"],
  ["an IPv6 zone", "[fe80::1%25lo]:$P", "host_malformed"],
  ["metadata", "169.254.169.254:80", "host_not_granted"],
  ["another port", `${API}:443`, "host_not_granted"],
  ["a port over the last", `${API}:65536`, "malformed|host_malformed"],
  ["a negative port", `${API}:-1`, "malformed|host_malformed"],
  ["a port with a sign", `${API}:+$P`, "host_malformed|malformed"],
  ["a port with leading zeros", `${API}:00$P`, "host_malformed|malformed"],
  ["two ports", `${API}:443:$P`, "host_malformed|malformed"],
];

describe.each(suite.accounts)("a task of %s cannot", (account: AccountName) => {
  const task = (): LiveTask => suite.of(account).task;

  it("(what is granted is open, and named in one spelling, however it was spelled)", async () => {
    const done = await task().during(async (live) => {
      const spelled = `${API.toUpperCase()}.:${port()}`;
      const script =
        "return h.said(await h.secure(v[0], { servername: v[1] }), ['GET /echo/a HTTP/1.1\\r\\nHost: ' + v[0] + '\\r\\nConnection: close\\r\\n\\r\\n'])";
      const one = (await live.js(script, [spelled, API.toUpperCase()])) as Said;
      const get = `GET http://PLAIN.home.arpa.:${suite.up().ports.http}/a HTTP/1.1\r\nHost: ${named("$W")}\r\nConnection: close\r\n\r\n`;
      return [one, (await live.js("return h.raw([v])", get)) as Said];
    });
    for (const { text } of done.value) expect(text, JSON.stringify(done)).toMatch(/^HTTP\/1\.1 200 /);
    expect(done.reached.map((one) => [one.url, headersOf(one, "host")])).toEqual([
      ["/echo/a", [named("$A")]],
      ["/a", [named("$W")]],
    ]);
    expect(done.events.map(({ decision, via }) => [decision, via])).toEqual([
      ["allow", "connect"],
      ["allow", "proxy"],
    ]);
  });

  it.each(SPELLINGS)("P7 be let through by CONNECT to %s", async (_, spelled, causes) => {
    const target = spelled.replaceAll("$P", String(port()));
    expectRefused(await proxied(task(), `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`), causes);
  });

  it.each(SPELLINGS)("P7 be let through by an absolute URL of %s", async (_, spelled, causes) => {
    const { http } = suite.up().ports;
    const target = spelled.replaceAll(API, PLAIN).replaceAll("$P", String(http));
    const bytes = `GET http://${target}/ HTTP/1.1\r\nHost: ${target}\r\nConnection: close\r\n\r\n`;
    // A line end in a request line ends it: what is before it is a URL of another port.
    const cut = spelled.includes("\n") ? "|host_not_granted" : "";
    expectRefused(await proxied(task(), bytes), `${causes}|malformed|host_malformed${cut}`);
  });

  it.each(SPELLINGS)("P7 name %s in a Host field", async (_, spelled, causes) => {
    const host = spelled.replaceAll("$P", String(port()));
    const bytes = `GET /echo/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const sent = await tunnelled(task(), bytes);
    // The name before the line end is the granted one, and what is behind it another field: without a port it is not it.
    expectRefused(sent, `${causes}|host_mismatch|header_malformed`);
  });

  it("P3 name no host at all, or leave the list of grants empty for everything", async () => {
    expectRefused(await proxied(task(), "CONNECT  HTTP/1.1\r\n\r\n"), "opaque_bytes");
    expectRefused(await proxied(task(), "CONNECT : HTTP/1.1\r\n\r\n"), "malformed|host_malformed");
    expectRefused(
      await proxied(task(), "GET / HTTP/1.1\r\nHost: $W\r\nConnection: close\r\n\r\n"),
      "host_malformed",
    );
    expectRefused(
      await tunnelled(task(), "GET /echo/ HTTP/1.1\r\nConnection: close\r\n\r\n"),
      "host_not_single",
    );
    expectRefused(await tunnelled(task(), "GET /echo/ HTTP/1.0\r\n\r\n"), "host_not_single");
  });

  it.each([
    [
      "a second Host field",
      "GET /echo/ HTTP/1.1\r\nHost: $A\r\nHost: $E\r\nConnection: close\r\n\r\n",
      "host_not_single",
    ],
    [
      "the same Host twice",
      "GET /echo/ HTTP/1.1\r\nHost: $A\r\nhost: $A\r\nConnection: close\r\n\r\n",
      "host_not_single",
    ],
    [
      "another host's URL",
      "GET https://$E/echo/ HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "host_mismatch",
    ],
    ["a CONNECT inside it", "CONNECT $E HTTP/1.1\r\nHost: $E\r\n\r\n", "connect_refused"],
    [
      "length and chunks",
      "POST /echo/ HTTP/1.1\r\nHost: $A\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nPOST /echo/smuggled HTTP/1.1\r\nHost: $A\r\n\r\n",
      "framing_ambiguous|malformed",
    ],
    [
      "two lengths",
      "POST /echo/ HTTP/1.1\r\nHost: $A\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\nGET /echo/smuggled HTTP/1.1\r\nHost: $A\r\n\r\n",
      "framing_ambiguous|malformed",
    ],
    [
      "an unknown transfer coding",
      "POST /echo/ HTTP/1.1\r\nHost: $A\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "framing_ambiguous|malformed",
    ],
    [
      "a WebSocket upgrade",
      "GET /echo/ HTTP/1.1\r\nHost: $A\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      "upgrade_refused",
    ],
    ["bytes that are no request", "\0\x01\x02\x03 hello\r\n\r\n", "malformed"],
    [
      "a path above the granted one",
      "GET /echo/../admin HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "path_not_granted",
    ],
    [
      "an escaped path above it",
      "GET /echo/%2e%2e%2fadmin HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "path_ambiguous|path_not_granted",
    ],
    [
      "a method that is not granted",
      "DELETE /echo/ HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "method_not_granted",
    ],
  ])("P7 pass a tunnel with %s", async (_, bytes, causes) => {
    expectRefused(await tunnelled(task(), bytes), causes);
  });

  it("P7 hide a foreign request behind a good one on the same connection", async () => {
    const good = "GET /echo/good HTTP/1.1\r\nHost: $A\r\n\r\n";
    const foreign = "GET /echo/bad HTTP/1.1\r\nHost: $E\r\nConnection: close\r\n\r\n";
    const script = "return h.said(await h.secure(v.to), [v.text])";
    const values = { to: named("$A"), text: named(`${good}${foreign}`) };
    const { value, reached, events } = await task().during(
      async (live) => (await live.js(script, values)) as Said,
    );
    expect(value.text).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 403 [^]*"cause":"host_mismatch"/);
    expect(reached.map(({ url }) => url)).toEqual(["/echo/good"]);
    expect(events.map(({ decision, cause }) => `${decision} ${cause}`).toSorted()).toEqual([
      "allow null",
      "refuse host_mismatch",
    ]);
  });

  it.each([
    ["plain HTTP", "POST /echo/ HTTP/1.1\r\nHost: $A\r\nContent-Length: 2\r\n\r\nhi", "host_not_granted"],
    ["SSH", "SSH-2.0-OpenSSH_9.2\r\n", "opaque_bytes"],
    ["bytes that are nothing", "\0\x01\x02\x03", "opaque_bytes"],
    ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "cleartext_http2_refused"],
    ["SOCKS5", "\x05\x01\x00", "socks_refused"],
  ])("P7 speak %s in a tunnel", async (_, bytes, cause) => {
    const script = "return h.said(await h.tunnel(v[0]), [v[1]])";
    const values = [named("$A"), named(bytes)];
    expectRefused(await task().during(async (live) => (await live.js(script, values)) as Said), cause);
  });

  it.each([
    ["SOCKS5", "\x05\x01\x00\x05\x01\x00\x03\x0dapi.home.arpa\x20\xfb", "socks_refused"],
    ["SOCKS4", "\x04\x01\x00\x50\x7f\x00\x00\x01\x00", "socks_refused|opaque_bytes"],
    ["bytes that are nothing", "\0\0\0\0\0\0", "opaque_bytes"],
    ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "cleartext_http2_refused"],
    [
      "a Host that is not the URL's",
      "GET http://$W/ HTTP/1.1\r\nHost: $E\r\nConnection: close\r\n\r\n",
      "host_mismatch",
    ],
    [
      "an https URL",
      "GET https://$A/echo/ HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "host_malformed|host_not_granted",
    ],
    ["an ftp URL", "GET ftp://$A/echo/ HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n", "host_malformed"],
    [
      "a file URL",
      "GET file:///etc/passwd HTTP/1.1\r\nHost: $A\r\nConnection: close\r\n\r\n",
      "host_malformed",
    ],
  ])("P7 pass the proxy with %s", async (_, bytes, causes) => {
    expectRefused(await proxied(task(), bytes), causes);
  });
});
