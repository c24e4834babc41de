// A run with a call, through a whole governor: decided, let out by the gate, recorded, told, and charged by what it used; where
// the endpoint has a price, in tokens and money too.
import { afterEach, beforeEach, expect, test } from "vitest";
import { openUpstream, type Upstream } from "../../test/enforce/upstream.ts";
import { type MadeHome, makeHome, run, taskOf } from "./fixtures/made-home.ts";
import { tailHome } from "./tail-home.ts";

/** As OpenAI documents the usage of a chat completion. */
const CHAT = {
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello!" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 },
};
const PRICE = { input_per_million: "3 USD", output_per_million: "15 USD", per_request: "0.001 USD" };

let upstream: Upstream;
let made: MadeHome;
beforeEach(async ({ task }) => {
  upstream = await openUpstream("api.example.com", { "/v1/chat": CHAT });
  const priced = { methods: ["POST"], price: PRICE };
  made = task.name.includes("price")
    ? await makeHome({
        endpoints: upstream.endpoints(priced),
        budget:
          "{ scope: principal, window: 1 h, external_calls: 100, bytes_out: 20 MiB, tokens: 12000, money: 0.2 USD }",
      })
    : await makeHome({ endpoints: upstream.endpoints() });
});
afterEach(async () => {
  upstream.close();
  await made.end();
});

test("a declared call leaves through the gate, and the rest of what was held is given back", async () => {
  const governor = await made.open();
  const url = `https://${upstream.host}:${upstream.port}/v1/thing`;
  const script = `curl -sS ${url}; curl -sS -o /dev/null https://evil.example.net/; true`;
  const needs = { calls: [{ to: url, method: "GET", calls_max: 3, bytes_out_max: "64 KiB" }] };
  const ran = await run(governor, taskOf(made, ["sh", "-c", script], needs));
  expect(ran.decision.findings.filter(({ passes }) => !passes)).toEqual([]);
  expect(ran.stdout).toBe("GET /v1/thing ");
  expect(upstream.seen()).toHaveLength(1);
  expect(ran.observation).toMatchObject({ exit_code: 0, external_requests: 1 });

  const { records, lines } = await tailHome(made.home, 100);
  const egress = records.filter(({ kind }) => kind === "egress").map(({ core }) => core);
  expect(egress).toMatchObject([
    { decision: "allow", via: "connect", method: "GET", port: upstream.port, status: 200 },
    { decision: "refuse", via: "connect", port: 443 },
  ]);
  expect(JSON.stringify(egress)).not.toContain("example");
  expect(lines.filter((line) => line.includes(" egress "))).toHaveLength(2);

  const settlement = records.find(({ kind }) => kind === "settlement")?.core;
  const bytes_out = ran.observation?.external_bytes_out;
  expect(settlement?.["charged"]).toEqual([
    { host: egress[0]?.["host_hash"], external_calls: 1, bytes_out, tokens: 0, money: 0 },
  ]);

  const explained = await governor.explain(ran.sequence ?? -1);
  const traffic = explained.told.find(({ title }) => title === "Traffic")?.lines ?? [];
  expect(traffic).toHaveLength(3);
  expect(traffic[1]).toContain(`GET ${upstream.host}:${upstream.port}/v1/thing status 200`);
  expect(traffic[2]).toContain("evil.example.net:443");
  expect((await made.verify()).ok).toBe(true);
});

test("a call with a price is reserved at what it can cost, settled by the usage that the answer tells, and bounded by the budget", async () => {
  const governor = await made.open();
  const url = `https://${upstream.host}:${upstream.port}/v1/chat`;
  const ask = (max_tokens: number): string =>
    `curl -sS -H 'content-type: application/json' -d '{"model":"m","max_tokens":${max_tokens},"messages":[]}' ${url}`;
  const needs = (tokens: number): Record<string, unknown> => ({
    calls: [{ to: url, method: "POST", calls_max: 2, bytes_out_max: "64 KiB", tokens }],
  });
  // The second asks for more than is left of the need.
  const script = `${ask(100)}; echo; ${ask(9990)}`;
  const ran = await run(governor, taskOf(made, ["sh", "-c", script], needs(10_000)));
  expect(ran.decision.findings.filter(({ passes }) => !passes)).toEqual([]);
  expect(JSON.parse(ran.stdout.split("\n")[0] ?? "")).toEqual(CHAT);
  expect(upstream.seen()).toHaveLength(1);
  // 19 at 3 and 10 at 15 millionths of a dollar, and a thousand for the request.
  const used = { tokens: 29, money: 19 * 3 + 10 * 15 + 1000 };
  expect(ran.observation).toMatchObject(used);

  const { records } = await tailHome(made.home, 100);
  const of = (kind: string) => records.filter((record) => record.kind === kind).map(({ core }) => core);
  // Every token as dear as the dearer kind, and both requests.
  const reserved = { external_calls: 2, tokens: 10_000, money: 10_000 * 15 + 2 * 1000 };
  expect(of("decision")[0]?.["hold"]).toMatchObject({ destinations: [reserved] });
  expect(of("egress")).toMatchObject([
    { decision: "allow", status: 200, usage: { tokens_in: 19, tokens_out: 10, ...used } },
    { decision: "refuse" },
  ]);
  expect(of("settlement")[0]?.["charged"]).toMatchObject([{ external_calls: 1, ...used }]);

  // What was reserved and not used is free again, and no more than that.
  const again = await governor.decide(taskOf(made, ["true"], needs(10_000)));
  expect(again.decision.outcome).toBe("admit");
  const over = await governor.decide(taskOf(made, ["true"], needs(12_000 - used.tokens + 1)));
  expect(over.decision.outcome).not.toBe("admit");
  const failing = over.decision.findings.filter(({ passes }) => !passes);
  expect(failing).toMatchObject([
    { rule: "resources.budgets.principal.tokens", limit: 12_000, measured: 12_001 },
  ]);
  const explained = await governor.explain(ran.sequence ?? -1);
  expect(explained.told.find(({ title }) => title === "Traffic")?.lines[0]).toContain("29 tokens");
});
