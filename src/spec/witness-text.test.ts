// Known answers for formatWitness: every part of a request has its words, and untrusted names are escaped.
import { expect, test } from "vitest";
import {
  NOTHING_FOUND,
  smallestRequest,
  UNLISTED,
  type WitnessCall,
  type WitnessRequest,
} from "./witness.ts";
import { formatWitness } from "./witness-text.ts";

const BASE = smallestRequest({ name: "agent", uid: 1001 });
const CALL: WitnessCall = {
  scheme: "https",
  host: "a.com",
  port: 443,
  address: null,
  authority: null,
  method: "POST",
  path: "/v1",
  content_type: null,
  carries: null,
  sends: [],
  passages: [],
  found: NOTHING_FOUND,
  for: [],
  declared: 1,
  requests: 1,
  bytes_out: 1024,
  bytes_in: 1,
  tokens_in: 0,
  tokens_out: 0,
  label: null,
  latency: null,
};
const node = (change: Partial<WitnessRequest["node"]>): WitnessRequest => ({
  ...BASE,
  node: { ...BASE.node, ...change },
});
const calls = (change: Partial<WitnessCall>): WitnessRequest => ({
  ...BASE,
  score: 99,
  calls: [{ ...CALL, ...change }],
});

test.each<readonly [WitnessRequest, string]>([
  [BASE, "a task of `agent` (uid 1001)"],
  [smallestRequest({ name: "a\u001b[31m`", uid: 0 }), "a task of `a\\x1b[31m\\x60` (uid 0)"],
  [{ ...BASE, memory: 2 ** 33 }, "a task of `agent` (uid 1001) that uses 8 GiB of memory"],
  [{ ...BASE, cpu: 1500, time: 60_000 }, "a task of `agent` (uid 1001) that uses 1.5 cores, runs for 1 m"],
  [
    { ...BASE, processes: 7, output: 1024 },
    "a task of `agent` (uid 1001) that uses 7 processes, prints 1 KiB",
  ],
  [
    { ...BASE, undeclared: ["memory"] },
    "a task of `agent` (uid 1001) that declares no memory and uses 1 B of memory",
  ],
  [
    { ...BASE, time: 5, undeclared: ["time", "bytes_out"] },
    "a task of `agent` (uid 1001) that declares no time and runs for 5 ms, declares no bytes out",
  ],
  [{ ...BASE, reads: ["/a", "/b\n"] }, "a task of `agent` (uid 1001) that reads `/a`, reads `/b\\n`"],
  [
    {
      ...BASE,
      models: [
        { capability: "chat", latency: null },
        { capability: "embed", latency: 2000 },
      ],
    },
    "a task of `agent` (uid 1001) that needs `chat` on this node, needs `embed` on this node within 2 s",
  ],
  [
    { ...BASE, provider: { name: "p", kind: "openai", url: "http://127.0.0.1:1", folder: null } },
    "a task of `agent` (uid 1001) that is provider `p` (http://127.0.0.1:1)",
  ],
  [
    { ...BASE, provider: { name: "p", kind: "gguf", url: null, folder: "/m" } },
    "a task of `agent` (uid 1001) that is provider `p` (/m)",
  ],
  [
    { ...BASE, provider: { name: "p", kind: "gguf", url: null, folder: null } },
    "a task of `agent` (uid 1001) that is provider `p` (nowhere)",
  ],
  [calls({}), "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 sending 1 KiB, scores 99"],
  [
    calls({ host: "::1" }),
    "a task of `agent` (uid 1001) that calls POST https://[::1]:443/v1 sending 1 KiB, scores 99",
  ],
  [
    calls({ declared: 2, requests: 2 }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 as 2 declared calls sending 1 KiB, scores 99",
  ],
  [
    calls({ requests: 5 }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 with 5 requests sending 1 KiB, scores 99",
  ],
  [
    calls({ label: "secret", for: ["chat", "embed"], latency: 500 }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 for `chat` and `embed` sending 1 KiB labelled `secret` within 500 ms, scores 99",
  ],
  [
    calls({ scheme: "tcp", method: "CONNECT", path: "", port: 22, address: "10.0.0.5", bytes_in: 2048 }),
    "a task of `agent` (uid 1001) that connects to tcp://a.com:22 at 10.0.0.5 sending 1 KiB taking 2 KiB, scores 99",
  ],
  [
    calls({ scheme: "http", authority: "MIIBAbcdefghijkl", address: "127.0.0.1" }),
    "a task of `agent` (uid 1001) that calls POST http://a.com:443/v1 at 127.0.0.1 proved by the authority that ends in `Abcdefghijkl` sending 1 KiB, scores 99",
  ],
  [
    calls({ content_type: "text/plain", sends: ["/keys", "/more\n"] }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 sending 1 KiB of `text/plain` with a value of `/keys` with a value of `/more\\n`, scores 99",
  ],
  [
    calls({
      passages: ["/report", "/b\n"],
      found: { ...NOTHING_FOUND, credential: UNLISTED, opaque: "ab12" },
    }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 sending 1 KiB with a passage of `/report` with a passage of `/b\\n` with a credential with data that nobody can read whose fingerprint is `ab12`, scores 99",
  ],
  [
    calls({
      found: { credential: "cd34", opaque: UNLISTED, personal: { group: "email", count: 21 }, novel: 4096 },
    }),
    "a task of `agent` (uid 1001) that calls POST https://a.com:443/v1 sending 1 KiB with a credential whose fingerprint is `cd34` with data that nobody can read with 21 of `email` with 4 KiB of novel information, scores 99",
  ],
  [
    { ...calls({ carries: { name: "KEY", file: "/k", place: "header x-key" } }), secrets: ["KEY", "B"] },
    "a task of `agent` (uid 1001) that asks for secret `KEY`, asks for secret `B`, calls POST https://a.com:443/v1 sending 1 KiB with secret `KEY` of `/k` as `header x-key`, scores 99",
  ],
  [node({ isolation: "seatbelt" }), "a task of `agent` (uid 1001), on a node that proves seatbelt"],
  [node({ limits: "soft" }), "a task of `agent` (uid 1001), on a node that proves soft limits"],
  [
    node({ committed: 8000, left: 1024 }),
    "a task of `agent` (uid 1001), with 80 % of memory committed, with 1 KiB of memory left",
  ],
  [
    node({ heat: null, pressure: null }),
    "a task of `agent` (uid 1001), on a node without a heat sensor, on a node without pressure figures",
  ],
  [
    node({ heat: 80_500, pressure: 50 }),
    "a task of `agent` (uid 1001), at 80.5 C, at a memory pressure of 0.5 %",
  ],
  [node({ heat: -5000 }), "a task of `agent` (uid 1001), at -5 C"],
  [node({ providers: "up" }), "a task of `agent` (uid 1001), while the local providers answer"],
  [
    { ...BASE, spent: [{ ago: 0, same: [], external_calls: 3, bytes_out: 1024, tokens: 0, money: 0 }] },
    "a task of `agent` (uid 1001), after this node spent 3 external calls and 1 KiB out just before",
  ],
  [
    {
      ...BASE,
      spent: [
        {
          ago: 3_600_000,
          same: ["principal", "lineage"],
          external_calls: 0,
          bytes_out: 1,
          tokens: 0,
          money: 0,
        },
      ],
    },
    "a task of `agent` (uid 1001), after the same principal and lineage spent 1 B out 1 h ago",
  ],
])("formatWitness %#", (request, expected) => {
  expect(formatWitness(request)).toBe(expected);
});
