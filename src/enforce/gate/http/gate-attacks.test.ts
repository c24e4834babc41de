// Attacks over HTTP that were once seen somewhere, each tried against the real handler: refused or harmless, one record,
// and no byte at the upstream unless the test says which.

import { connect as connectHttp2 } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { attackBed, get, post } from "./fixtures/attack-bed.ts";
import { exchangeRaw, granted, HOST, TEST_TLS } from "./fixtures/gate-harness.ts";

const { pair, refusedWith, close } = attackBed();
afterEach(close);

test.each([
  ["another host", "Host: evil.example.com", "host_mismatch"],
  ["another port", `Host: ${HOST}:81`, "host_mismatch"],
  ["userinfo", `Host: ${HOST}@evil.example.com`, "host_mismatch"],
  ["userinfo before it", `Host: evil.example.com@${HOST}`, "host_mismatch"],
  ["two trailing dots", `Host: ${HOST}..`, "host_mismatch"],
  ["a decimal address", "Host: 2130706433", "host_mismatch"],
  ["a hexadecimal address", "Host: 0x7f.1", "host_mismatch"],
  ["a mapped address", "Host: [::ffff:127.0.0.1]", "host_mismatch"],
  ["a confusable letter", "Host: \xd0\xb0pi.example.com", "host_mismatch"],
  ["an empty name", "Host:", "host_mismatch"],
  ["a list", `Host: ${HOST}, evil.example.com`, "host_mismatch"],
  ["two fields", `Host: ${HOST}\r\nHost: ${HOST}`, "host_not_single"],
  ["two fields in other case", `Host: ${HOST}\r\nhOsT: evil.example.com`, "host_not_single"],
  ["none", "X-Host: none", "host_not_single"],
])("a Host field with %s is refused", async (_name, host, cause) => {
  expect(await refusedWith(`GET /v1 HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)).toBe(cause);
});

test.each(["API.EXAMPLE.COM", `${HOST}.`, `${HOST}:80`])(
  "Host `%s` is the target's, sent in one spelling",
  async (host) => {
    const { up, gate } = await pair();
    expect(
      await exchangeRaw(gate.port, `GET /v1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    ).toContain(" 200 ");
    expect(up.bytes()).toContain(`\r\nHost: ${HOST}\r\n`);
  },
);

test.each([
  ["an absolute URL of another host", "http://evil.example.com/v1", "host_mismatch"],
  ["an absolute URL with userinfo", `http://${HOST}@evil.example.com/v1`, "host_mismatch"],
  ["an absolute URL of another scheme", `https://${HOST}/v1`, "not_origin_form"],
  ["an asterisk", "*", "not_origin_form"],
  ["dot segments", "/v1/../admin", "path_not_granted"],
  ["escaped dot segments", "/v1/%2e%2E/admin", "path_not_granted"],
  ["half escaped dot segments", "/v1/.%2e/admin", "path_not_granted"],
  ["doubly escaped dot segments", "/v1/%252e%252e/admin", "path_ambiguous"],
  ["an escaped slash after dots", "/v1/..%2fadmin", "path_ambiguous"],
  ["dots between escaped slashes", "/v1%2f%2e%2e%2fadmin", "path_ambiguous"],
  ["a backslash", "/v1/..\\admin", "path_ambiguous"],
  ["an escaped backslash", "/v1/..%5cadmin", "path_ambiguous"],
  ["an escaped NUL", "/v1/%00/../../admin", "path_ambiguous"],
  ["escaped line ends", "/v1/%0d%0aHost:evil", "path_ambiguous"],
  ["overlong UTF-8", "/v1/%c0%ae%c0%ae/admin", null],
  ["parameters on dots", "/v1/..;x/admin", "path_ambiguous"],
  ["an empty segment", "/v1//../admin", "path_ambiguous"],
  ["a sibling", "/v1beta", "path_not_granted"],
  ["another case", "/V1", "path_not_granted"],
  ["an escaped slash for the prefix's end", "/v1%2fadmin", "path_not_granted"],
])("a request target with %s is refused", async (_name, target, cause) => {
  if (cause === null) {
    // Sent as it was judged: below the prefix for whoever does not decode overlong forms, and refused by who does.
    const { up, gate } = await pair();
    expect(await exchangeRaw(gate.port, get(target))).toContain(" 200 ");
    expect(up.bytes().split(" ")[1]).toBe(
      target.toUpperCase().replace("/V1", "/v1").replace("ADMIN", "admin"),
    );
    return;
  }
  expect(await refusedWith(get(target))).toBe(cause);
});

test.each([
  ["/v1/@scope%2fname?a=b%2fc&d=%2e%2e/#".replace("#", ""), "/v1/@scope%2Fname?a=b%2fc&d=%2e%2e/"],
  ["/v1/%7Euser/%c3%a9", "/v1/~user/%C3%A9"],
  ["/v1/./a/../b", "/v1/b"],
  ["/v1/a[0]|b", "/v1/a%5B0%5D%7Cb"],
  [`http://${HOST}/v1?x`, "/v1?x"],
])("a request target %s is sent as %s", async (target, sent) => {
  const { up, gate } = await pair();
  expect(await exchangeRaw(gate.port, get(target))).toContain(" 200 ");
  expect(up.bytes().split(" ")[1]).toBe(sent);
});

test.each([
  ["length and chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"],
  ["two equal lengths", "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"],
  ["a signed length", "Content-Length: +3\r\n\r\nabc"],
  ["a length list", "Content-Length: 3, 3\r\n\r\nabc"],
  ["an unknown transfer coding", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"],
  ["a hidden transfer coding", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"],
  ["a spaced field name", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"],
  ["a bare line feed", "X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
  ["a NUL in a field", "X: a\0b\r\nContent-Length: 0\r\n\r\n"],
])("framing with %s is refused", async (_name, rest) => {
  const bytes = `POST /v1 HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\n${rest}`;
  // Node's own parser refuses some of them before the handler: 400, and no request.
  expect(await refusedWith(bytes)).toMatch(
    /^(framing_ambiguous|header_malformed|HTTP\/1.1 400 Bad Request)$/,
  );
});

test("a folded field reaches the upstream as one line, or not at all", async () => {
  const { up, gate } = await pair();
  await exchangeRaw(gate.port, get("/v1", "X-Fold: one\r\n two"));
  for (const line of up.bytes().split("\r\n")) expect(line).not.toMatch(/^[ \t]/);
});

test("a protected value folded over two lines of a field is found", async () => {
  const { up, gate } = await pair({ protect: [{ name: "key", value: "s3cret-value-1234" }] });
  await exchangeRaw(gate.port, get("/v1", "X-Fold: s3cret-va\r\n lue-1234"));
  expect(up.bytes()).toBe("");
});

test.each([
  ["WebSocket", get("/v1", "Connection: Upgrade", "Upgrade: websocket"), "upgrade_refused"],
  ["HTTP/2 cleartext", get("/v1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"), "upgrade_refused"],
  ["another expectation", get("/v1", "Expect: 200-maybe"), "expectation_refused"],
  ["another method", get("/v1").replace("GET", "DELETE"), "method_not_granted"],
  ["a GET with a body of another type", post("a=b", "Content-Type: text/plain").replace("POST", "GET"), null],
  ["a body of another type", post("a=b", "Content-Type: text/plain"), "content_type_not_granted"],
  [
    "two content types",
    post("{}", "Content-Type: application/json", "Content-Type: text/plain"),
    "header_malformed",
  ],
  ["an unknown content encoding", post("{}", "Content-Encoding: lzma"), "encoding_refused"],
  ["a content encoding that it is not in", post("{}", "Content-Encoding: gzip"), "encoding_refused"],
])("%s is refused", async (_name, bytes, cause) => {
  if (cause !== null) return expect(await refusedWith(bytes)).toBe(cause);
  const calls = [granted({ path: "/v1", content_types: ["application/json"] })];
  expect(await refusedWith(bytes, { calls })).toBe("content_type_not_granted");
});

test("trailers on a request are refused", async () => {
  const head = post("", "Trailer: X-A").replace("Content-Length: 0", "Transfer-Encoding: chunked");
  expect(await refusedWith(`${head}2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n`)).toBe("trailers_refused");
});

test("a decompression bomb is refused within its bound", async () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  const bytes = Buffer.concat([
    Buffer.from(
      post("", "Content-Encoding: gzip").replace("Content-Length: 0", `Content-Length: ${bomb.length}`),
    ),
    bomb,
  ]);
  expect(await refusedWith(bytes)).toBe("body_over_limit");
});

test("an empty list of calls allows nothing", async () => {
  expect(await refusedWith(get("/v1"), { calls: [] })).toBe("host_not_granted");
});

test("HTTP/2 extended CONNECT and plain CONNECT reach no upstream", async () => {
  const { up, gate } = await pair({
    target: { scheme: "https", port: 443 },
    calls: [granted({ scheme: "https", port: 443, methods: ["CONNECT"] })],
  });
  const session = connectHttp2(`https://localhost:${gate.tlsPort}`, { ca: TEST_TLS.cert });
  const stream = session.request({ ":method": "CONNECT", ":authority": HOST });
  const status = await new Promise((resolve) => {
    stream.on("response", (headers) => resolve(headers[":status"]));
    stream.on("error", () => resolve(0));
  });
  session.destroy();
  expect([0, 403, 405]).toContain(status);
  expect(up.connections()).toBe(0);
});

const VALUE = "tok_9fA3kQ0zL7pX2mB5";
const b64 = (text: string): string => Buffer.from(text).toString("base64");
const protect = [{ name: "deploy token", value: VALUE }];

test.each([
  ["the URL", get(`/v1/${VALUE}`), "path"],
  [
    "the query, escaped",
    get(
      `/v1?q=${Array.from(VALUE)
        .map((c) => `%${c.charCodeAt(0).toString(16)}`)
        .join("")}`,
    ),
    "query q",
  ],
  ["a field", get("/v1", `X-Note: ${VALUE}`), "header x-note"],
  ["a field's name", get("/v1", `${VALUE}: x`), "header \u00e2\u0080\u00a6"],
  [
    "two fields of one name",
    get("/v1", `X-A: ${VALUE.slice(0, 9)}`, `x-a: ${VALUE.slice(9)}`),
    "header fields together",
  ],
  ["a body", post(JSON.stringify({ a: VALUE })), "body.a"],
  ["a body of a GET", post(VALUE).replace("POST", "GET"), "body"],
  ["base64 at offset 0", post(b64(VALUE)), "body"],
  ["base64 at offset 1", post(b64(`a${VALUE}`)), "body"],
  ["base64 at offset 2", post(b64(`ab${VALUE}`)), "body"],
  ["hexadecimal", post(Buffer.from(VALUE).toString("hex")), "body"],
  [
    "JSON escapes",
    post(
      `{"a":"${Array.from(VALUE)
        .map((c) => `\\u00${c.charCodeAt(0).toString(16)}`)
        .join("")}"}`,
    ),
    "body.a",
  ],
  ["reverse", post(Array.from(VALUE).reverse().join("")), "body"],
  ["basic authentication", get("/v1", `Authorization: Basic ${b64(`u:${VALUE}`)}`), "header authorization"],
  ["a cookie", get("/v1", `Cookie: a=${VALUE}`), "header cookie"],
])("a protected value in %s does not leave", async (_name, bytes, place) => {
  const { up, gate } = await pair({ protect });
  const text = await exchangeRaw(gate.port, bytes, "}\n");
  expect(up.bytes()).toBe("");
  expect(gate.events).toMatchObject([{ decision: "refuse", cause: "protected_value", bytes_out: 0 }]);
  expect(text).toContain(`deploy token in ${place}`);
  expect(text).not.toContain(VALUE);
  expect(JSON.stringify(gate.events)).not.toContain(VALUE.slice(4));
});

test("a protected value in a compressed body does not leave", async () => {
  const body = gzipSync(JSON.stringify({ a: VALUE }));
  const head = post("", "Content-Encoding: gzip").replace(
    "Content-Length: 0",
    `Content-Length: ${body.length}`,
  );
  expect(await refusedWith(Buffer.concat([Buffer.from(head), body]), { protect })).toBe("protected_value");
});
