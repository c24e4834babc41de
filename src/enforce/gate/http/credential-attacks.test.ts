// Attacks on the credentials that the gate puts in, each tried against the real handler: no value where it is not bound, no
// account but the spec's, and none of it back in an answer.
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import type { HeldSecret } from "../policy.ts";
import { attackBed, get, post } from "./fixtures/attack-bed.ts";
import { exchangeRaw, granted, HOST, startGate, startUpstream } from "./fixtures/gate-harness.ts";

const { open, pair, refusedWith, close } = attackBed();
afterEach(close);

const b64 = (text: string): string => Buffer.from(text).toString("base64");

const SECRET: HeldSecret = {
  name: "api key",
  host: HOST,
  port: 80,
  methods: ["GET", "POST"],
  paths: ["/v1"],
  place: { kind: "bearer" },
  placeholder: "writ-placeholder-5b1f0c",
  value: "sk-real-7c3e9d1f5a",
};

test("a bearer placeholder is swapped for the value, and one that was left out is added", async () => {
  const { up, gate } = await pair({ secrets: [SECRET] });
  await exchangeRaw(gate.port, get("/v1", `Authorization: Bearer ${SECRET.placeholder}`));
  await exchangeRaw(gate.port, get("/v1"));
  expect(up.got.map(({ headers }) => headers["authorization"])).toEqual([
    `Bearer ${SECRET.value}`,
    `Bearer ${SECRET.value}`,
  ]);
  expect(up.bytes()).not.toContain(SECRET.placeholder);
});

test.each([
  ["the attacker's own key", get("/v1", "Authorization: Bearer sk-attacker"), "foreign_credential"],
  [
    "a second Authorization",
    get("/v1", `Authorization: Bearer ${SECRET.placeholder}`, "Authorization: Bearer x"),
    "header_malformed",
  ],
  ["an API key field", get("/v1", "X-Api-Key: attacker"), "foreign_credential"],
  ["an API key field with underscores", get("/v1", "X_Api_Key: attacker"), "foreign_credential"],
  ["a cookie", get("/v1", "Cookie: session=attacker"), "foreign_credential"],
  ["a query key", get("/v1?api_key=attacker"), "foreign_credential"],
  ["an escaped query key", get("/v1?%61pi%5fkey=attacker"), "foreign_credential"],
  ["the placeholder in the URL", get(`/v1?q=${SECRET.placeholder}`), "placeholder_misplaced"],
  [
    "the placeholder in a published field",
    post(`{"comment":"${SECRET.placeholder}"}`),
    "placeholder_misplaced",
  ],
  [
    "the placeholder twice",
    post(`{"a":"${SECRET.placeholder}"}`, `Authorization: Bearer ${SECRET.placeholder}`),
    "placeholder_misplaced",
  ],
  [
    "the placeholder beside more",
    get("/v1", `Authorization: Bearer ${SECRET.placeholder}x`),
    "placeholder_misplaced",
  ],
  ["the real value from elsewhere", post(`{"a":"${SECRET.value}"}`), "protected_value"],
])("on a credentialed endpoint %s is refused", async (_name, bytes, cause) => {
  expect(await refusedWith(bytes, { secrets: [SECRET] })).toBe(cause);
});

const KEYED: HeldSecret = { ...SECRET, place: { kind: "header", name: "x-api-key" } };
const ODD: HeldSecret = { ...SECRET, place: { kind: "header", name: "x-ours" } };
const BODIED: HeldSecret = { ...SECRET, place: { kind: "json", name: "auth.key" } };

test.each([
  [
    "the attacker's key beside the gate's",
    KEYED,
    get("/v1", `X-Api-Key: ${SECRET.placeholder}`, "X-Api-Key: sk-of-the-attacker"),
  ],
  [
    "the attacker's key before the gate's",
    KEYED,
    get("/v1", "X-Api-Key: sk-of-the-attacker", `X-Api-Key: ${SECRET.placeholder}`),
  ],
  [
    "the attacker's key with underscores beside the gate's",
    ODD,
    get("/v1", `X-Ours: ${SECRET.placeholder}`, "X_Ours: sk-of-the-attacker"),
  ],
  ["the attacker's key with underscores where the gate adds its own", ODD, get("/v1", "X_Ours: sk-attacker")],
  ["the attacker's key in the gate's place", ODD, get("/v1", "X-Ours: sk-of-the-attacker")],
  ["the attacker's key in the body", BODIED, post('{"auth":{"key":"sk-of-the-attacker"}}')],
  [
    "the attacker's key beside the gate's in the body",
    BODIED,
    post(`{"auth":{"key":"${SECRET.placeholder}","Key":"sk-of-the-attacker"}}`),
  ],
  ["a body that other servers may read", BODIED, post('{"auth":{"key":"sk-of-the-attacker"}},')],
])("of a place in a field or in the body, %s is refused", async (_name, secret, bytes) => {
  expect(await refusedWith(bytes, { secrets: [secret] })).toMatch(
    /^(foreign_credential|placeholder_misplaced)$/,
  );
});

test("a placeholder in its field or its place in the body is swapped", async () => {
  const { up, gate } = await pair({ secrets: [ODD, BODIED] });
  await exchangeRaw(gate.port, get("/v1", `X-Ours: ${SECRET.placeholder}`));
  await exchangeRaw(gate.port, post(`{"auth":{"key":"${SECRET.placeholder}"}}`));
  await exchangeRaw(gate.port, post('{"auth":{}}'));
  expect(up.got[0]?.headers).toMatchObject({ "x-ours": SECRET.value });
  expect(up.got.map(({ body }) => String(body)).slice(1)).toEqual([
    `{"auth":{"key":"${SECRET.value}"}}`,
    '{"auth":{}}',
  ]);
});

test.each([
  ["host", { host: "other.example.com" }],
  ["port", { port: 81 }],
  ["path", { paths: ["/v1/only"] }],
  ["method", { methods: ["PUT"] }],
])("a credential of another %s is not put in, and its placeholder is refused", async (_name, change) => {
  const secrets = [{ ...SECRET, ...change }];
  const { up, gate } = await pair({ secrets });
  await exchangeRaw(gate.port, get("/v1"));
  await exchangeRaw(gate.port, get("/v1", `Authorization: Bearer ${SECRET.placeholder}`), "}\n");
  expect(up.got).toHaveLength(1);
  expect(up.bytes()).not.toContain(SECRET.value);
  expect(gate.events.map(({ cause }) => cause)).toEqual([null, "placeholder_misplaced"]);
});

test("an upstream that echoes its request gives the task placeholders only, whatever the chunks", async () => {
  const up = await startUpstream("http", (request, answer) => {
    answer.setHeader("x-echo", String(request.headers.authorization));
    answer.setHeader("set-cookie", "session=for-the-real-account");
    const echo = `${JSON.stringify(request.headers)} ${b64(`user:${SECRET.value}`)} ${encodeURIComponent(SECRET.value)}`;
    const write = (at: number): void => {
      if (at >= echo.length) return void answer.end();
      answer.write(echo.slice(at, at + 3), () => write(at + 3));
    };
    write(0);
  });
  const gate = await startGate({ calls: [granted({ path: "/v1" })], secrets: [SECRET], upstream: up.port });
  open.push(up, gate);
  const text = await exchangeRaw(gate.port, get("/v1", "Accept-Encoding: gzip, br"));
  expect(up.got[0]?.headers).toMatchObject({
    authorization: `Bearer ${SECRET.value}`,
    "accept-encoding": "identity",
  });
  expect(text).not.toContain(SECRET.value);
  expect(text).not.toContain(b64(SECRET.value).slice(0, 12));
  expect(text).not.toContain("for-the-real-account");
  expect(text).toContain(`x-echo: Bearer ${SECRET.placeholder}`);
  // Unframed, since each piece is a chunk of its own.
  const body = text.slice(text.indexOf("\r\n\r\n") + 4).replace(/(^|\r\n)[0-9a-f]+\r\n/g, "");
  expect(body).toContain(`"authorization":"Bearer ${SECRET.placeholder}"`);
  expect(body).not.toContain(SECRET.value);
});

test("an encoded answer from a credentialed endpoint is not passed on", async () => {
  const up = await startUpstream("http", (request, answer) => {
    answer.setHeader("content-encoding", "gzip");
    answer.end(gzipSync(String(request.headers.authorization)));
  });
  const gate = await startGate({ calls: [granted({ path: "/v1" })], secrets: [SECRET], upstream: up.port });
  open.push(up, gate);
  expect(await exchangeRaw(gate.port, get("/v1"), "}\n")).toContain('"cause":"answer_encoded"');
  await gate.reported(1);
  expect(gate.events).toMatchObject([{ decision: "error", cause: "answer_encoded" }]);
});

test("connections are not shared between requests with and without a credential", async () => {
  const { gate } = await pair({ secrets: [{ ...SECRET, paths: ["/v1/key"] }] });
  for (const path of ["/v1", "/v1/key", "/v1", "/v1/key"]) await exchangeRaw(gate.port, get(path));
  expect(gate.dials).toHaveLength(2);
});

test("at a credentialed endpoint no part of an answer is asked for, and none passed on", async () => {
  const up = await startUpstream("http", (request, answer) => {
    if (request.url === "/v1/part") {
      return void answer.writeHead(206, { "content-range": "bytes 0-9/400" }).end(SECRET.value.slice(0, 10));
    }
    answer.end("whole");
  });
  const gate = await startGate({ calls: [granted({ path: "/v1" })], secrets: [SECRET], upstream: up.port });
  open.push(up, gate);
  const ranged = ["Range: bytes=0-9", "If-Range: x", "Request-Range: bytes=0-9", "If_Range: x"];
  expect(await exchangeRaw(gate.port, get("/v1", ...ranged))).toContain("whole");
  expect(Object.keys(up.got[0]?.headers ?? {}).filter((name) => name.includes("range"))).toEqual([]);
  const part = await exchangeRaw(gate.port, get("/v1/part"), "}\n");
  expect(part).toContain('"cause":"answer_partial"');
  expect(part).not.toContain(SECRET.value.slice(0, 10));
  await gate.reported(2);
  expect(gate.events[1]).toMatchObject({ decision: "error", cause: "answer_partial", status: 206 });
});

test("elsewhere a range passes, and an answer that holds a credential of another host is masked", async () => {
  const up = await startUpstream("http", (_request, answer) => {
    answer.writeHead(206, { "content-range": "bytes 0-9/400", "x-note": SECRET.value, "set-cookie": "a=b" });
    answer.end(`it is ${SECRET.value}`);
  });
  const secrets = [{ ...SECRET, host: "other.example.com" }];
  const gate = await startGate({ calls: [granted({ path: "/v1" })], secrets, upstream: up.port });
  open.push(up, gate);
  const text = await exchangeRaw(gate.port, get("/v1", "Range: bytes=0-9", "Accept-Encoding: gzip"));
  expect(up.got[0]?.headers).toMatchObject({ range: "bytes=0-9", "accept-encoding": "gzip" });
  expect(text).toMatch(/^HTTP\/1\.1 206 /);
  expect(text).toContain("set-cookie: a=b");
  expect(text).not.toContain(SECRET.value);
  expect(text).toContain(`it is ${SECRET.placeholder}`);
  expect(text).toContain(`x-note: ${SECRET.placeholder}`);
});
