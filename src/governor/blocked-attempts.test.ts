import { expect, test } from "vitest";
import {
  attemptOf,
  type BlockedAttempt,
  commonPrefix,
  gatherAttempts,
  WANTED_MAX,
} from "./blocked-attempts.ts";

const HOST = "api.example.com";
const REQUEST: BlockedAttempt = {
  via: "connect",
  host: HOST,
  port: 443,
  method: "GET",
  path: "/v1/a",
  cause: "path_not_granted",
};
const none = (): readonly string[] => [];
const gather = (attempts: readonly Partial<BlockedAttempt>[], prefixes = none) =>
  gatherAttempts(
    attempts.map((attempt) => ({ ...REQUEST, ...attempt })),
    prefixes,
  );

test("gatherAttempts counts one call for the same place and method, with the common prefix of its paths", () => {
  const { wanted } = gather([{}, { path: "/v1/b/c" }, { path: "/v1/b/d" }, { method: "POST" }]);
  expect(wanted).toMatchObject([
    { scheme: "https", host: HOST, port: 443, method: "GET", path: "/v1/", attempts: 3, seen: "request" },
    { method: "POST", path: "/v1/a", attempts: 1 },
  ]);
});

test("gatherAttempts keeps paths apart that the spec allows apart", () => {
  const { wanted } = gather(
    [{ path: "/simple/x/" }, { path: "/packages/x.whl" }, { path: "/packages/y.whl" }],
    () => ["/simple/", "/packages/"],
  );
  expect(wanted.map(({ path, attempts }) => [path, attempts])).toEqual([
    ["/packages/", 2],
    ["/simple/x/", 1],
  ]);
});

test.each<[string, Partial<BlockedAttempt>, object]>([
  [
    "a name that was asked for",
    { via: "dns", port: null, method: "", path: "" },
    { port: 443, seen: "name" },
  ],
  ["a refused CONNECT", { method: "CONNECT", path: "" }, { scheme: "https", path: "/", seen: "connection" }],
  ["a CONNECT to an odd port", { method: "CONNECT", path: "", port: 9000 }, { scheme: "https", port: 9000 }],
  [
    "a connection to a recorded port",
    { via: "transparent", method: "", path: "", port: 22, cause: "host_not_granted" },
    { scheme: "tcp", port: 22, method: "CONNECT", path: "", seen: "connection" },
  ],
  [
    "a raw connection whose bytes were spent, whatever its port",
    { via: "opaque", method: "CONNECT", path: "", port: 443, cause: "bytes_over_limit" },
    { scheme: "tcp", port: 443, over_bytes: true },
  ],
  [
    "bytes that are neither TLS nor HTTP, through the proxy too",
    { via: "connect", method: "", path: "", port: 22, cause: "opaque_bytes" },
    { scheme: "tcp", port: 22, over_bytes: false },
  ],
  [
    "a client that waits for the server to speak",
    { via: "transparent", method: "", path: "", port: 3306, cause: "too_slow" },
    { scheme: "tcp", port: 3306, seen: "connection" },
  ],
  [
    "a request without TLS",
    { via: "transparent", port: 80, path: "/feed.xml" },
    { scheme: "https", port: 443, path: "/feed.xml", plain: true },
  ],
  ["an absolute URL at the proxy", { via: "proxy", port: 8080 }, { port: 8080, plain: true }],
  ["an IPv6 address", { host: "2001:db8::1" }, { host: "2001:db8::1" }],
])("gatherAttempts takes %s", (_, attempt, wanted) => {
  expect(gather([attempt]).wanted).toMatchObject([wanted]);
});

test("gatherAttempts drops a guess where more was seen of the same place", () => {
  const dns = { via: "dns", port: null, method: "", path: "" };
  const connect = { method: "CONNECT", path: "", cause: "host_not_granted" };
  expect(gather([dns, connect]).wanted).toMatchObject([{ seen: "connection" }]);
  expect(gather([dns, connect, {}]).wanted).toMatchObject([{ seen: "request", attempts: 1 }]);
  expect(gather([{ ...dns, host: "other.example.com" }, {}]).wanted).toHaveLength(2);
});

test.each<[string, Partial<BlockedAttempt>]>([
  ["no host", { host: null }],
  ["a host that is not canonical", { host: "API.example.com" }],
  ["a host with a line break", { host: "a.example.com\n# permitted" }],
  ["an odd address", { host: "0x7f.1" }],
  ["no port", { port: null }],
  ["a method that cannot be declared", { method: "PROPFIND" }],
  ["a path with two readings", { path: "/v1/%2e%2e%2fsecret" }],
])("gatherAttempts counts, and does not name, %s", (_, attempt) => {
  expect(gather([attempt])).toMatchObject({ wanted: [], unnamed: 1, kept: [] });
});

test("gatherAttempts keeps apart what no declaration mends", () => {
  const { wanted, kept, unnamed } = gather([
    { cause: "protected_value" },
    { cause: "certificate_invalid" },
    { cause: "protected_value" },
    { cause: "too_slow" },
  ]);
  expect(wanted).toEqual([]);
  expect(unnamed).toBe(0);
  expect(kept).toEqual([
    { cause: "certificate_invalid", attempts: 1 },
    { cause: "protected_value", attempts: 2 },
    { cause: "too_slow", attempts: 1 },
  ]);
});

test("gatherAttempts holds a bounded number of places, and counts the rest", () => {
  const many = Array.from({ length: WANTED_MAX + 10 }, (_, at) => ({ host: `h${at}.example.com` }));
  const { wanted, beyond } = gather([...many, ...many]);
  expect(wanted).toHaveLength(WANTED_MAX);
  expect(wanted.every(({ attempts }) => attempts === 2)).toBe(true);
  expect(beyond).toBe(20);
});

test.each([
  ["/v1", "/v1/a", "/v1"],
  ["/v1/a", "/v1", "/v1"],
  ["/v1", "/v1beta", "/"],
  ["/v1/ab", "/v1/ac", "/v1/"],
  ["/a", "/b", "/"],
  ["/", "/b", "/"],
  ["/a/b/", "/a/b/", "/a/b/"],
])("commonPrefix of `%s` and `%s` ends at a segment", (a, b, prefix) => {
  expect(commonPrefix(a, b)).toBe(prefix);
});

test("attemptOf takes refusals of the gate alone, and believes no type", () => {
  const record = (core: object, payload: object | null) =>
    ({ core: { decision: "refuse", via: "dns", port: 53, method: "A", ...core }, payload }) as never;
  expect(attemptOf(record({ cause: "host_not_granted" }, { host: HOST, path: "/" }))).toEqual({
    via: "dns",
    host: HOST,
    port: 53,
    method: "A",
    path: "/",
    cause: "host_not_granted",
  });
  expect(attemptOf(record({ decision: "allow" }, null))).toBeNull();
  expect(attemptOf(record({ via: "model" }, null))).toBeNull();
  expect(attemptOf(record({ port: "53", cause: null }, null))).toMatchObject({
    host: null,
    port: null,
    path: "",
    cause: "unknown",
  });
});

test.each(["name_not_found", "not_http", "foreign_credential", "upstream_failed"])(
  "gatherAttempts takes %s for nothing that a declaration mends",
  (cause) => {
    expect(gather([{ cause }])).toEqual({
      wanted: [],
      unnamed: 0,
      beyond: 0,
      kept: [{ cause, attempts: 1 }],
    });
  },
);
