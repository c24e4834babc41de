// What a hostile task sends to its model listener: each attack is refused by a real gate worker, recorded without a
// payload, and never reaches the provider process.
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GateBench, head, until } from "../../../../test/enforce/gate-bench.ts";

let bench: GateBench;
let id = 0;
beforeAll(async () => {
  bench = await GateBench.start();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.events = [];
  await bench.seen();
  await bench.grant(`g${++id}`);
});

describe("startGate refuses, and nothing reaches the provider", () => {
  const fine = { model: "stand-in", prompt: "hello" };
  const refused: readonly (readonly [string, string, string, unknown, string])[] = [
    ["pull", "POST", "/api/pull", { model: "evil.example/ns/m" }, "path_not_inference"],
    ["push", "POST", "/api/push", fine, "path_not_inference"],
    ["create", "POST", "/api/create", fine, "path_not_inference"],
    ["copy", "POST", "/api/copy", { source: "a", destination: "b" }, "path_not_inference"],
    ["delete", "DELETE", "/api/delete", fine, "path_not_inference"],
    ["blobs", "POST", "/api/blobs/sha256:00", fine, "path_not_inference"],
    ["show", "POST", "/api/show", fine, "path_not_inference"],
    ["an upper-case path", "POST", "/API/chat", fine, "path_not_inference"],
    ["a path with a query", "POST", "/api/chat?x=1", fine, "path_not_inference"],
    ["a path with dots", "POST", "/api/chat/../pull", fine, "path_not_inference"],
    ["an escaped path", "POST", "/api/%63hat", fine, "path_not_inference"],
    ["a doubled slash", "POST", "//api/chat", fine, "path_not_inference"],
    ["GET for inference", "GET", "/api/chat", undefined, "method_not_allowed"],
    ["PUT for inference", "PUT", "/api/chat", fine, "method_not_allowed"],
    ["absolute form", "POST", "http://evil.example/api/chat", fine, "not_origin_form"],
    ["another model", "POST", "/api/chat", { model: "other" }, "model_not_granted"],
    ["another tag", "POST", "/api/chat", { model: "stand-in:7b" }, "model_not_granted"],
    ["no model", "POST", "/api/chat", { prompt: "x" }, "model_not_granted"],
    ["a model that is no string", "POST", "/api/chat", { model: ["stand-in"] }, "model_not_granted"],
    ["an inherited model", "POST", "/api/chat", '{"__proto__":{"model":"stand-in"}}', "model_not_granted"],
    ["two models", "POST", "/api/chat", '{"model":"stand-in","model":"evil"}', "body_duplicate_key"],
    [
      "two models, one escaped",
      "POST",
      "/api/chat",
      '{"model":"stand-in","m\\u006fdel":"evil"}',
      "body_duplicate_key",
    ],
    [
      "two models, one upper-case",
      "POST",
      "/api/chat",
      '{"model":"stand-in","MODEL":"evil"}',
      "body_duplicate_key",
    ],
    ["no JSON", "POST", "/api/chat", "model=stand-in", "body_not_json"],
    ["an empty body", "POST", "/api/chat", "", "body_not_json"],
    ["a list", "POST", "/api/chat", "[]", "body_not_json"],
    ["two documents", "POST", "/api/chat", '{"model":"stand-in"}{"model":"evil"}', "body_not_json"],
    ["a byte order mark", "POST", "/api/chat", '\ufeff{"model":"stand-in"}', "body_not_json"],
    [
      "deep nesting",
      "POST",
      "/api/chat",
      `{"model":"stand-in","a":${"[".repeat(99)}${"]".repeat(99)}}`,
      "body_too_deep",
    ],
    [
      "a remote picture",
      "POST",
      "/v1/chat/completions",
      picture("https://evil.example/?q=secret"),
      "remote_content",
    ],
    [
      "a picture from a file",
      "POST",
      "/v1/chat/completions",
      picture("file:///etc/passwd"),
      "remote_content",
    ],
    [
      "a remote picture, Ollama's way",
      "POST",
      "/api/generate",
      { ...fine, images: ["http://e/"] },
      "remote_content",
    ],
    ["a tool the server runs", "POST", "/v1/responses", { ...fine, tools: [{ type: "mcp" }] }, "server_tool"],
  ];
  it.each(refused)("refuses %s", async (_, method, path, body, cause) => {
    const answer = await bench.send(method, path, body);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ cause, retryable: false });
    expect(Object.keys(JSON.parse(answer.body))).toEqual([
      "cause",
      "measured",
      "limit",
      "instead",
      "retryable",
    ]);
    expect(await bench.seen()).toEqual([]);
    expect(await bench.revoke(`g${id}`)).toMatchObject({
      requests: 0,
      unforwarded: 1,
      bytes_out: 0,
      bytes_in: 0,
    });
    expect(bench.events).toMatchObject([{ decision: "refuse", cause, status: 403, bytes_out: 0 }]);
  });

  it("keeps a payload in a path or method out of the record", async () => {
    await bench.send("PROPFIND", "/secret-words-of-the-task", undefined);
    await bench.revoke(`g${id}`);
    expect(JSON.stringify(bench.events)).not.toContain("secret-words");
    expect(bench.events).toMatchObject([{ path: "(other)" }]);
  });

  const raw: readonly (readonly [string, string, string])[] = [
    ["two Hosts", head("Host: a", "Host: b", "Content-Length: 20"), "host_not_single"],
    ["no Host", "POST /api/chat HTTP/1.1\r\nContent-Length: 20\r\n\r\n", "host_not_single"],
    ["two lengths", head("Host: a", "Content-Length: 20", "Content-Length: 21"), "framing_ambiguous"],
    ["two equal lengths", head("Host: a", "Content-Length: 20", "Content-Length: 20"), "framing_ambiguous"],
    [
      "length and chunks",
      head("Host: a", "Content-Length: 20", "Transfer-Encoding: chunked"),
      "framing_ambiguous",
    ],
    ["two transfer encodings", head("Host: a", "Transfer-Encoding: gzip, chunked"), "framing_ambiguous"],
    ["a length that is no number", head("Host: a", "Content-Length: 20x"), "framing_ambiguous"],
    [
      "a compressed body",
      head("Host: a", "Content-Encoding: gzip", "Content-Length: 20"),
      "encoding_refused",
    ],
    ["an upgrade", head("Host: a", "Connection: upgrade", "Upgrade: websocket"), "upgrade_refused"],
    [
      "an h2c upgrade",
      head("Host: a", "Connection: upgrade", "Upgrade: h2c", "Content-Length: 20"),
      "upgrade_refused",
    ],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", "connect_refused"],
    ["a header with a NUL", head("Host: a", "X: a\0b", "Content-Length: 20"), "malformed"],
    ["a folded header", head("Host: a", "X: a\r\n b", "Content-Length: 20"), "malformed"],
    ["a space before the colon", head("Host : a", "Content-Length: 20"), "malformed"],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "malformed"],
    ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "malformed"],
    ["an oversize head", head("Host: a", `X: ${"a".repeat(20_000)}`), "head_over_limit"],
    ["an odd expectation", head("Host: a", "Expect: pie", "Content-Length: 20"), "expectation_refused"],
    ["a declared oversize", head("Host: a", `Content-Length: ${16 * 1024 * 1024 + 1}`), "body_over_limit"],
  ];
  it.each(raw)("refuses %s", async (_, bytes, cause) => {
    const text = await bench.talk(`${bytes}{"model":"stand-in"}`);
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(text).toContain(`"cause":"${cause}"`);
    expect(await bench.seen()).toEqual([]);
    expect(await bench.revoke(`g${id}`)).toMatchObject({ requests: 0, bytes_out: 0 });
    expect(bench.events[0]).toMatchObject({ decision: "refuse", cause, status: 403 });
  });

  it("outlives connections that are reset in the middle of a refusal", async () => {
    const pid = bench.pid();
    const starts = [
      "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
      head("Host: a", "Connection: upgrade", "Upgrade: x"),
      "\0",
    ];
    for (const start of starts)
      await Promise.all(Array.from({ length: 20 }, () => bench.talkAndReset(start)));
    expect((await bench.get("/v1/models")).status).toBe(200);
    expect(bench.pid()).toBe(pid);
    expect(bench.deaths).toEqual([]);
  });

  it("bounds slow senders: the connections of one grant are limited, and end when no request comes", async () => {
    const slow = Array.from({ length: 64 }, () => bench.talk("POST /api/chat HTTP/1.1\r\nHost:"));
    await until(async () => (await Promise.allSettled([bench.get("/v1/models")]))[0]?.status === "rejected");
    const texts = await Promise.all(slow);
    expect(texts.filter((text) => text.includes('"cause":"too_slow"')).length).toBeGreaterThan(0);
    expect((await bench.get("/v1/models")).status).toBe(200);
    expect(bench.events.filter((event) => event.cause === "too_slow").length).toBeGreaterThan(0);
  });

  it("bounds the bodies that one grant has in memory", async () => {
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    const half = await Promise.all(
      Array.from({ length: 3 }, () => bench.start(head("Host: a", `Content-Length: ${16 * piece.length}`))),
    );
    const sending = half.map(async (socket) => {
      for (let sent = 0; sent < 15 && !socket.destroyed; sent++) {
        await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
      }
    });
    await until(() => bench.events.length > 0);
    expect(bench.events[0]).toMatchObject({ decision: "refuse", cause: "buffered_over_limit" });
    for (const socket of half) socket.destroy();
    await Promise.allSettled(sending);
    await until(() => bench.events.length === 3);
    expect((await bench.post("/api/chat", { model: "stand-in" })).status).toBe(200);
  });

  it("judges each pipelined request by itself", async () => {
    const good = '{"model":"stand-in"}';
    const bad = '{"model":"evil"}';
    const one = (body: string): string => `${head("Host: a", `Content-Length: ${body.length}`)}${body}`;
    const last = `GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    const text = await bench.talk(one(good) + one(bad) + one(good) + last);
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual([
      "200",
      "403",
      "200",
      "200",
    ]);
    expect((await bench.seen()).map((seen) => seen.body)).toEqual([good, good]);
  });

  it("refuses a chunked body that grows past the limit", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = httpRequest({ port: bench.port, method: "POST", path: "/api/chat" }, (response) => {
        response.setEncoding("utf8");
        response.on("data", (text: string) => resolve(text));
      });
      outgoing.on("error", reject);
      const piece = Buffer.alloc(1024 * 1024, 0x20);
      for (let sent = 0; sent < 18; sent++) outgoing.write(piece);
    });
    expect(JSON.parse(answer)).toMatchObject({ cause: "body_over_limit" });
    expect(await bench.seen()).toEqual([]);
  });
});

function picture(url: string): object {
  return {
    model: "stand-in",
    messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }],
  };
}
