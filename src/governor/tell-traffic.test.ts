// What explain and tail say of a run's traffic: every decision, in order, and nothing that could pass for something else.
import { describe, expect, test } from "vitest";
import type { EgressEvent } from "../enforce/execution.ts";
import type { LedgerRecord } from "../ledger/record.ts";
import { formatReadable } from "../stdx/readable-quantity.ts";
import type { KeptLedger } from "./keep-ledger.ts";
import { chargedOf } from "./launch.ts";
import { nameHash } from "./name-hash.ts";
import { emptyProjection } from "./project-record.ts";
import { egressRecord } from "./records.ts";
import { tellRun } from "./tell-run.ts";

const names = nameHash(new Uint8Array(32));
const EVENT: EgressEvent = {
  decision: "allow",
  via: "connect",
  provider: null,
  host: "api.example.com",
  port: 443,
  method: "POST",
  path: "/v1/x",
  cause: null,
  status: 200,
  bytes_out: 30,
  bytes_in: 40,
  findings: [],
};

function recordOf(sequence: number, decision: number, change: Partial<EgressEvent>): LedgerRecord {
  const { kind, core, payload } = egressRecord(decision, { ...EVENT, ...change }, names);
  return { sequence, kind, time: 0, wall: "", core, payload_hash: null, payload: payload ?? null };
}

async function told(records: readonly LedgerRecord[]): Promise<readonly string[]> {
  const read = (sequence: number): Promise<LedgerRecord | undefined> =>
    Promise.resolve(records[sequence - 8]);
  const ledger = { size: 8 + records.length, read } as unknown as KeptLedger;
  const [section, ...rest] = await tellRun({ ledger, projection: emptyProjection() }, 7);
  expect(rest).toEqual([]);
  return section?.lines ?? [];
}

describe("egressRecord", () => {
  test("keeps of host and path hashes in its core, and both in clear where they can be erased", () => {
    const { core, payload } = egressRecord(7, EVENT, names);
    expect(JSON.stringify(core)).not.toContain("example.com");
    expect(JSON.stringify(core)).not.toContain("/v1/x");
    expect(core).toMatchObject({
      decision_sequence: 7,
      decision: "allow",
      via: "connect",
      host_hash: names("host", "api.example.com"),
      path_hash: names("path", "/v1/x"),
      port: 443,
      status: 200,
      bytes_out: 30,
    });
    expect(payload).toEqual({ host: "api.example.com", path: "/v1/x" });
    expect(egressRecord(7, { ...EVENT, host: null }, names)).not.toHaveProperty("payload");
  });
});

describe("TrafficTelling", () => {
  test("tells each decision of that run and no other's, and their sum", async () => {
    const lines = await told([
      recordOf(8, 7, {}),
      recordOf(9, 6, { host: "other.example.com" }),
      recordOf(10, 7, {
        decision: "refuse",
        cause: "host_not_granted",
        status: 403,
        bytes_out: 0,
        bytes_in: 0,
      }),
      { ...recordOf(11, 7, {}), payload: null },
      recordOf(12, 7, { via: "model", provider: "local", host: null, port: null }),
    ]);
    expect(lines).toEqual([
      "4 decisions of the gate, 3 allowed: 90 bytes out, 120 bytes in",
      "allow  connect POST api.example.com:443/v1/x status 200 30 bytes out, 40 in",
      "refuse connect POST api.example.com:443/v1/x status 403 0 bytes out, 0 in: host_not_granted",
      `allow  connect POST erased host ${names("host", "api.example.com").slice(0, 12)}:443 status 200 30 bytes out, 40 in`,
      "allow  model POST local status 200 30 bytes out, 40 in",
    ]);
  });

  test("escapes what a task chose, bounds the lines, and says nothing of a run without traffic", async () => {
    const [, line] = await told([recordOf(8, 7, { method: "GET\u001b[2J\nallow" })]);
    expect(line).toContain("GET\\x1b[2J\\nallow");
    const many = await told(Array.from({ length: 250 }, (_, index) => recordOf(8 + index, 7, {})));
    expect(many).toHaveLength(202);
    expect(many.at(-1)).toBe("and 50 more in the ledger");
    expect(await told([])).toEqual([]);
  });
});

describe("chargedOf", () => {
  const held = [
    { host: names("host", "api.example.com"), external_calls: 5, bytes_out: 500, tokens: 30, money: 40 },
  ];
  test("charges what was used of each destination held", () => {
    const destinations = [
      { host: "api.example.com", requests: 2, bytes_out: 90, tokens: 7, money: 8 },
      { host: "on-this-node.example.com", requests: 9, bytes_out: 9, tokens: 0, money: 0 },
    ];
    expect(chargedOf({ destinations: held }, { complete: true, destinations }, names)).toEqual([
      { host: names("host", "api.example.com"), external_calls: 2, bytes_out: 90, tokens: 7, money: 8 },
    ]);
    expect(chargedOf({ destinations: held }, { complete: true, destinations: [] }, names)).toEqual([]);
  });
  test("charges all that was held when nobody can say", () => {
    expect(chargedOf({ destinations: held }, { complete: false, destinations: [] }, names)).toEqual(held);
  });
});

test("tellTraffic says what was charged for, and whether the answer said it", async () => {
  const usage = { tokens_in: 20, tokens_out: 5, tokens: 25, money: 1_500_000 };
  const unsaid = { tokens_in: null, tokens_out: null, tokens: 100, money: 0 };
  const [sum, ...lines] = await told([
    recordOf(8, 7, { usage }),
    recordOf(9, 7, { usage: unsaid }),
    recordOf(10, 7, {}),
  ]);
  expect(sum).toBe(
    `3 decisions of the gate, 3 allowed: 90 bytes out, 120 bytes in, 125 tokens, ${formatReadable("money", 1_500_000)}`,
  );
  expect(lines[0]).toContain(`(25 tokens, ${formatReadable("money", 1_500_000)}: 20 in and 5 out)`);
  expect(lines[1]).toContain("(100 tokens: not said, so all that was reserved)");
  expect(lines[2]).not.toContain("tokens");
});
