// A run with a call, through a whole governor: decided, let out by the gate, recorded, told, and charged by what it used.
import { afterEach, beforeEach, expect, test } from "vitest";
import { openUpstream, type Upstream } from "../../test/enforce/upstream.ts";
import { type MadeHome, makeHome, run, taskOf } from "./fixtures/made-home.ts";
import { tailHome } from "./tail-home.ts";

let upstream: Upstream;
let made: MadeHome;
beforeEach(async () => {
  upstream = await openUpstream();
  made = await makeHome({ endpoints: upstream.endpoints() });
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
