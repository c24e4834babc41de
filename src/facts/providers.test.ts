// Providers asked over real sockets: documented answers, and whatever a broken or hostile server sends instead.
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { capturedTree } from "../../test/captured-tree.ts";
import type { ProviderFact } from "../decide/facts.ts";
import type { Provider } from "../spec/spec.ts";
import { observeProviders } from "./providers.ts";
import { ShownModels } from "./shown-models.ts";

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe("observeProviders: Ollama's documented answers", () => {
  it("tells local, loaded, remote and context", async () => {
    const asked: string[] = [];
    const fact = await observe("ollama", await serve(ollama(asked)));
    expect(fact).toMatchObject({ state: "up", control: "unknown" });
    expect(fact.models).toEqual([
      {
        name: "small-chat:latest",
        digest: "1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        remote: false,
        context_max: 131_072,
        memory: 6_591_830_464,
        loaded: true,
      },
      {
        name: "embedder:22m",
        digest: "2a0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        remote: false,
        context_max: 131_072,
        memory: 45_960_996,
        loaded: false,
      },
      {
        name: "large-chat:120b-cloud",
        digest: "3b0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        remote: true,
        context_max: 131_072,
        memory: 384,
        loaded: false,
      },
    ]);
    expect(asked.toSorted()).toEqual([
      "GET /api/ps",
      "GET /api/tags",
      "POST /api/show embedder:22m",
      "POST /api/show large-chat:120b-cloud",
      "POST /api/show small-chat:latest",
    ]);
  });

  it("asks about a digest once", async () => {
    const asked: string[] = [];
    const url = await serve(ollama(asked));
    const shown = new ShownModels();
    const first = await observe("ollama", url, { shown });
    const again = await observe("ollama", url, { shown });
    expect(again).toEqual(first);
    expect(asked.filter((one) => one.startsWith("POST"))).toHaveLength(3);
  });

  it("takes a model for remote when only /api/show says so", async () => {
    const tags = { models: [{ name: "m", digest: "ab".repeat(32), size: 1 }] };
    const fact = await observe(
      "ollama",
      await serve(answers({ "/api/tags": tags, "/api/show": { remote_host: "https://x" } })),
    );
    expect(fact.models).toMatchObject([{ name: "m", remote: true }]);
  });

  it("takes a model for remote when nothing tells that it is local", async () => {
    const tags = { models: [{ name: "m", digest: "ab".repeat(32), size: 1 }] };
    const silent = await observe("ollama", await serve(answers({ "/api/tags": tags })));
    expect(silent.models).toMatchObject([{ name: "m", remote: true, context_max: null }]);
    const odd = await observe("ollama", await serve(answers({ "/api/tags": tags, "/api/show": [1] })));
    expect(odd.models).toMatchObject([{ name: "m", remote: true }]);
  });

  it("trusts neither of two entries with one name", async () => {
    const tags = { models: [{ name: "m", remote_host: "https://x" }, { name: "m" }] };
    const fact = await observe("ollama", await serve(answers({ "/api/tags": tags, "/api/show": {} })));
    expect(fact.models).toMatchObject([{ name: "m", remote: true }]);
  });
});

describe("observeProviders: documented answers of OpenAI-compatible servers", () => {
  it.each([
    [
      "llama-cpp",
      [{ name: "../models/small-chat-q4.gguf", context_max: 131_072, memory: 4_912_898_304, loaded: true }],
    ],
    [
      "llama-cpp-router",
      [
        { name: "one", context_max: 32_768, memory: 4_912_898_304, loaded: true },
        { name: "two", context_max: null, memory: null, loaded: false },
      ],
    ],
    ["vllm", [{ name: "org/small-chat", context_max: 32_768, memory: null, loaded: true }]],
    ["plain", [{ name: "some-model", context_max: null, memory: null, loaded: false }]],
  ])("reads %s", async (name, expected) => {
    const fact = await observe("openai", await serve(answers({ "/v1/models": fixture(`openai/${name}`) })));
    expect(fact).toMatchObject({ state: "up", control: "unknown" });
    expect(fact.models).toEqual(expected.map((model) => ({ ...model, digest: null, remote: false })));
  });
});

describe("observeProviders: a server that is broken or hostile is a fact, not a failure", () => {
  const raw: readonly (readonly [string, (socket: Socket) => void, string])[] = [
    ["says nothing", () => undefined, "it does not answer /v1/models within 500 ms"],
    ["hangs up", (socket) => void socket.destroy(), "it breaks off at /v1/models"],
    ["speaks no HTTP", (socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"), "it breaks off at /v1/models"],
    [
      "redirects",
      (socket) => void socket.end("HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n"),
      "status 302",
    ],
    ["fails", (socket) => void socket.end("HTTP/1.1 500 No\r\n\r\n"), "status 500"],
    ["asks for a key", (socket) => void socket.end("HTTP/1.1 401 No\r\n\r\n"), "status 401"],
    [
      "upgrades",
      (socket) => void socket.end("HTTP/1.1 101 Up\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
      "it breaks off",
    ],
    [
      "sends endless heads",
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}`),
      "it breaks off",
    ],
    [
      "sends half a body",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
      "it breaks off",
    ],
    ["drips", (socket) => drip(socket), "it does not answer /v1/models within 500 ms"],
    ["floods", (socket) => flood(socket), "more than 1048576 bytes"],
    ["sends no JSON", (socket) => reply(socket, "<html>"), "what is not JSON"],
    [
      "sends bytes that are no UTF-8",
      (socket) => reply(socket, Buffer.from([0x22, 0xff, 0x22])),
      "what is not JSON",
    ],
    ["sends a list", (socket) => reply(socket, "[]"), "it lists no models"],
    ["sends null", (socket) => reply(socket, "null"), "it lists no models"],
    ["sends an inherited list", (socket) => reply(socket, '{"__proto__":{"data":[]}}'), "it lists no models"],
    ["sends no list", (socket) => reply(socket, '{"data":{"length":1}}'), "it lists no models"],
  ];
  it.each(raw)("that %s is down", async (_, behave, evidence) => {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", () => behave(socket));
    });
    const fact = await observe("openai", await listen(server));
    expect(fact).toMatchObject({ state: "down", control: "unknown", models: [] });
    expect(fact.evidence).toContain(evidence);
  });

  it("that does not run is down", async () => {
    const server = createServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await observe("ollama", url)).toMatchObject({ state: "down", evidence: "nothing listens there" });
  });

  it("that lists names which cannot be shown or compared has none of them", async () => {
    const names = ["ok", "\u001b[31m", "", " x", "x ", "a\nb", "é", "x".repeat(257), 7, null, ["ok2"]];
    const data = [...names.map((id) => ({ id })), null, "x", []];
    const fact = await observe("openai", await serve(answers({ "/v1/models": { data } })));
    expect(fact.models.map((model) => model.name)).toEqual(["ok"]);
  });

  it("that gives figures which are none has none", async () => {
    const odd = [-1, 1.5, 1e300, "4096", null, {}, []];
    const data = odd.map((max_model_len, at) => ({
      id: `m${at}`,
      max_model_len,
      meta: { size: max_model_len },
    }));
    const fact = await observe("openai", await serve(answers({ "/v1/models": { data } })));
    expect(fact.models).toHaveLength(odd.length);
    expect(fact.models.filter((model) => model.context_max !== null || model.memory !== null)).toEqual([]);
  });

  it("that lists thousands of models is read to its bound", async () => {
    const data = Array.from({ length: 5000 }, (_, at) => ({ id: `m${at}` }));
    const fact = await observe("openai", await serve(answers({ "/v1/models": { data } })));
    expect(fact.models).toHaveLength(128);
  });

  it.each([
    "http://192.0.2.1:11434",
    "http://localhost.evil.example/",
    "https://127.0.0.1/",
    "http://127.0.0.1.nip.io/",
    "no url",
  ])("at %s is not asked at all", async (url) => {
    expect(await observe("ollama", url)).toMatchObject({
      state: "down",
      evidence: "its url is not on this machine",
    });
  });

  it("is asked directly, whatever proxy the environment names", async () => {
    const url = await serve(answers({ "/v1/models": { data: [{ id: "m" }] } }));
    const names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "NODE_USE_ENV_PROXY"] as const;
    for (const name of names) process.env[name] = name === "NODE_USE_ENV_PROXY" ? "1" : "http://192.0.2.1:9";
    try {
      expect(await observe("openai", url)).toMatchObject({ state: "up" });
    } finally {
      for (const name of names) delete process.env[name];
    }
  });
});

describe("observeProviders: control", () => {
  it("is node for a provider under a live writ, by the governor's word alone", async () => {
    const url = await serve(answers({ "/v1/models": { data: [] } }));
    expect(await observe("openai", url, { underWrit: new Set(["p"]) })).toMatchObject({ control: "node" });
    expect(await observe("openai", url, { underWrit: new Set(["q"]) })).toMatchObject({ control: "unknown" });
  });

  it("keeps the order of the spec, one fact each", async () => {
    const url = await serve(answers({ "/v1/models": { data: [] } }));
    const facts = await observeProviders(
      [
        provider("openai", url, "b"),
        provider("openai", "http://127.0.0.1:1", "a"),
        provider("openai", url, "c"),
      ],
      { roots: capturedTree({}), run: async () => null, shown: new ShownModels(), underWrit: new Set() },
    );
    expect(facts.map((fact) => [fact.name, fact.state])).toEqual([
      ["b", "up"],
      ["a", "down"],
      ["c", "up"],
    ]);
  });
});

function provider(kind: Provider["kind"], url: string | null, name = "p"): Provider {
  return { name, kind, url, folder: null, serves: ["chat"], latency: null };
}

async function observe(
  kind: Provider["kind"],
  url: string,
  more: { readonly shown?: ShownModels; readonly underWrit?: ReadonlySet<string> } = {},
): Promise<ProviderFact> {
  const observation = {
    roots: capturedTree({}),
    run: async () => null,
    shown: new ShownModels(),
    underWrit: new Set<string>(),
  };
  const facts = await observeProviders([provider(kind, url)], { ...observation, ...more });
  return facts[0]!;
}

function fixture(name: string): unknown {
  return JSON.parse(
    readFileSync(new URL(`../../test/fixtures/providers/${name}.json`, import.meta.url), "utf8"),
  );
}

type Handler = (request: IncomingMessage, body: string) => unknown;

/** Answers of fixed paths; 404 for the rest. */
function answers(byPath: Readonly<Record<string, unknown>>): Handler {
  return (request) => byPath[request.url ?? ""];
}

function ollama(asked: string[]): Handler {
  return (request, body) => {
    const path = request.url ?? "";
    const model = body === "" ? "" : (JSON.parse(body) as { readonly model: string }).model;
    asked.push(`${request.method} ${path} ${model}`.trim());
    if (path === "/api/show") return fixture(model.endsWith("cloud") ? "ollama/show-remote" : "ollama/show");
    return fixture(`ollama/${path.replace("/api/", "")}`);
  };
}

async function serve(handler: Handler): Promise<string> {
  const server = createHttpServer((request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const answer = handler(request, body);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  return await listen(server);
}

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function reply(socket: Socket, body: string | Buffer): void {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
  socket.end(body);
}

function drip(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
  const timer = setInterval(() => socket.write(" "), 20);
  socket.on("close", () => clearInterval(timer));
}

function flood(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  const block = Buffer.alloc(64 * 1024, 0x20);
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on("drain", more);
  more();
}
