// Bodies of inference requests: what ordinary clients send passes, and what a server would fetch or run does not.
import { describe, expect, it } from "vitest";
import type { GrantedModel } from "../../../decide/decision.ts";
import { judgeBody } from "./judge-body.ts";

const granted: GrantedModel = {
  provider: "local",
  kind: "ollama",
  url: "http://127.0.0.1:11434",
  model: "small:7b",
  requests_max: 1,
  tokens_max: null,
  context: 4096,
};

function judge(body: unknown): string {
  const text = typeof body === "string" ? body : JSON.stringify({ model: "small:7b", ...(body as object) });
  const judged = judgeBody(Buffer.from(text), [granted]);
  return judged.ok ? "passes" : judged.error.cause;
}

const image = (value: unknown): object => ({
  messages: [{ role: "user", content: [{ type: "image_url", image_url: value }] }],
});

describe("judgeBody lets ordinary requests pass", () => {
  it.each<readonly [string, unknown]>([
    ["a prompt", { prompt: "hello", stream: false, options: { num_ctx: 4096, seed: 1 } }],
    [
      "words that hold links",
      { messages: [{ role: "user", content: "read https://example.com/ and http://10.0.0.1" }] },
    ],
    [
      "a text part that holds a link",
      { messages: [{ content: [{ type: "text", text: "https://example.com" }] }] },
    ],
    ["links to embed", { input: ["https://example.com", "http://x"] }],
    ["an inline picture", image({ url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" })],
    [
      "an inline picture, Responses form",
      { input: [{ content: [{ type: "input_image", image_url: "data:image/png;base64,AA==" }] }] },
    ],
    [
      "Ollama's pictures",
      { messages: [{ role: "user", content: "what?", images: ["iVBORw0KGgo=", "aGVs\nbG8_-"] }] },
    ],
    [
      "a function tool with a url parameter",
      {
        tools: [
          {
            type: "function",
            function: {
              name: "get",
              parameters: { properties: { url: { type: "string", default: "https://x" } } },
            },
          },
        ],
      },
    ],
    [
      "a function tool, Responses form",
      { tools: [{ type: "function", name: "get", parameters: { url: "https://x" } }] },
    ],
    [
      "a past tool call with a url",
      { messages: [{ tool_calls: [{ function: { name: "get", arguments: { url: "https://x" } } }] }] },
    ],
    [
      "an answer form with a url",
      { format: { type: "object", properties: { url: { type: "string", format: "uri" } } } },
    ],
    ["no tools", { tools: [] }],
    ["null tools", { tools: null }],
    ["keys that differ in case where that is their meaning", { format: { properties: { a: {}, A: {} } } }],
    ["the same key in two objects", '{"model":"small:7b","a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":2}]}'],
    ["a key that looks like text of another", '{"model":"small:7b","prompt":"\\"model\\":\\"evil\\""}'],
  ])("%s", (_, body) => {
    expect(judge(body)).toBe("passes");
  });
});

describe("judgeBody refuses what a server would fetch, reach or run", () => {
  it.each<readonly [string, unknown, string]>([
    ["a remote picture", image({ url: "https://evil.example/?q=secret" }), "remote_content"],
    ["a remote picture as a string", image("http://evil.example/"), "remote_content"],
    ["an upper-case scheme", image({ url: "HTTPS://evil.example" }), "remote_content"],
    ["a scheme-relative address", image({ url: "//evil.example/x" }), "remote_content"],
    ["a leading space", image({ url: " https://evil.example" }), "remote_content"],
    ["a file", image({ url: "file:///etc/passwd" }), "remote_content"],
    ["an empty address", image({ url: "" }), "remote_content"],
    ["addresses in a list", image({ url: ["data:,x", "https://evil.example"] }), "remote_content"],
    ["an upper-case key", image({ URL: "https://evil.example" }), "remote_content"],
    [
      "an upper-case outer key",
      { messages: [{ content: [{ IMAGE_URL: "https://evil.example" }] }] },
      "remote_content",
    ],
    ["a key that Go folds", { messages: [{ ["image\u017f"]: ["https://evil.example"] }] }, "remote_content"],
    [
      "video",
      { messages: [{ content: [{ type: "video_url", video_url: { url: "https://e" } }] }] },
      "remote_content",
    ],
    [
      "a file to load",
      { input: [{ content: [{ type: "input_file", file_url: "https://e" }] }] },
      "remote_content",
    ],
    ["Ollama's pictures by address", { images: ["https://evil.example/a.png"] }, "remote_content"],
    [
      "llama.cpp's data by address",
      { prompt: { prompt_string: "x", multimodal_data: ["https://e"] } },
      "remote_content",
    ],
    ["a search the server does", { tools: [{ type: "web_search" }] }, "server_tool"],
    ["a server elsewhere", { tools: [{ type: "mcp", server_url: "https://e" }] }, "server_tool"],
    ["a function tool of two types", { tools: [{ type: "function", TYPE: "mcp" }] }, "server_tool"],
    [
      "a function tool with an address beside it",
      { tools: [{ type: "function", server_url: "https://e" }] },
      "remote_content",
    ],
    ["tools that are no list", { tools: { type: "mcp" } }, "server_tool"],
    ["a tool that is no object", { tools: ["web_search"] }, "server_tool"],
    ["upper-case tools", { TOOLS: [{ type: "mcp" }] }, "server_tool"],
    ["a longer context than granted", { options: { num_ctx: 4097 } }, "context_over_limit"],
    ["a context in another case", { OPTIONS: { Num_Ctx: 8192 } }, "context_over_limit"],
    ["a context that is text", { options: { num_ctx: "4096" } }, "context_over_limit"],
    ["a context of none", { options: { num_ctx: 0 } }, "context_over_limit"],
    ["a context of null", { options: { num_ctx: null } }, "context_over_limit"],
    ["options in a list", { options: [{ num_ctx: 1 }], keep_alive: -1 }, "keep_alive_refused"],
    ["a model held loaded", { keep_alive: "1h" }, "keep_alive_refused"],
    ["a model unloaded", { Keep_Alive: 0 }, "keep_alive_refused"],
    ["a model held with the kelvin sign", { ["\u212aeep_alive"]: -1 }, "keep_alive_refused"],
    ["search options", { web_search_options: {} }, "server_tool"],
    ["a cache from another host", { kv_transfer_params: { remote_host: "10.0.0.1" } }, "server_tool"],
    ["another model", '{"model":"evil"}', "model_not_granted"],
    ["a model with a space", '{"model":"small:7b "}', "model_not_granted"],
    ["a model in another case", '{"model":"SMALL:7b"}', "model_not_granted"],
    ["a model with a registry", '{"model":"evil.example/small:7b"}', "model_not_granted"],
    ["a model below __proto__", '{"__proto__":{"model":"small:7b"}}', "model_not_granted"],
    ["a null model", '{"model":null}', "model_not_granted"],
    ["two spellings of model", '{"Model":"small:7b"}', "body_duplicate_key"],
    ["a duplicate deep inside", '{"model":"small:7b","a":[{"b":{"c":1,"c":2}}]}', "body_duplicate_key"],
    [
      "a duplicate behind a string with quotes",
      '{"model":"small:7b","a":"\\\\\\"","a":1}',
      "body_duplicate_key",
    ],
    ["sixty-five levels", `{"model":"small:7b","a":${"[".repeat(64)}${"]".repeat(64)}}`, "body_too_deep"],
    ["a comment", '{"model":"small:7b"/**/}', "body_not_json"],
    ["a number too many", '{"model":"small:7b"} 1', "body_not_json"],
    ["a string", '"small:7b"', "body_not_json"],
    ["null", "null", "body_not_json"],
  ])("%s", (_, body, cause) => {
    expect(judge(body)).toBe(cause);
  });

  it("bytes that are not UTF-8, also where they would fold into a key", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"model":"small:7b","a'),
      Buffer.from([0xff]),
      Buffer.from('":1}'),
    ]);
    const judged = judgeBody(bytes, [granted]);
    expect(judged).toMatchObject({ ok: false, error: { cause: "body_not_json" } });
    expect(judgeBody(Buffer.from('{"model":"small:7b"}', "utf16le"), [granted]).ok).toBe(false);
  });

  it("sixty-four levels pass, and a long refusal is cut", () => {
    expect(judge(`{"model":"small:7b","a":${"[".repeat(63)}${"]".repeat(63)}}`)).toBe("passes");
    const judged = judgeBody(Buffer.from(JSON.stringify({ model: "x".repeat(9999) })), [granted]);
    expect(judged).toMatchObject({ error: { measured: "x".repeat(200) } });
  });

  it("bounds the context by the longest of the needs on one model, and lets none be chosen where none was declared", () => {
    const body = (num_ctx: number): Buffer =>
      Buffer.from(JSON.stringify({ model: "small:7b", options: { num_ctx } }));
    const longer = { ...granted, context: 8192 };
    expect(judgeBody(body(8192), [granted, longer])).toEqual({ ok: true, value: longer });
    const none = judgeBody(body(1), [{ ...granted, context: 0 }]);
    expect(none).toMatchObject({ error: { cause: "context_over_limit", measured: 1, limit: 0 } });
    expect(judgeBody(body(1e6), [{ ...granted, kind: "openai" }]).ok).toBe(true);
  });

  it("answers with the model that was asked for when several are granted", () => {
    const other = { ...granted, model: "embed" };
    expect(judgeBody(Buffer.from('{"model":"embed:latest"}'), [granted, other])).toEqual({
      ok: true,
      value: other,
    });
  });
});
