// Upstreams that are not there, not who they should be, or not what they say: the task is told plainly, the ledger has one
// record, and nobody asks again and again. From inside a real task.
import { once } from "node:events";
import { type AddressInfo, createServer as createPlain, type Socket } from "node:net";
import { createServer as createTls, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { AccountName } from "../enforce/confined-runner.ts";
import { API, contracted, gateSuite, many, owned } from "./gate-suite.ts";
import type { During, LiveTask, ShellEnd } from "./live-task.ts";
import { listen, openAuthority } from "./upstream.ts";

/** Names that look public, and lead where nothing public is. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  "loop.example.com": ["127.0.0.1"],
  "loop6.example.com": ["::1"],
  "mapped.example.com": ["::ffff:127.0.0.1"],
  "private.example.com": ["10.1.2.3"],
  "metadata.example.com": ["169.254.169.254"],
  "shared.example.com": ["100.64.0.1"],
  "nat64.example.com": ["64:ff9b::7f00:1"],
  "both.example.com": ["192.0.2.1", "127.0.0.1"],
};
const NOWHERE = "nowhere.example.com";

/** Raw answers of an upstream that says what no server should, by path. */
const LIES: Readonly<Record<string, string>> = {
  "/short": "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this",
  "/long": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and much more than was said",
  "/cut": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  "/both":
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  "/junk": "SSH-2.0-OpenSSH_9.2\r\n",
  "/huge": `HTTP/1.1 200 OK\r\nX-Huge: ${"x".repeat(100_000)}\r\nContent-Length: 0\r\n\r\n`,
  "/nothing": "",
};

const servers: Server[] = [];
const sockets = new Set<Socket>();
const liar = { connections: 0, port: 0, expired: 0, foreign: 0, closed: 0 };
const other = openAuthority("somebody");
const own = openAuthority("liars");
beforeAll(async () => {
  const serve = async (pair: { cert: string; key: string }): Promise<number> => {
    const server = createTls({ ...pair, ALPNProtocols: ["http/1.1"] }, (socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", (head: Buffer) => {
        const path = head.toString("latin1").split(" ")[1] ?? "";
        // Silence has no end of its own.
        if (path !== "/silent") socket.end(LIES[path] ?? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
    });
    server.on("connection", (socket: Socket) => {
      liar.connections += 1;
      sockets.add(socket);
    });
    server.on("tlsClientError", () => undefined);
    servers.push(server);
    return listen(server);
  };
  liar.port = await serve(own.issue(["liar.home.arpa"]));
  liar.expired = await serve(own.issue(["expired.home.arpa"], -1));
  liar.foreign = await serve(other.issue(["foreign.home.arpa", "liar.home.arpa"]));
  const gone = createPlain().listen(0, "127.0.0.1");
  await once(gone, "listening");
  liar.closed = (gone.address() as AddressInfo).port;
  gone.close();
});
afterAll(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

const suite = gateSuite({
  plan: (up) => {
    const pinned = (host: string, port: number): ReturnType<typeof owned> =>
      owned(host, up, { port, ca: own.cert });
    const places = [
      pinned("liar.home.arpa", liar.port),
      pinned("expired.home.arpa", liar.expired),
      pinned("foreign.home.arpa", liar.foreign),
      pinned("misnamed.home.arpa", liar.port),
      pinned("closed.home.arpa", liar.closed),
      pinned("plain.home.arpa", up.ports.http),
      ...[...Object.keys(WRONG), NOWHERE].map((host) => contracted(host, up)),
    ];
    return {
      hosts: Object.entries(WRONG).flatMap(([name, addresses]) => addresses.map((one) => `${one} ${name}`)),
      endpoints: [owned(API, up), owned("unproved.home.arpa", up, { ca: other.cert }), ...places],
      calls: [
        ...places.flatMap(({ host, port }) =>
          ["GET", "POST"].map((method) => many(`https://${String(host)}:${String(port)}/`, method)),
        ),
        many(`https://unproved.home.arpa:${up.ports.https}/`, "GET"),
      ],
    };
  },
});

interface Answered {
  readonly status: string;
  readonly cause: string | null;
  readonly text: string;
}

describe.each(suite.accounts)("to a task of %s", (account: AccountName) => {
  const task = (): LiveTask => suite.of(account).task;
  const curl = async (url: string, more = ""): Promise<During<Answered>> => {
    liar.connections = 0;
    suite.up().connections();
    const done = await task().during((live) =>
      live.sh(`curl -sS -m 9 -w '\\n%{http_code}' ${more} '${url}'`),
    );
    return { ...done, value: answerOf(done.value) };
  };

  it.each<readonly [string, () => string, string, boolean]>([
    [
      "a port that nobody listens on",
      () => `https://closed.home.arpa:${liar.closed}/`,
      "connection_refused",
      true,
    ],
    [
      "a certificate that expired",
      () => `https://expired.home.arpa:${liar.expired}/`,
      "certificate_invalid",
      false,
    ],
    [
      "a certificate for another name",
      () => `https://misnamed.home.arpa:${liar.port}/`,
      "certificate_invalid",
      false,
    ],
    [
      "a certificate of another authority than the pinned one",
      () => `https://foreign.home.arpa:${liar.foreign}/`,
      "pin_mismatch",
      false,
    ],
    ["a pin that its upstream never had", () => suite.https("unproved.home.arpa"), "pin_mismatch", false],
  ])("%s is told, recorded once, and tried once", async (_, url, cause, retryable) => {
    const { value, events, reached } = await curl(url());
    expect(value).toMatchObject({ status: expect.stringMatching(/^(403|502)$/) as string, cause });
    expect(JSON.parse(value.text)).toMatchObject({
      cause,
      retryable,
      instead: expect.stringMatching(/./) as string,
    });
    expect(reached).toEqual([]);
    expect(events.map((one) => [one.cause, one.bytes_out])).toEqual([[cause, 0]]);
    expect(events[0]?.decision).toMatch(/^(error|refuse)$/);
    // The control request may need a connection of its own to the upstream; the liars see none.
    expect(liar.connections).toBeLessThanOrEqual(1);
    expect(suite.up().connections()).toBeLessThanOrEqual(2);
  });

  it("an upstream that speaks no TLS is told, recorded once, and tried once", async () => {
    const { value, events, reached } = await curl(`https://plain.home.arpa:${suite.up().ports.http}/`);
    expect(value.status).toBe("502");
    expect(reached).toEqual([]);
    expect(events).toMatchObject([{ decision: "error", cause: value.cause, bytes_out: 0 }]);
  });

  it("a name that does not exist is told, and asked for once", async (context) => {
    needsNames(context, account);
    const { value, events } = await curl(suite.https(NOWHERE));
    expect(value).toMatchObject({ status: "502", cause: "name_not_found" });
    expect(events).toMatchObject([{ decision: "error", cause: "name_not_found", bytes_out: 0 }]);
  });

  it.for(Object.keys(WRONG))("P7 what is not public is not reached by the name %s", async (host, context) => {
    needsNames(context, account);
    const { value, events, reached } = await curl(suite.https(host));
    expect(reached).toEqual([]);
    expect(value).toMatchObject({ status: "403", cause: "address_not_permitted" });
    expect(events).toMatchObject([{ decision: "refuse", cause: "address_not_permitted", bytes_out: 0 }]);
    // One at most: that of the control request.
    expect(suite.up().connections()).toBeLessThanOrEqual(1);
  });

  it.each<readonly [string, string, string]>([
    ["says junk", "/junk", "upstream_lied"],
    ["says too much in its head", "/huge", "upstream_lied|upstream_failed"],
    ["gives a length and chunks", "/both", "upstream_lied"],
    ["hangs up without a word", "/nothing", "upstream_failed|upstream_lied"],
  ])("an upstream that %s is told, and recorded once", async (_, path, cause) => {
    const { value, events } = await curl(`https://liar.home.arpa:${liar.port}${path}`);
    expect(value).toMatchObject({
      status: "502",
      cause: expect.stringMatching(new RegExp(`^(${cause})$`)) as string,
    });
    expect(events).toMatchObject([{ decision: "error", cause: value.cause }]);
    expect(liar.connections).toBeLessThanOrEqual(2);
  });

  it.each<readonly [string, string, string]>([
    ["is cut before its length", "/short", "only this"],
    ["is cut before its last chunk", "/cut", "hello"],
  ])("an answer that %s ends in an error for the client, and in one record", async (_, path, some) => {
    const url = `https://liar.home.arpa:${liar.port}${path}`;
    const script = `for v in --http1.1 --http2; do curl -sS -m 9 $v -o out-v '${url}'; echo "$? $(cat out-v)"; done`;
    const { value, events } = await task().during((live) => live.sh(`cd /tmp; ${script}`));
    // 18: partial file; 56: the connection was cut; 92: the stream was reset.
    expect(value.stdout).toMatch(new RegExp(`^(18|56) ${some}\\n(18|56|92) ${some}\\n$`));
    expect(events.map(({ decision, cause }) => [decision, cause])).toEqual([
      ["error", expect.stringMatching(/^upstream_(lied|failed)$/)],
      ["error", expect.stringMatching(/^upstream_(lied|failed)$/)],
    ]);
  });

  it("an answer longer than its length is that long", async () => {
    const { value, events } = await curl(`https://liar.home.arpa:${liar.port}/long`);
    expect(value).toMatchObject({ status: "200", text: "hello" });
    expect(events).toMatchObject([{ decision: "allow", cause: null }]);
  });

  it("an upstream that never answers keeps nobody who goes, and is not asked twice", async () => {
    liar.connections = 0;
    const { value, events } = await task().during((live) =>
      live.sh(`curl -sS -m 1 -d x 'https://liar.home.arpa:${liar.port}/silent'`),
    );
    expect(value.code).toBe(28);
    expect(events).toMatchObject([{ decision: "error", cause: "client_closed" }]);
    expect(liar.connections).toBe(1);
  });

  it("a client that asks again and again is answered each time, and no dial is made for a name that is not there", async (context) => {
    needsNames(context, account);
    const { value, events } = await task().during((live) =>
      live.sh(
        `for n in 1 2 3 4 5; do curl -sS -o /dev/null -w '%{http_code} ' '${suite.https(NOWHERE)}/'; done`,
      ),
    );
    expect(value.stdout).toBe("502 502 502 502 502 ");
    expect(events.map(({ cause }) => cause)).toEqual(Array.from({ length: 5 }, () => "name_not_found"));
  });
});

/** Skips the test, with the reason printed, where names are found as this machine finds them. */
function needsNames(context: TestContext, account: AccountName): void {
  if (suite.of(account).place.resolves) return;
  const reason = "no hosts file of one's own can be mounted here";
  process.stderr.write(`not tested: ${context.task.name}: ${reason}\n`);
  context.skip(reason);
}

/** The body and, on its last line, the status, as curl wrote them. */
function answerOf({ stdout }: ShellEnd): Answered {
  const end = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, end);
  const cause = text.startsWith("{") ? (JSON.parse(text) as { readonly cause: string }).cause : null;
  return { status: stdout.slice(end + 1), cause, text };
}
