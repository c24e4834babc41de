// Tokens and money of calls through the gate, with real servers that answer as the common model APIs document it: in one
// piece, streamed in pieces of any size, compressed, and dishonestly.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { GrantedMeter } from "../../../decide/decision.ts";
import type { EgressEvent } from "../../execution.ts";
import { granted, HOST, listen, startGate, type TestGate } from "./fixtures/gate-harness.ts";

const open: { close: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Three dollars a million asked, fifteen answered, a tenth of a cent a request. */
const PRICE = { input_per_million: 3_000_000, output_per_million: 15_000_000, per_request: 1000 };
const METER: GrantedMeter = { tokens_max: 100_000, money_max: 10_000_000, price: PRICE };

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly encoding?: string;
  readonly body: string | Uint8Array;
  /** Bytes of each piece. */
  readonly pieces?: number;
  /** Hang up instead of ending. */
  readonly cut?: boolean;
}

async function gateFor(meter: GrantedMeter, answer: (asked: string) => Answer): Promise<TestGate> {
  const upstream = createServer((asked, response) => void serve(asked, response, answer));
  const port = await listen(upstream);
  open.push({ close: () => new Promise((resolve) => void upstream.close(resolve)) });
  const gate = await startGate({
    calls: [granted({ methods: ["POST"], meter }), granted({ meter })],
    upstream: port,
  });
  open.push(gate);
  return gate;
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (asked: string) => Answer,
): Promise<void> {
  let asked = "";
  for await (const chunk of incoming) asked += String(chunk);
  const { status = 200, type = "application/json", encoding, body, pieces, cut } = answer(asked);
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...(type === "" ? {} : { "content-type": type }),
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
  });
  const size = pieces ?? (bytes.length || 1);
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size));
    if (pieces !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }
  if (cut === true) response.destroy();
  else response.end();
}

const ASKED = JSON.stringify({ model: "m", max_tokens: 100, messages: [{ role: "user", content: "hello" }] });
/** What is reserved for it: its bytes, its answer, and what a server puts around it. */
const RESERVED = ASKED.length + 100 + 1024;

function ask(gate: TestGate, body: string | null = ASKED): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const asking = request({
      port: gate.port,
      path: "/v1/chat",
      method: body === null ? "GET" : "POST",
      headers: { host: HOST, ...(body === null ? {} : { "content-type": "application/json" }) },
    });
    asking.on("error", () => resolve({ status: 0, text: "" }));
    asking.on("response", (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      answer.on("error", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asking.end(body ?? undefined);
  });
}

async function usageOf(answer: Answer, body: string = ASKED): Promise<EgressEvent["usage"]> {
  const gate = await gateFor(METER, () => answer);
  await ask(gate, body);
  await gate.reported(1);
  return gate.events[0]?.usage;
}

const events = (...documents: readonly unknown[]): string =>
  documents.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join("");
const named = (
  ...documents: readonly { readonly type: string; readonly [member: string]: unknown }[]
): string => documents.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");

const OPENAI_CHAT = {
  id: "chatcmpl-1",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello!" }, finish_reason: "stop" }],
  usage: {
    prompt_tokens: 19,
    completion_tokens: 10,
    total_tokens: 29,
    prompt_tokens_details: { cached_tokens: 5 },
    completion_tokens_details: { reasoning_tokens: 4 },
  },
};
const OPENAI_STREAM = events(
  { object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: "usage" } }], usage: null },
  { object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null },
  {
    object: "chat.completion.chunk",
    choices: [],
    usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 },
  },
  "[DONE]",
);
const RESPONSES_STREAM = named(
  { type: "response.created" },
  { type: "response.output_text.delta" },
  {
    type: "response.completed",
    response: { status: "completed", usage: { input_tokens: 19, output_tokens: 10, total_tokens: 29 } },
  },
);
const ANTHROPIC = {
  type: "message",
  role: "assistant",
  content: [{ type: "text", text: "Hi" }],
  usage: { input_tokens: 4, cache_creation_input_tokens: 9, cache_read_input_tokens: 6, output_tokens: 10 },
};
const ANTHROPIC_START = {
  type: "message_start",
  message: {
    usage: { input_tokens: 4, cache_creation_input_tokens: 9, cache_read_input_tokens: 6, output_tokens: 1 },
  },
};
const ANTHROPIC_STREAM = named(
  ANTHROPIC_START,
  { type: "content_block_delta" },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 10 } },
  { type: "message_stop" },
);
const GEMINI = {
  candidates: [],
  usageMetadata: {
    promptTokenCount: 19,
    candidatesTokenCount: 6,
    thoughtsTokenCount: 4,
    totalTokenCount: 29,
  },
};
const OLLAMA_STREAM = `${JSON.stringify({ response: "Hi", done: false })}\n${JSON.stringify({ done: true, prompt_eval_count: 19, eval_count: 10 })}\n`;

/** 19 tokens asked, 10 answered: 57 and 150 millionths, and a request. */
const SAID = { tokens_in: 19, tokens_out: 10, tokens: 29, money: 1207 };
/** What the request reserved, all at the dearer price. */
const FULL = { tokens_in: null, tokens_out: null, tokens: RESERVED, money: 1000 + 15 * RESERVED };

describe("handleRequest counts what an answer says that it used", () => {
  test.each<[string, Answer]>([
    ["OpenAI chat", { body: JSON.stringify(OPENAI_CHAT) }],
    ["OpenAI chat, indented, in single bytes", { body: JSON.stringify(OPENAI_CHAT, null, 2), pieces: 1 }],
    ["OpenAI chat, streamed", { type: "text/event-stream", body: OPENAI_STREAM }],
    [
      "OpenAI chat, streamed in single bytes",
      { type: "text/event-stream; charset=utf-8", body: OPENAI_STREAM, pieces: 1 },
    ],
    [
      "OpenAI responses, streamed in sevens",
      { type: "text/event-stream", body: RESPONSES_STREAM, pieces: 7 },
    ],
    ["Anthropic, caches included", { body: JSON.stringify(ANTHROPIC) }],
    [
      "Anthropic, streamed with CR LF",
      { type: "text/event-stream", body: ANTHROPIC_STREAM.replaceAll("\n", "\r\n"), pieces: 3 },
    ],
    ["Gemini, thoughts included", { body: JSON.stringify(GEMINI) }],
    ["Ollama, in lines", { type: "application/x-ndjson", body: OLLAMA_STREAM, pieces: 5 }],
    ["gzip", { encoding: "gzip", body: gzipSync(JSON.stringify(OPENAI_CHAT)), pieces: 11 }],
    [
      "brotli, streamed",
      { type: "text/event-stream", encoding: "br", body: brotliCompressSync(ANTHROPIC_STREAM), pieces: 1 },
    ],
    [
      "two that contradict: the higher",
      {
        type: "text/event-stream",
        body: events(
          { usage: { prompt_tokens: 19, completion_tokens: 2 } },
          { usage: { prompt_tokens: 3, completion_tokens: 10 } },
          "[DONE]",
        ),
      },
    ],
    [
      "a total above its parts",
      { body: JSON.stringify({ usage: { prompt_tokens: 19, completion_tokens: 2, total_tokens: 29 } }) },
    ],
  ])("%s", async (_name, answer) => {
    expect(await usageOf(answer)).toEqual(SAID);
  });

  test("the answer reaches the task unchanged, whatever is read beside it", async () => {
    const gate = await gateFor(METER, () => ({ type: "text/event-stream", body: OPENAI_STREAM, pieces: 2 }));
    expect(await ask(gate)).toEqual({ status: 200, text: OPENAI_STREAM });
  });

  test("a request that was refused asked no model: it costs what a request costs", async () => {
    const refused = await usageOf({ status: 429, body: '{"error":{"type":"rate_limit_error"}}' });
    expect(refused).toEqual({ tokens_in: 0, tokens_out: 0, tokens: 0, money: 1000 });
  });
});

describe("handleRequest charges what was reserved where no answer says it", () => {
  const gz = gzipSync(JSON.stringify(OPENAI_CHAT));
  test.each<[string, Answer]>([
    ["no usage", { body: '{"choices":[]}' }],
    ["no usage in a stream", { type: "text/event-stream", body: events({ choices: [] }, "[DONE]") }],
    ["a stream that ends before its last word", { type: "text/event-stream", body: named(ANTHROPIC_START) }],
    [
      "a stream that is cut after its last word",
      { type: "text/event-stream", body: OPENAI_STREAM, pieces: 50, cut: true },
    ],
    ["less than zero", { body: '{"usage":{"prompt_tokens":-19,"completion_tokens":-1}}' }],
    ["a fraction", { body: '{"usage":{"prompt_tokens":1.5,"completion_tokens":1}}' }],
    ["text", { body: '{"usage":{"prompt_tokens":"1","completion_tokens":1}}' }],
    ["no number that JSON has", { body: '{"usage":{"prompt_tokens":NaN,"completion_tokens":1}}' }],
    ["only what was answered", { body: '{"usage":{"completion_tokens":1}}' }],
    ["no JSON", { type: "text/html", body: JSON.stringify(OPENAI_CHAT) }],
    ["no type", { type: "", body: JSON.stringify(OPENAI_CHAT) }],
    ["half a gzip", { encoding: "gzip", body: gz.subarray(0, gz.length - 9) }],
    ["no gzip", { encoding: "gzip", body: JSON.stringify(OPENAI_CHAT) }],
    ["an encoding that is not known", { encoding: "odd", body: JSON.stringify(OPENAI_CHAT) }],
    ["a document over the bound", { body: JSON.stringify({ pad: "x".repeat(9_000_000), ...OPENAI_CHAT }) }],
    ["an upstream's own failure", { status: 500, body: "{}" }],
  ])("%s", async (_name, answer) => {
    expect(await usageOf(answer)).toEqual(FULL);
  });

  test("a huge figure counts as the most that any need may declare, and nothing follows it", async () => {
    const gate = await gateFor(METER, () => ({
      body: '{"usage":{"prompt_tokens":9007199254740991,"completion_tokens":1e30}}',
    }));
    expect((await ask(gate)).status).toBe(200);
    await gate.reported(1);
    expect(gate.events[0]?.usage?.tokens).toBe(2_000_000_000);
    expect(JSON.parse((await ask(gate)).text)).toMatchObject({
      cause: "tokens_over_limit",
      retryable: false,
    });
  });

  test("without a bound of its own a request that says nothing spends all that is left", async () => {
    const gate = await gateFor(METER, () => ({ body: "{}" }));
    await ask(gate, '{"messages":[]}');
    await gate.reported(1);
    expect(gate.events[0]?.usage).toMatchObject({ tokens: METER.tokens_max, money: METER.money_max });
    expect((await ask(gate)).status).toBe(403);
  });
});

describe("handleRequest keeps to the tokens and money of its grant", () => {
  test("the request after they are spent is refused, and told what is left", async () => {
    const gate = await gateFor({ ...METER, tokens_max: 150 }, () => ({ body: JSON.stringify(OPENAI_CHAT) }));
    expect((await ask(gate)).status).toBe(200);
    expect((await ask(gate)).status).toBe(200);
    const refused = await ask(gate);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      403,
      { cause: "tokens_over_limit", measured: 100, limit: 92, retryable: false },
    ]);
    expect(gate.state.used.calls[0]).toMatchObject({ requests: 2, tokens: 58, money: 2414 });
    expect(gate.events.at(-1)).toMatchObject({ decision: "refuse", cause: "tokens_over_limit" });
  });

  test("money bounds it too, where tokens are left", async () => {
    const gate = await gateFor({ ...METER, money_max: 3000 }, () => ({ body: JSON.stringify(OPENAI_CHAT) }));
    expect((await ask(gate)).status).toBe(200);
    expect(JSON.parse((await ask(gate)).text)).toMatchObject({
      cause: "money_over_limit",
      limit: "0.001793 USD",
    });
  });

  test("none of fifty at once passes what is granted: each waits until those before it are counted", async () => {
    const gate = await gateFor({ ...METER, tokens_max: 29 * 5 }, () => ({
      body: JSON.stringify(OPENAI_CHAT),
    }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(gate, '{"messages":[]}')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(gate.state.used.calls[0]).toMatchObject({ requests: 5, tokens: 145 });
  });

  test("a request without a body asks no model, reserves nothing, and needs nothing left", async () => {
    const gate = await gateFor({ ...METER, tokens_max: 0, money_max: 0 }, () => ({ body: '{"data":[]}' }));
    expect((await ask(gate, null)).status).toBe(200);
    await gate.reported(1);
    expect(gate.events[0]?.usage).toMatchObject({ tokens: 0 });
    expect((await ask(gate)).status).toBe(403);
  });
});
