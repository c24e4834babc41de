// Known answers for the floor of the network: what a pin makes a place, what may pass uninspected, where a secret may go.
import { describe, expect, test } from "vitest";
import { PLAIN_ENDPOINT, PLAIN_SPEC } from "../../model/plain-spec.ts";
import { belowFloor } from "./floor.ts";
import type { Control, Endpoint, SecretBinding, Spec } from "./spec.ts";

const S = PLAIN_SPEC;
const CA = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const withEndpoints = (endpoints: readonly Endpoint[], secrets: readonly SecretBinding[] = []): Spec => ({
  ...S,
  sovereignty: { ...S.sovereignty, endpoints, secrets },
});
const UNPRICED: Endpoint = { ...PLAIN_ENDPOINT, price: null, serves: [] };
const withEndpoint = (change: Partial<Endpoint>): Spec => withEndpoints([{ ...UNPRICED, ...change }]);
const told = (spec: Spec) =>
  belowFloor(spec).map(({ path, message, hint }) => [path.slice(3).join("."), message, hint]);

describe("belowFloor on pins", () => {
  test.each<Partial<Endpoint>>([
    { host: "nas.home.arpa", address: "10.0.0.5" },
    { host: "nas", ca: CA },
    { host: "*.home.arpa", ca: CA },
    { host: "*.lan", address: "192.168.1.1" },
    { host: "10.0.0.5", address: "10.0.0.5" },
    { host: "10.0.0.5", ca: CA },
    { host: "127.0.0.1", address: "127.0.0.1" },
    { host: "8.8.8.8", address: "8.8.8.8" },
    { host: "api.example.com", address: "127.0.0.1" },
    { host: "api.example.com", address: "fe80::1" },
    { host: "api.example.com", address: "100.64.0.1", ca: CA },
    { host: "fd00::5", address: "fd00::5" },
  ])("belowFloor accepts %j", (change) => {
    expect(told(withEndpoint({ control: "owned", ...change }))).toEqual([]);
  });

  test.each([
    ["169.254.169.254", "metadata"],
    ["fd00:ec2::254", "metadata"],
    ["64:ff9b::a9fe:a9fe", "metadata"],
    ["168.63.129.16", "metadata"],
    ["224.0.0.1", "multicast"],
    ["0.0.0.0", "unspecified"],
    ["192.0.2.1", "reserved"],
    ["2001:db8::1", "reserved"],
  ])("belowFloor never dials %s", (address, kind) => {
    expect(told(withEndpoint({ address }))).toEqual([
      ["address", `\`${address}\` is a ${kind} address: never dialled`, "pin another address"],
    ]);
    expect(told(withEndpoint({ host: address, address, ca: CA, control: "owned" }))).toEqual([
      ["host", `\`${address}\` is a ${kind} address: never an endpoint`, "remove this endpoint"],
      ["address", `\`${address}\` is a ${kind} address: never dialled`, "pin another address"],
    ]);
  });

  test.each(["api.example.com", "0x7f.1", "FD00::5", "fd00:0::5", "::ffff:10.0.0.5", "[fd00::5]", ""])(
    "belowFloor knows %j for no canonical address, whatever a parser let through",
    (address) => {
      expect(told(withEndpoint({ address }))).toEqual([
        [
          "address",
          `\`${address}\` is not a canonical address`,
          "write an IP address, IPv6 as RFC 5952 does",
        ],
      ]);
    },
  );

  test("belowFloor has one address for one address", () => {
    expect(told(withEndpoint({ host: "8.8.8.8", address: "9.9.9.9" }))).toEqual([
      ["address", "`9.9.9.9` is pinned for `8.8.8.8`, which is another address", "name one of the two"],
    ]);
  });

  test("belowFloor has wildcards of private zones for owned ones, and proved", () => {
    expect(told(withEndpoint({ host: "*.home.arpa", control: "contracted", ca: CA }))).toEqual([
      [
        "host",
        "wildcard `*.home.arpa` is contracted: limit is owned",
        "name each host, or own the whole domain",
      ],
    ]);
  });
});

describe("belowFloor on opaque endpoints", () => {
  const raw = (change: Partial<Endpoint>, max_label = "public"): Spec =>
    withEndpoint({
      address: "10.0.0.5",
      control: "owned",
      opaque: { max_label, bytes_out: 1, bytes_in: 1 },
      ...change,
    });

  test.each(["public", "internal", "confidential", "secret"])(
    "belowFloor accepts owned ones for %s",
    (label) => {
      expect(told(raw({}, label))).toEqual([]);
    },
  );

  test("belowFloor accepts an address, which is its own pin", () => {
    expect(told(raw({ host: "8.8.8.8", address: null }))).toEqual([]);
  });

  test.each<Control>(["contracted", "uncontrolled"])(
    "belowFloor lets the lowest label pass %s ones",
    (control) => {
      expect(told(raw({ control }))).toEqual([]);
      expect(told(raw({ control }, "internal"))).toEqual([
        [
          "opaque.max_label",
          `\`internal\` data would pass \`api.example.com\` uninspected, which is ${control}: limit is \`public\``,
          "write `max_label: public`",
        ],
      ]);
    },
  );

  test("belowFloor refuses one without an address, a proof by authority or not", () => {
    for (const ca of [null, CA]) {
      expect(told(raw({ address: null, ca }))).toEqual([
        [
          "opaque",
          "`api.example.com` is opaque without `address:`: nothing proves who answers",
          "add `address:`, the only one to dial",
        ],
      ]);
    }
  });

  test("belowFloor refuses a wildcard, pinned or not", () => {
    for (const address of [null, "10.0.0.5"]) {
      expect(told(raw({ host: "*.example.com", address }))).toEqual([
        ["opaque", "wildcard `*.example.com` is opaque: an opaque endpoint is one host", "name each host"],
      ]);
    }
  });

  test("belowFloor asks for a label of the ladder", () => {
    expect(told(raw({}, "nowhere"))).toEqual([
      [
        "opaque.max_label",
        "label `nowhere` is not on the ladder",
        "write one of `public`, `internal`, `confidential`, `secret`",
      ],
    ]);
  });
});

describe("belowFloor on entries that overlap", () => {
  const WIDE: Endpoint = { ...UNPRICED, host: "*.example.com", control: "owned" };
  const RAW = { max_label: "public", bytes_out: 1, bytes_in: 1 };
  const conflict = [
    "",
    "`api.example.com:443` and a wildcard over it exclude each other: nothing could be called",
    "give both the same `address`, `ca` and `opaque`, or drop one",
  ];

  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>]>([
    [{ address: "10.0.0.5" }, { address: "10.0.0.6" }],
    [{ ca: CA }, { ca: CA.replace("AAAA", "BBBB") }],
    [{ address: "10.0.0.5", opaque: RAW }, {}],
  ])("belowFloor refuses %j beside a wildcard with %j", (own, wide) => {
    const endpoints = [
      { ...UNPRICED, ...own },
      { ...WIDE, ...wide },
    ];
    expect(told(withEndpoints(endpoints))).toEqual([conflict]);
    // On another port they do not meet.
    expect(told(withEndpoints([{ ...endpoints[0]!, port: 22 }, endpoints[1]!]))).toEqual([]);
  });

  test.each<readonly [Partial<Endpoint>, Partial<Endpoint>]>([
    [{ address: "10.0.0.5" }, {}],
    [{}, { address: "10.0.0.5" }],
    [{ ca: CA }, {}],
    [{ ca: CA }, { ca: CA + CA.replace("AAAA", "BBBB") }],
  ])("belowFloor accepts %j beside a wildcard with %j", (own, wide) => {
    expect(
      told(
        withEndpoints([
          { ...UNPRICED, ...own },
          { ...WIDE, ...wide },
        ]),
      ),
    ).toEqual([]);
  });

  test("belowFloor finds a conflict of two wildcards at the narrower one", () => {
    const deep = { ...WIDE, host: "*.deep.example.com", address: "10.0.0.5" };
    expect(belowFloor(withEndpoints([{ ...WIDE, address: "10.0.0.6" }, deep]))).toMatchObject([
      {
        path: ["sovereignty", "endpoints", 1],
        message: expect.stringContaining("`*.deep.example.com:443`"),
      },
    ]);
  });
});

describe("belowFloor on secrets", () => {
  const secret = (change: Partial<SecretBinding["for"]> = {}): SecretBinding => ({
    name: "KEY",
    file: "/keys/one",
    for: {
      host: "api.example.com",
      port: 443,
      methods: ["POST"],
      paths: ["/v1/"],
      place: "bearer",
      ...change,
    },
  });
  const opaque = { max_label: "public", bytes_out: 1, bytes_in: 1 };

  test("belowFloor accepts the host and port of an endpoint", () => {
    expect(told(withEndpoints([UNPRICED], [secret()]))).toEqual([]);
    const other = { ...UNPRICED, host: "b.example.com", port: 22, address: "8.8.8.8", opaque };
    expect(told(withEndpoints([UNPRICED, other], [secret()]))).toEqual([]);
  });

  test.each<readonly [Partial<SecretBinding["for"]>, Partial<Endpoint>, string]>([
    [{ host: "b.example.com" }, {}, "`b.example.com:443`, which no endpoint names in full"],
    [{ port: 8443 }, {}, "`api.example.com:8443`, which no endpoint names in full"],
    [
      {},
      { host: "*.example.com", control: "owned" },
      "`api.example.com:443`, which no endpoint names in full",
    ],
    [
      { host: "*.example.com" },
      { host: "*.example.com", control: "owned" },
      "`*.example.com:443`, which is a wildcard: a credential has one host",
    ],
    [
      {},
      { address: "8.8.8.8", opaque },
      "`api.example.com:443`, which is opaque: nobody could put it in there",
    ],
  ])("belowFloor refuses %j with an endpoint of %j", (target, change, fault) => {
    expect(told(withEndpoints([{ ...UNPRICED, ...change }], [secret(target)]))).toEqual([
      ["for.host", `secret \`KEY\` may go to ${fault}`, "name the host and port of one endpoint"],
    ]);
  });

  test("belowFloor refuses a secret and a protected file that stand twice", () => {
    const twice = withEndpoints([UNPRICED], [secret(), { ...secret(), file: "/keys/two" }]);
    expect(told(twice)).toEqual([["", "`KEY` stands twice", "keep one of the two"]]);
    const file = { file: "/keys.env", as: "values" as const };
    expect(
      belowFloor({ ...S, privacy: { ...S.privacy, protected: [file, { ...file, file: "/b" }, file] } }),
    ).toEqual([
      {
        path: ["privacy", "protected", 2],
        message: "`/keys.env` stands twice",
        hint: "keep one of the two",
      },
    ]);
  });
});
