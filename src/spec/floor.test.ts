// Known answers for the floor: each rule alone, on an ordinary spec that is above it.
import { expect, test } from "vitest";
import { PLAIN_ENDPOINT, PLAIN_SPEC } from "../../model/plain-spec.ts";
import { belowFloor } from "./floor.ts";
import type { Control, Endpoint, Spec } from "./spec.ts";

const S = PLAIN_SPEC;
const withEndpoint = (change: Partial<Endpoint>): Spec => ({
  ...S,
  sovereignty: { ...S.sovereignty, endpoints: [{ ...PLAIN_ENDPOINT, ...change }] },
});
const HOST = ["sovereignty", "endpoints", 0, "host"];
const BUDGETS = ["resources", "budgets"];

test("belowFloor finds nothing in an ordinary spec", () => {
  expect(belowFloor(S)).toEqual([]);
});

test.each([
  ["seatbelt", "cgroup"],
  ["namespaces", "soft"],
] as const)("belowFloor accepts isolation %s with limits %s", (isolation, limits) => {
  expect(belowFloor({ ...S, execution: { isolation, limits } })).toEqual([]);
});

test("belowFloor never lets isolation or limits be off, whatever a parser let through", () => {
  const off = { isolation: "none", limits: "none" } as unknown as Spec["execution"];
  expect(belowFloor({ ...S, execution: off })).toEqual([
    {
      path: ["execution", "isolation"],
      message: "isolation is never off",
      hint: "write `isolation: namespaces`",
    },
    { path: ["execution", "limits"], message: "limits are never off", hint: "write `limits: cgroup`" },
  ]);
});

const PRIVATE = (host: string) => `\`${host}\` is a private name: needs \`address:\` or \`ca:\``;
const NEEDS_ADDRESS = (host: string, kind: string) =>
  `\`${host}\` is a ${kind} address: needs \`address:\` or \`ca:\``;
const NEVER = (host: string, kind: string) => `\`${host}\` is a ${kind} address: never an endpoint`;

test.each([
  ["api.example.com", "contracted", null],
  ["8.8.8.8", "contracted", null],
  ["2606:4700::1", "owned", null],
  ["*.example.com", "owned", null],
  ["*.me.github.io", "owned", null],
  ["*.example.com", "contracted", "wildcard `*.example.com` is contracted: limit is owned"],
  ["*.example.com", "uncontrolled", "wildcard `*.example.com` is uncontrolled: limit is owned"],
  ["*.github.io", "owned", "`*.github.io` is at or above a public suffix: strangers own names below it"],
  [
    "*.amazonaws.com",
    "owned",
    "`*.amazonaws.com` is at or above a public suffix: strangers own names below it",
  ],
  ["*.co.uk", "owned", "`*.co.uk` is at or above a public suffix: strangers own names below it"],
  ["*.com", "owned", "`*.com` is at or above a public suffix: strangers own names below it"],
  ["*.lan", "owned", PRIVATE("*.lan")],
  ["*.home.arpa", "owned", PRIVATE("*.home.arpa")],
  ["*.nas.home.arpa", "owned", PRIVATE("*.nas.home.arpa")],
  ["nas.home.arpa", "owned", PRIVATE("nas.home.arpa")],
  ["nas", "owned", PRIVATE("nas")],
  ["localhost", "owned", PRIVATE("localhost")],
  ["metadata.google.internal", "owned", PRIVATE("metadata.google.internal")],
  ["169.254.169.254", "owned", "`169.254.169.254` is a metadata address: never an endpoint"],
  ["fd00:ec2::254", "owned", "`fd00:ec2::254` is a metadata address: never an endpoint"],
  ["64:ff9b::a9fe:a9fe", "owned", "`64:ff9b::a9fe:a9fe` is a metadata address: never an endpoint"],
  ["127.0.0.1", "owned", NEEDS_ADDRESS("127.0.0.1", "loopback")],
  ["10.0.0.5", "owned", NEEDS_ADDRESS("10.0.0.5", "private")],
  ["169.254.1.1", "owned", NEEDS_ADDRESS("169.254.1.1", "link-local")],
  ["100.64.0.1", "owned", NEEDS_ADDRESS("100.64.0.1", "cgnat")],
  ["224.0.0.1", "owned", NEVER("224.0.0.1", "multicast")],
  ["0.0.0.0", "owned", NEVER("0.0.0.0", "unspecified")],
  ["192.0.2.1", "owned", NEVER("192.0.2.1", "reserved")],
  ["API.example.com", "owned", "`API.example.com` is not a canonical host"],
  ["0x7f.1", "owned", "`0x7f.1` is not a canonical host"],
  ["a\u001b[31m.com", "owned", "`a\\x1b[31m.com` is not a canonical host"],
] as const)("belowFloor on endpoint %j, %s: %s", (host, control: Control, message) => {
  expect(
    belowFloor(withEndpoint({ host, control })).map((problem) => [problem.path, problem.message]),
  ).toEqual(message === null ? [] : [[HOST, message]]);
});

test.each([
  ["*.example.com", "contracted", "name each host, or own the whole domain"],
  ["*.github.io", "owned", "write a wildcard below a domain that you registered"],
  ["nas.lan", "owned", "add `address:`, the only one to dial, or `ca:`, what proves it"],
  ["*.lan", "owned", "add `address:`, the only one to dial, or `ca:`, what proves it"],
  ["10.0.0.1", "owned", 'add `address: "10.0.0.1"`, so that it is meant'],
  ["224.0.0.1", "owned", "remove this endpoint"],
  ["169.254.169.254", "owned", "remove this endpoint"],
  ["API.example.com", "owned", "write the host in lower case, plainly"],
] as const)("belowFloor says what to do about endpoint %j", (host, control, hint) => {
  expect(belowFloor(withEndpoint({ host, control })).map((problem) => problem.hint)).toEqual([hint]);
});

test("belowFloor reports both faults of a wildcard", () => {
  expect(belowFloor(withEndpoint({ host: "*.github.io", control: "contracted" }))).toHaveLength(2);
});

test("belowFloor points at each endpoint by its place in the list", () => {
  const endpoints = [PLAIN_ENDPOINT, { ...PLAIN_ENDPOINT, host: "nas" }];
  expect(belowFloor({ ...S, sovereignty: { ...S.sovereignty, endpoints } })[0]?.path).toEqual([
    "sovereignty",
    "endpoints",
    1,
    "host",
  ]);
});

test("belowFloor refuses duplicates of names and of host and port, and lets a uid be shared", () => {
  const [first] = S.principals;
  const [provider] = S.sovereignty.providers;
  if (first === undefined || provider === undefined) throw new Error("the plain spec lists both");
  expect(belowFloor({ ...S, principals: [first, { ...first, name: "other", uid: 7 }] })).toEqual([]);
  expect(belowFloor({ ...S, principals: [first, { ...first, uid: 7 }] })).toEqual([
    { path: ["principals", 1], message: "`mail-agent` stands twice", hint: "keep one of the two" },
  ]);
  const providers = [provider, { ...provider, url: "http://127.0.0.1:1" }];
  expect(belowFloor({ ...S, sovereignty: { ...S.sovereignty, providers } })).toMatchObject([
    { path: ["sovereignty", "providers", 1], message: "`ollama` stands twice" },
  ]);
  const endpoints = [PLAIN_ENDPOINT, { ...PLAIN_ENDPOINT, port: 8443 }, { ...PLAIN_ENDPOINT, paths: [] }];
  expect(belowFloor({ ...S, sovereignty: { ...S.sovereignty, endpoints } })).toMatchObject([
    { path: ["sovereignty", "endpoints", 2], message: "`api.example.com:443` stands twice" },
  ]);
});

test.each([
  ["http://127.0.0.1:11434", true],
  ["http://127.1.2.3:1", true],
  ["http://[::1]:8080", true],
  ["http://localhost:11434", false],
  ["http://10.0.0.1:11434", false],
  ["http://api.example.com", false],
  ["https://0x7f.1/", false],
  ["nonsense", false],
])("belowFloor on a provider at %j: accepted %s", (url, accepted) => {
  const providers = [{ name: "p", kind: "openai", url, folder: null, serves: [], latency: null } as const];
  const hint = "write its loopback address, such as `http://127.0.0.1:11434`";
  expect(belowFloor({ ...S, sovereignty: { ...S.sovereignty, providers } })).toEqual(
    accepted
      ? []
      : [
          {
            path: ["sovereignty", "providers", 0, "url"],
            message: `provider at \`${url}\` is not on this node`,
            hint,
          },
        ],
  );
});

test("belowFloor has nothing against a provider without a URL", () => {
  const providers = [
    { name: "p", kind: "gguf", url: null, folder: "/m", serves: [], latency: null } as const,
  ];
  expect(belowFloor({ ...S, sovereignty: { ...S.sovereignty, providers } })).toEqual([]);
});

test("belowFloor wants a uid to be one principal's", () => {
  const principals = [
    { name: "a", uid: 1001, may_need: [], secrets: [] },
    { name: "b", uid: 1001, may_need: ["chat"], secrets: [] },
    { name: "c", uid: 1002, may_need: [], secrets: [] },
  ];
  expect(belowFloor({ ...S, principals })).toEqual([
    {
      path: ["principals", 1, "uid"],
      message: "uid 1001 is principal `a` already",
      hint: "give each principal a uid of its own",
    },
  ]);
  expect(belowFloor({ ...S, principals: principals.slice(1) })).toEqual([]);
});

test("belowFloor wants a ladder with distinct labels, and every label on it", () => {
  const privacy = { ...S.privacy, ladder: [] };
  expect(belowFloor({ ...S, privacy })).toEqual([
    {
      path: ["privacy", "ladder"],
      message: "the ladder has no label",
      hint: "write `ladder: [public, internal, secret]`",
    },
  ]);
  expect(belowFloor({ ...S, privacy: { ...S.privacy, ladder: [...S.privacy.ladder, "public"] } })).toEqual([
    { path: ["privacy", "ladder", 4], message: "`public` stands twice", hint: "keep one of the two" },
  ]);
  const hint = "write one of `public`";
  const off = (path: readonly (string | number)[], label: string) => ({
    path,
    message: `label \`${label}\` is not on the ladder`,
    hint,
  });
  expect(belowFloor({ ...S, privacy: { ...S.privacy, ladder: ["public"] } })).toEqual([
    off(["sovereignty", "endpoints", 0, "clearance"], "internal"),
    off(["sovereignty", "endpoints", 1, "clearance"], "internal"),
    off(["privacy", "default_label"], "internal"),
    off(["privacy", "sources", 0, "label"], "secret"),
    off(["privacy", "sources", 1, "label"], "internal"),
    off(["privacy", "refuse_when", 0, "label_min"], "internal"),
  ]);
  expect(belowFloor({ ...S, privacy: { ...S.privacy, default_label: "top" } })).toMatchObject([
    { hint: "write one of `public`, `internal`, `confidential`, `secret`" },
  ]);
});

test.each([
  [{ untrusted: null, label_min: null, control_not: null }, false],
  [{ untrusted: true, label_min: null, control_not: null }, true],
  [{ untrusted: null, label_min: "public", control_not: null }, true],
  [{ untrusted: null, label_min: null, control_not: "owned" }, true],
] as const)("belowFloor on rule %j: accepted %s", (rule, accepted) => {
  const message = "a rule that names no condition";
  expect(belowFloor({ ...S, privacy: { ...S.privacy, refuse_when: [rule] } })).toEqual(
    accepted ? [] : [{ path: ["privacy", "refuse_when", 0], message, hint: "name at least one condition" }],
  );
});

test("belowFloor wants a heat margin below the maximum", () => {
  const heat = (margin: number): Spec => ({
    ...S,
    resources: { ...S.resources, heat: { ...S.resources.heat, margin } },
  });
  expect(belowFloor(heat(84_999))).toEqual([]);
  expect(belowFloor(heat(85_000))).toEqual([
    {
      path: ["resources", "heat", "margin"],
      message: "the margin is not below `max`",
      hint: "lower the margin",
    },
  ]);
});

test("belowFloor wants a principal window beside each limit on what leaves (P8)", () => {
  const budgets = (list: Spec["resources"]["budgets"], change: Partial<Spec["sovereignty"]> = {}): Spec => ({
    ...S,
    sovereignty: { ...S.sovereignty, ...change },
    resources: { ...S.resources, budgets: list },
  });
  const calls = {
    path: BUDGETS,
    message: "external_calls_max is 3 without a principal window beside it",
    hint: "add `{ scope: principal, window: 1 h, external_calls: 100 }`",
  };
  const bytes = {
    path: BUDGETS,
    message: "endpoints without a principal window on bytes_out beside them",
    hint: "add `{ scope: principal, window: 1 h, bytes_out: 20 MiB }`",
  };
  const window = { window: 10_000, external_calls: 1, bytes_out: 1, tokens: null, money: null };
  expect(belowFloor(budgets([]))).toEqual([calls, bytes]);
  expect(belowFloor(budgets([{ ...window, scope: "node" }]))).toEqual([calls, bytes]);
  expect(belowFloor(budgets([{ ...window, scope: "principal" }]))).toEqual([]);
  expect(belowFloor(budgets([{ ...window, scope: "principal", external_calls: null }]))).toEqual([calls]);
  expect(belowFloor(budgets([{ ...window, scope: "principal", bytes_out: null }]))).toEqual([bytes]);
  const two = [
    { ...window, scope: "principal", bytes_out: null },
    { ...window, scope: "principal", window: 20_000, external_calls: null },
  ] as const;
  expect(belowFloor(budgets(two))).toEqual([]);
  expect(belowFloor(budgets([], { external_calls_max: 0 }))).toEqual([bytes]);
  expect(belowFloor(budgets([], { endpoints: [] }))).toEqual([calls]);
  expect(belowFloor(budgets([], { external_calls_max: 0, endpoints: [] }))).toEqual([]);
});
