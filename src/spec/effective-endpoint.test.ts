// Of overlapping endpoint entries the tightest of each field holds; the index answers as the plain search does.
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { drawFrom, someSpec } from "../../model/comparison-universe.ts";
import { PLAIN_ENDPOINT } from "../../model/plain-spec.ts";
import { depth, seed } from "../../test/depth.ts";
import { certificateText } from "./certificates.ts";
import { buildEndpointIndex, effectiveEndpoint } from "./effective-endpoint.ts";
import type { Endpoint } from "./spec.ts";

const LADDER = ["public", "internal", "confidential", "secret"];
const WIDE: Endpoint = {
  host: "*.example.com",
  port: 443,
  address: null,
  ca: null,
  control: "owned",
  clearance: "secret",
  serves: ["chat", "embed"],
  methods: ["GET", "POST"],
  paths: ["/"],
  content_types: null,
  requests_per_task_max: null,
  bytes_out_per_task_max: 10,
  bytes_in_per_task_max: 20,
  latency: 900,
  opaque: null,
  price: null,
};

function both(
  endpoints: readonly Endpoint[],
  host: string,
  port = 443,
): ReturnType<typeof effectiveEndpoint> {
  const searched = effectiveEndpoint(endpoints, LADDER, host, port);
  expect(buildEndpointIndex(endpoints, LADDER).lookup(host, port)).toEqual(searched);
  return searched;
}

test("effectiveEndpoint is the entry itself where nothing overlaps", () => {
  expect(both([PLAIN_ENDPOINT], "api.example.com")).toEqual({ ...PLAIN_ENDPOINT, serves_any: ["chat"] });
});

test("effectiveEndpoint knows no host that no entry names", () => {
  expect(both([], "api.example.com")).toBeNull();
  expect(both([PLAIN_ENDPOINT], "other.example.com")).toBeNull();
  expect(both([PLAIN_ENDPOINT], "x.api.example.com")).toBeNull();
  expect(both([PLAIN_ENDPOINT], "api.example.com", 8443)).toBeNull();
  expect(both([WIDE], "example.com")).toBeNull();
  expect(both([WIDE], "com")).toBeNull();
});

test.each([[[WIDE, PLAIN_ENDPOINT]], [[PLAIN_ENDPOINT, WIDE]]])(
  "effectiveEndpoint takes the tightest of each field, in any order",
  (endpoints) => {
    expect(effectiveEndpoint(endpoints, LADDER, "api.example.com", 443)).toEqual({
      host: endpoints[0]?.host,
      port: 443,
      address: null,
      ca: null,
      control: "contracted",
      clearance: "internal",
      serves: ["chat"],
      serves_any: ["chat", "embed"],
      methods: ["POST"],
      paths: ["/v1/"],
      content_types: ["application/json"],
      requests_per_task_max: 300,
      bytes_out_per_task_max: 10,
      bytes_in_per_task_max: 20,
      latency: 900,
      opaque: null,
      // One that has no price takes nothing from another's.
      price: PLAIN_ENDPOINT.price,
    });
  },
);

test("effectiveEndpoint: no cap is looser than any, an unknown latency tighter than any", () => {
  const capless = { ...WIDE, requests_per_task_max: null, bytes_out_per_task_max: null, latency: null };
  expect(
    effectiveEndpoint([capless, { ...capless, host: "a.example.com" }], LADDER, "a.example.com", 443),
  ).toMatchObject({
    requests_per_task_max: null,
    bytes_out_per_task_max: null,
    latency: null,
  });
  const capped = {
    ...capless,
    host: "a.example.com",
    requests_per_task_max: 5,
    bytes_out_per_task_max: 7,
    latency: 1,
  };
  for (const pair of [
    [capless, capped],
    [capped, capless],
  ]) {
    expect(effectiveEndpoint(pair, LADDER, "a.example.com", 443)).toMatchObject({
      requests_per_task_max: 5,
      bytes_out_per_task_max: 7,
      latency: null,
    });
  }
});

test("effectiveEndpoint ranks a clearance that is not on the ladder below all", () => {
  const odd = { ...WIDE, host: "a.example.com", clearance: "nowhere" };
  for (const pair of [
    [WIDE, odd],
    [odd, WIDE],
  ]) {
    expect(effectiveEndpoint(pair, LADDER, "a.example.com", 443)?.clearance).toBe("nowhere");
  }
});

test.each([
  ["owned", "contracted", "contracted"],
  ["owned", "uncontrolled", "uncontrolled"],
  ["contracted", "uncontrolled", "uncontrolled"],
  ["owned", "owned", "owned"],
] as const)("effectiveEndpoint of %s and %s is %s", (one, other, expected) => {
  const first = { ...WIDE, control: one };
  const second = { ...WIDE, host: "a.example.com", control: other };
  expect(effectiveEndpoint([first, second], LADDER, "a.example.com", 443)?.control).toBe(expected);
  expect(effectiveEndpoint([second, first], LADDER, "a.example.com", 443)?.control).toBe(expected);
});

test("buildEndpointIndex resolves three levels of overlap, and only those of the same port", () => {
  const endpoints: readonly Endpoint[] = [
    { ...WIDE, host: "*.com", requests_per_task_max: 9 },
    { ...WIDE, host: "*.example.com", requests_per_task_max: 8 },
    { ...WIDE, host: "a.example.com", requests_per_task_max: 7 },
    { ...WIDE, host: "a.example.com", port: 8443, requests_per_task_max: 1 },
    { ...WIDE, host: "*.other.com", requests_per_task_max: 2 },
  ];
  const index = buildEndpointIndex(endpoints, LADDER);
  expect(index.lookup("a.example.com", 443)?.requests_per_task_max).toBe(7);
  expect(index.lookup("x.y.example.com", 443)?.requests_per_task_max).toBe(8);
  expect(index.lookup("example.com", 443)?.requests_per_task_max).toBe(9);
  expect(index.lookup("z.com", 443)?.requests_per_task_max).toBe(9);
  expect(index.lookup("a.example.com", 8443)?.requests_per_task_max).toBe(1);
  expect(index.lookup("b.example.com", 8443)).toBeNull();
});

test("buildEndpointIndex merges two entries of one host and port", () => {
  const twice = [PLAIN_ENDPOINT, { ...PLAIN_ENDPOINT, methods: ["GET"], requests_per_task_max: 5 }];
  expect(both(twice, "api.example.com")).toMatchObject({ methods: [], requests_per_task_max: 5 });
});

test("buildEndpointIndex and effectiveEndpoint agree on random overlapping lists", () => {
  const hosts = [
    "a.example.com",
    "b.a.example.com",
    "x.b.a.example.com",
    "w.example.com",
    "c.example.org",
    "d.example.net",
  ];
  assert(
    property(integer(), (drawSeed) => {
      const { sovereignty, privacy } = someSpec(drawFrom(drawSeed));
      const index = buildEndpointIndex(sovereignty.endpoints, privacy.ladder);
      for (const host of hosts) {
        for (const port of [443, 8443]) {
          const found = index.lookup(host, port);
          const searched = effectiveEndpoint(sovereignty.endpoints, privacy.ladder, host, port);
          // Which pattern stands for the place differs; what holds there does not.
          expect(found === null ? null : { ...found, host }).toEqual(
            searched === null ? null : { ...searched, host },
          );
        }
      }
    }),
    { seed, numRuns: depth(500, 50_000) },
  );
});

const ONE = certificateText(["AAAA"]);
const TWO = certificateText(["BBBB"]);
const BOTH = certificateText(["AAAA", "BBBB"]);
const NARROW: Endpoint = { ...WIDE, host: "a.example.com" };
const RAW = { max_label: "internal", bytes_out: 5, bytes_in: 9 };

/** What holds for `a.example.com` of a narrow and a wide entry, in either order, searched and indexed. */
function overlapped(narrow: Partial<Endpoint>, wide: Partial<Endpoint>): ReturnType<typeof both> {
  const entries = [
    { ...NARROW, ...narrow },
    { ...WIDE, ...wide },
  ];
  const found = both(entries, "a.example.com");
  const turned = effectiveEndpoint(entries.toReversed(), LADDER, "a.example.com", 443);
  expect(turned === null ? null : { ...turned, host: "a.example.com" }).toEqual(found);
  return found;
}

test.each<readonly [Partial<Endpoint>, Partial<Endpoint>, Partial<Endpoint>]>([
  [{ address: "8.8.8.8" }, {}, { address: "8.8.8.8" }],
  [{}, { address: "8.8.8.8" }, { address: "8.8.8.8" }],
  [{ address: "8.8.8.8" }, { address: "8.8.8.8" }, { address: "8.8.8.8" }],
  [{}, {}, { address: null, ca: null, content_types: null, opaque: null, bytes_in_per_task_max: 20 }],
  [{ ca: ONE }, {}, { ca: ONE }],
  [{}, { ca: BOTH }, { ca: BOTH }],
  [{ ca: BOTH }, { ca: TWO }, { ca: TWO }],
  [{ content_types: ["a/b", "c/d"] }, { content_types: ["c/d", "e/f"] }, { content_types: ["c/d"] }],
  [{ content_types: ["a/b"] }, { content_types: ["e/f"] }, { content_types: [] }],
  [{ content_types: [] }, {}, { content_types: [] }],
  [{}, { content_types: ["a/b"] }, { content_types: ["a/b"] }],
  [{ bytes_in_per_task_max: 7 }, {}, { bytes_in_per_task_max: 7 }],
  [{ bytes_in_per_task_max: null }, {}, { bytes_in_per_task_max: 20 }],
  [
    { opaque: RAW },
    { opaque: { max_label: "public", bytes_out: 7, bytes_in: 8 } },
    { opaque: { max_label: "public", bytes_out: 5, bytes_in: 8 } },
  ],
  [
    { opaque: { ...RAW, max_label: "nowhere" } },
    { opaque: RAW },
    { opaque: { ...RAW, max_label: "nowhere" } },
  ],
])("effectiveEndpoint of %j over %j", (narrow, wide, expected) => {
  expect(overlapped(narrow, wide)).toMatchObject(expected);
});

test.each<readonly [Partial<Endpoint>, Partial<Endpoint>]>([
  [{ address: "8.8.8.8" }, { address: "9.9.9.9" }],
  [{ ca: ONE }, { ca: TWO }],
  [{ opaque: RAW }, {}],
  [{}, { opaque: RAW }],
])(
  "effectiveEndpoint is unknown where %j and %j exclude each other, wider entries or not",
  (narrow, wide) => {
    expect(overlapped(narrow, wide)).toBeNull();
    const entries = [
      { ...NARROW, ...narrow },
      { ...WIDE, ...wide },
    ];
    const above = { ...WIDE, host: "*.com" };
    expect(both([...entries, above], "a.example.com")).toBeNull();
    const index = buildEndpointIndex([...entries, { ...NARROW, port: 8443 }], LADDER);
    expect(index.conflicts()).toEqual(["a.example.com:443"]);
    expect(index.lookup("a.example.com", 8443)).not.toBeNull();
    expect(index.lookup("b.example.com", 443)).not.toBeNull();
  },
);

test("effectiveEndpoint takes an address for its own pin", () => {
  const literal = { ...WIDE, host: "8.8.8.8" };
  expect(both([literal], "8.8.8.8")?.address).toBe("8.8.8.8");
  expect(both([{ ...literal, host: "2606:4700::1" }], "2606:4700::1")?.address).toBe("2606:4700::1");
  expect(both([{ ...literal, address: "8.8.8.8" }, literal], "8.8.8.8")?.address).toBe("8.8.8.8");
  expect(both([literal, { ...literal, address: "9.9.9.9" }], "8.8.8.8")).toBeNull();
  expect(both([NARROW], "a.example.com")?.address).toBeNull();
});
