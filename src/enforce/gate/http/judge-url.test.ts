// Known answers of the request target's one reading.
import { expect, test } from "vitest";
import type { Target } from "../target.ts";
import { authorityOf, namesTarget } from "./authority.ts";
import { judgeUrl, QUERY_LENGTH_MAX } from "./judge-url.ts";

const target: Target = { scheme: "https", host: "api.example.com", port: 443, via: "connect" };

test.each([
  ["/", "/", ""],
  ["/a?", "/a", "?"],
  ["/a?b?c=%2e%2e/../", "/a", "?b?c=%2e%2e/../"],
  ["/%41%7e/./x/..", "/A~/", ""],
  ["/@scope%2fname", "/@scope%2Fname", ""],
  ["/caf\xc3\xa9?q=\xc3\xa9", "/caf%C3%A9", "?q=%C3%A9"],
  ['/a"<>[]^`{|}', "/a%22%3C%3E%5B%5D%5E%60%7B%7C%7D", ""],
  ["https://API.example.com:443", "/", ""],
  ["https://api.example.com?x", "/", "?x"],
])("judgeUrl(%j) is %j and %j", (url, path, query) => {
  expect(judgeUrl(url, target)).toMatchObject({ ok: true, value: { path, query } });
});

test("judgeUrl reads an escaped slash both ways", () => {
  expect(judgeUrl("/a%2Fb/c", target)).toMatchObject({ value: { readings: ["/a%2Fb/c", "/a/b/c"] } });
  expect(judgeUrl("/a/b", target)).toMatchObject({ value: { readings: ["/a/b"] } });
});

test.each([
  ["", "not_origin_form"],
  ["*", "not_origin_form"],
  ["api.example.com:443", "not_origin_form"],
  ["http://api.example.com/", "not_origin_form"],
  ["https://api.example.com@evil.example/", "host_mismatch"],
  ["https://api.example.com\\@evil.example/", "path_ambiguous"],
  ["https:///evil.example/", "host_mismatch"],
  ["//evil.example/", "path_ambiguous"],
  ["/a#b", "path_malformed"],
  ["/a b", "path_malformed"],
  ["/a\u0000", "path_malformed"],
  ["/%", "path_ambiguous"],
  ["/%zz", "path_ambiguous"],
  ["/%2", "path_ambiguous"],
  [`/${"a".repeat(8001)}`, "path_malformed"],
  [`/?${"a".repeat(QUERY_LENGTH_MAX)}`, "path_malformed"],
  ["/%2f", "path_ambiguous"],
  ["/a%2f", null],
])("judgeUrl(%j) is refused with %s", (url, cause) => {
  const judged = judgeUrl(url, target);
  if (cause === null) expect(judged.ok).toBe(true);
  else expect(judged).toMatchObject({ ok: false, error: { cause, retryable: false } });
});

test.each([
  ["api.example.com", true],
  ["API.Example.COM.", true],
  ["api.example.com:443", true],
  ["api.example.com:0443", false],
  ["api.example.com:", false],
  ["api.example.com:80", false],
  ["xapi.example.com", false],
  ["api.example.com\u0000", false],
  ["", false],
])("namesTarget(%j) is %s", (authority, expected) => {
  expect(namesTarget(authority, target)).toBe(expected);
});

test("namesTarget and authorityOf agree on addresses and ports", () => {
  const places: Target[] = [
    { scheme: "http", host: "127.0.0.1", port: 8080, via: "proxy" },
    { scheme: "http", host: "::1", port: 80, via: "proxy" },
    { scheme: "https", host: "2001:db8::1", port: 8443, via: "proxy" },
    target,
  ];
  expect(places.map(authorityOf)).toEqual([
    "127.0.0.1:8080",
    "[::1]",
    "[2001:db8::1]:8443",
    "api.example.com",
  ]);
  for (const place of places) expect(namesTarget(authorityOf(place), place)).toBe(true);
  expect(namesTarget("::1", { scheme: "http", host: "::1", port: 80, via: "proxy" })).toBe(false);
});
