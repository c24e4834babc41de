// parseSpec on the network fields: pins, types of bodies, secrets and their places, protected files, raw connections.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { parseSpec } from "./parse-spec.ts";
import { FRAMING_HEADERS, placeParts } from "./secret-place.ts";
import type { Endpoint, Spec } from "./spec.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const API = "{ host: api.example.com, control: owned, clearance: public }";

interface Parts {
  readonly endpoint?: string;
  readonly secret?: string;
  readonly principal?: string;
  readonly protect?: string;
}

function source({ endpoint = API, secret = "", principal = "", protect = "" }: Parts): string {
  return `writ: 1
name: t
principals: [${principal}]
sovereignty:
  score_min: 70
  external_calls_max: 3
  uncontrolled_calls_max: 1
  endpoints: [${endpoint}]
  secrets: [${secret}]
privacy: { ladder: [public, secret], default_label: public, protected: [${protect}] }
resources:
  memory: { per_task_max: 1 GiB, committed_max: 80 %, host_reserve: 1 GiB }
  cpu: { per_task_max: 1 }
  processes_max: 64
  time_max: 1 m
  heat: { max: 85 C, margin: 5 C }
  pressure: { memory_some_avg10_max: 20 % }
  budgets:
    - { scope: principal, window: 1 h, external_calls: 3, bytes_out: 1 MiB }
`;
}

function read(parts: Parts): Spec | readonly (readonly [string, string | null])[] {
  const parsed = parseSpec(new TextEncoder().encode(source(parts)), { sha256, clock: () => 0 });
  return parsed.ok ? parsed.value.spec : parsed.error.map(({ message, hint }) => [message, hint]);
}

function valid(parts: Parts): Spec {
  const spec = read(parts);
  if (!("writ" in spec)) throw new Error(JSON.stringify(spec));
  return spec;
}

const endpoint = (members: string): Endpoint | undefined =>
  valid({ endpoint: `{ host: api.example.com, control: owned, clearance: public, ${members} }` }).sovereignty
    .endpoints[0];
const fault = (members: string) =>
  read({ endpoint: `{ host: api.example.com, control: owned, clearance: public, ${members} }` });
const place = (text: string) =>
  read({ secret: `{ name: K, file: /k, for: { host: api.example.com, place: "${text}" } }` });

test.each([
  ["10.0.0.5", "10.0.0.5"],
  ["2001:DB8:0::1", "2001:db8::1"],
])("parseSpec reads address %s as %s", (text, canonical) => {
  // 2001:db8::/32 is documentation: the floor has no pin there, the language has.
  const spec = read({
    endpoint: `{ host: api.example.com, address: "${text}", control: owned, clearance: public }`,
  });
  if ("writ" in spec) expect(spec.sovereignty.endpoints[0]?.address).toBe(canonical);
  else expect(spec[0]?.[0]).toBe(`\`${canonical}\` is a reserved address: never dialled`);
});

test.each([
  ["nas.home.arpa", "a name, where an address is meant", "write an IP address, such as `10.0.0.5`"],
  [
    "0x7f.1",
    "an odd spelling of an address",
    "write an IPv4 address as four decimals, an IPv6 address as RFC 5952 does",
  ],
  ["::ffff:10.0.0.5", "an IPv4 address inside an IPv6 address", "write the IPv4 address itself"],
])("parseSpec refuses address %s", (text, message, hint) => {
  expect(fault(`address: "${text}"`)).toEqual([
    [`\`sovereignty.endpoints[0].address\` is \`${text}\`: ${message}`, hint],
  ]);
});

test("parseSpec keeps media types in lower case, sorted, each once, and none apart from any", () => {
  expect(endpoint("content_types: [Text/PLAIN, application/json, text/plain]")?.content_types).toEqual([
    "application/json",
    "text/plain",
  ]);
  expect(endpoint("content_types: []")?.content_types).toEqual([]);
  expect(endpoint("bytes_in_per_task_max: 1 KiB")).toMatchObject({
    content_types: null,
    bytes_in_per_task_max: 1024,
  });
  const longest = `${"a".repeat(127)}/${"b".repeat(127)}`;
  expect(endpoint(`content_types: [${longest}]`)?.content_types).toEqual([longest]);
});

test.each([
  "text",
  "text/",
  "/plain",
  "text/plain; charset=utf-8",
  "text/*",
  "*/*",
  "text/plain/x",
  " text/plain",
  "text/plain ",
  "text/ünicode",
  `${"a".repeat(128)}/b`,
  `a/${"b".repeat(128)}`,
  "-a/b",
  "a/-b",
])("parseSpec refuses media type %j", (type) => {
  expect(fault(`content_types: ["${type}"]`)).toEqual([
    [
      expect.stringContaining("a media type is `type/subtype`, without parameters or wildcards"),
      "write it plainly, such as `application/json`",
    ],
  ]);
});

test("parseSpec reads a raw connection's bounds, all three of them", () => {
  expect(
    endpoint("address: 10.0.0.5, opaque: { max_label: secret, bytes_out: 1 KiB, bytes_in: 2 KiB }")?.opaque,
  ).toEqual({ max_label: "secret", bytes_out: 1024, bytes_in: 2048 });
  expect(endpoint("latency: 1 s")?.opaque).toBeNull();
  expect(fault("address: 10.0.0.5, opaque: {}")).toEqual([
    [
      "`sovereignty.endpoints[0].opaque.max_label` is missing",
      "add `max_label`: the highest label that may pass uninspected; below or at `clearance` it is the one that counts",
    ],
    [
      "`sovereignty.endpoints[0].opaque.bytes_out` is missing",
      expect.stringContaining("bytes one task may send"),
    ],
    ["`sovereignty.endpoints[0].opaque.bytes_in` is missing", expect.stringContaining("may receive")],
  ]);
  expect(fault("address: 10.0.0.5, opaque: { max_label: hidden, bytes_out: 1 B, bytes_in: 1 B }")).toEqual([
    ["`hidden` is not a label of `privacy.ladder`", "known labels: `public`, `secret`"],
  ]);
});

test("parseSpec fills in the members of a secret, and sorts secrets by name", () => {
  const secret =
    "{ name: B, file: /k/../b, for: { host: API.Example.com., place: basic } }, { name: A, file: /a, for: { host: api.example.com, port: 443, methods: [PUT, GET], paths: [/x], place: bearer } }";
  expect(valid({ secret }).sovereignty.secrets).toEqual([
    {
      name: "A",
      file: "/a",
      for: { host: "api.example.com", port: 443, methods: ["GET", "PUT"], paths: ["/x"], place: "bearer" },
    },
    {
      name: "B",
      file: "/b",
      for: {
        host: "api.example.com",
        port: 443,
        methods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
        paths: ["/"],
        place: "basic",
      },
    },
  ]);
});

test.each([
  ["bearer", "bearer", { kind: "bearer" }],
  ["basic", "basic", { kind: "basic" }],
  ["header X-Api-Key", "header x-api-key", { kind: "header", name: "x-api-key" }],
  ["header authorization", "header authorization", { kind: "header", name: "authorization" }],
  [`header ${"a".repeat(64)}`, `header ${"a".repeat(64)}`, { kind: "header", name: "a".repeat(64) }],
  ["json api_Key.x-1", "json api_Key.x-1", { kind: "json", name: "api_Key.x-1" }],
  [`json ${"k".repeat(64)}`, `json ${"k".repeat(64)}`, { kind: "json", name: "k".repeat(64) }],
])("parseSpec reads place %j", (text, canonical, parts) => {
  const spec = place(text);
  expect("writ" in spec ? spec.sovereignty.secrets[0]?.for.place : spec).toBe(canonical);
  expect(placeParts(canonical)).toEqual(parts);
});

test.each([
  ["", "no place of a request"],
  ["Bearer", "no place of a request"],
  ["query key", "no place of a request"],
  ["header", "no place of a request"],
  ["json", "no place of a request"],
  ["header ", "a header's name is 1 to 64 letters, digits, `_` or `-`"],
  ["header x y", "a header's name is 1 to 64 letters, digits, `_` or `-`"],
  ["header x:y", "a header's name is 1 to 64 letters, digits, `_` or `-`"],
  ["header -x", "a header's name is 1 to 64 letters, digits, `_` or `-`"],
  [`header ${"a".repeat(65)}`, "a header's name is 1 to 64 letters, digits, `_` or `-`"],
  ["json ", "a key is 1 to 64 letters, digits or `.` `_` `-`"],
  ["json a b", "a key is 1 to 64 letters, digits or `.` `_` `-`"],
  ["json .a", "a key is 1 to 64 letters, digits or `.` `_` `-`"],
  [`json ${"k".repeat(65)}`, "a key is 1 to 64 letters, digits or `.` `_` `-`"],
  ...FRAMING_HEADERS.map((name) => [
    `header ${name}`,
    "a header that frames the message carries no credential",
  ]),
  ["header Content-Length", "a header that frames the message carries no credential"],
])("parseSpec refuses place %j", (text, message) => {
  expect(place(text)).toEqual([
    [
      `\`sovereignty.secrets[0].for.place\` is \`${text}\`: ${message}`,
      "write `bearer`, `basic`, `header X-Api-Key` or `json api_key`",
    ],
  ]);
});

test("parseSpec knows the headers that frame a message, each by its name", () => {
  expect(FRAMING_HEADERS).toEqual([
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
  ]);
});

test("parseSpec refuses a secret for more than one host", () => {
  expect(read({ secret: '{ name: K, file: /k, for: { host: "*.example.com", place: bearer } }' })).toEqual([
    [
      "`sovereignty.secrets[0].for.host` is `*.example.com`: a wildcard, where one host is meant",
      "name each host by itself",
    ],
  ]);
  expect(read({ secret: "{ name: K, file: /k, for: { host: a_b, place: bearer } }" })).toEqual([
    [
      "`sovereignty.secrets[0].for.host` is `a_b`: a character that no host has",
      "use letters, digits, hyphens and dots",
    ],
  ]);
});

test("parseSpec lets a principal have secrets that are bound, and no others", () => {
  const secret = "{ name: API_KEY, file: /k, for: { host: api.example.com, place: bearer } }";
  const { principals } = valid({ secret, principal: "{ name: p, uid: 1, secrets: [API_KEY, API_KEY] }" });
  expect(principals[0]?.secrets).toEqual(["API_KEY"]);
  expect(read({ secret, principal: "{ name: p, uid: 1, secrets: [API_KEYS] }" })).toEqual([
    ["`API_KEYS` is no name of `sovereignty.secrets`", "did you mean `API_KEY`?"],
  ]);
  expect(read({ secret, principal: "{ name: p, uid: 1, secrets: [ZEBRA] }" })).toEqual([
    ["`ZEBRA` is no name of `sovereignty.secrets`", "bind it in `sovereignty.secrets`, or remove it"],
  ]);
});

test("parseSpec reads protected files, each once, by absolute path", () => {
  expect(valid({ protect: "{ file: /b/../c }, { file: /a }" }).privacy.protected).toEqual([
    { file: "/a", as: "values" },
    { file: "/c", as: "values" },
  ]);
  expect(read({ protect: "{ file: /a }, { file: /b/../a }" })).toEqual([
    ["`privacy.protected` has `/a` twice: first on line 10", null],
  ]);
  expect(read({ protect: "{ file: keys.env }" })).toEqual([
    ["`privacy.protected[0].file` is `keys.env`: a path that is not absolute", "start it with `/`"],
  ]);
});
