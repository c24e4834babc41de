// Properties of every canonical form: idempotent, stable under its own formatting, and never wider than what was judged.
import { array, assert, constantFrom, integer, oneof, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { depth, seed } from "../../test/depth.ts";
import { addressClass } from "./address.ts";
import { canonicalHost, hostInUrl } from "./host.ts";
import { canonicalHostPattern, coversPattern, matchesHost } from "./host-pattern.ts";
import { canonicalPath, canonicalPathPattern, coversPath, isWithin, overlapsPath } from "./path.ts";
import { intersectPathPrefixes, matchesPathPrefix } from "./path-prefix.ts";
import { canonicalUrl } from "./url.ts";
import { canonicalUrlPath } from "./url-path.ts";

const RUNS = { seed, numRuns: depth(1000, 100_000) };

const hostLabel = constantFrom(
  "a",
  "b",
  "A-b",
  "xn--bcher-kva",
  "bücher",
  "1",
  "0x7f",
  "com",
  "Ｅ",
  "",
  "a_b",
  "-",
);
const hostText = oneof(
  array(hostLabel, { minLength: 1, maxLength: 5 }).map((labels) => labels.join(".")),
  tuple(integer({ min: 0, max: 300 }), integer({ min: 0, max: 300 })).map(
    ([one, other]) => `10.${one}.0.${other}`,
  ),
  array(constantFrom("0", "1", "ff", "", "ffff", "db8", "2001", "7f00"), { minLength: 2, maxLength: 8 }).map(
    (groups) => groups.join(":"),
  ),
  string({ unit: "grapheme", maxLength: 30 }),
);

test("canonicalHost is idempotent, and its name alone is what a URL parser dials", () => {
  let accepted = 0;
  assert(
    property(hostText, (text) => {
      const host = canonicalHost(text);
      if (!host.ok) return;
      accepted += 1;
      expect(canonicalHost(host.value.name)).toEqual(host);
      expect(host.value.name).toMatch(/^[a-z0-9.:-]+$/);
      expect(new URL(`https://${hostInUrl(host.value)}/`).hostname).toBe(hostInUrl(host.value));
      if (host.value.kind !== "name") expect(addressClass(host.value.name)).toBeTypeOf("string");
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 20);
});

const pattern = tuple(
  constantFrom("", "*."),
  array(constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }),
).map(([star, labels]) => `${star}${labels.join(".")}`);
const host = array(constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 5 }).map((labels) =>
  labels.join("."),
);

test("canonicalHostPattern after itself is identity, and coversPattern is inclusion of languages", () => {
  assert(
    property(pattern, pattern, array(host, { minLength: 20, maxLength: 20 }), (outer, inner, hosts) => {
      expect(canonicalHostPattern(outer)).toEqual({ ok: true, value: outer });
      const among = [...hosts, inner.replace("*", "d"), inner.replace("*", "d.d"), inner];
      const included = among
        .filter((one) => !one.includes("*"))
        .every((one) => !matchesHost(inner, one) || matchesHost(outer, one));
      if (coversPattern(outer, inner)) expect(included).toBe(true);
      else
        expect(
          matchesHost(inner, inner.replace("*", "d")) && matchesHost(outer, inner.replace("*", "d")),
        ).toBe(false);
    }),
    RUNS,
  );
});

const urlText = tuple(
  constantFrom("https://", "http://", "HTTPS://"),
  constantFrom("a.com", "A.com.", "[::1]", "bücher.de", "10.0.0.1"),
  constantFrom("", ":443", ":8080"),
  array(constantFrom("/", "a", ".", "..", "%2e", "%7E", "%c3", "%BC", ";", "b"), { maxLength: 12 }).map(
    (parts) => parts.join(""),
  ),
).map(
  ([scheme, place, port, path]) =>
    `${scheme}${place}${port}${path.startsWith("/") || path === "" ? path : `/${path}`}`,
);

test("canonicalUrl after itself is identity, and agrees with a URL parser on what is dialled", () => {
  let accepted = 0;
  assert(
    property(urlText, (text) => {
      const url = canonicalUrl(text);
      if (!url.ok) return;
      accepted += 1;
      expect(canonicalUrl(url.value.text)).toEqual(url);
      const parsed = new URL(url.value.text);
      expect(parsed.hostname).toBe(hostInUrl(url.value.host));
      expect(parsed.pathname).toBe(url.value.path);
      expect(new URL(text).hostname.replace(/\.$/, "")).toBe(hostInUrl(url.value.host));
      expect(`${parsed.username}${parsed.password}${parsed.search}${parsed.hash}`).toBe("");
    }),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(RUNS.numRuns / 10);
});

const prefix = array(constantFrom("/", "/a", "/b", "/a/"), { minLength: 1, maxLength: 3 }).map((parts) =>
  parts.join("").replaceAll("//", "/"),
);

test("intersectPathPrefixes admits a path exactly when both lists do", () => {
  assert(
    property(
      array(prefix, { maxLength: 3 }),
      array(prefix, { maxLength: 3 }),
      prefix,
      (left, right, path) => {
        const admits = (list: readonly string[]) => list.some((one) => matchesPathPrefix(one, path));
        expect(admits(intersectPathPrefixes(left, right))).toBe(admits(left) && admits(right));
        const canonical = canonicalUrlPath(path);
        if (canonical.ok) expect(canonicalUrlPath(canonical.value)).toEqual(canonical);
      },
    ),
    RUNS,
  );
});

const pathText = array(constantFrom("/", "a", "b", "..", ".", "~", "/**", "ü"), {
  minLength: 1,
  maxLength: 10,
}).map((parts) => parts.join(""));

test("canonicalPath and canonicalPathPattern are idempotent and never leave a dot segment", () => {
  assert(
    property(pathText, constantFrom("/", "/x/y"), (text, directory) => {
      const path = canonicalPath(text, directory);
      if (path.ok) {
        expect(canonicalPath(path.value, "/elsewhere")).toEqual(path);
        expect(path.value.startsWith("/")).toBe(true);
        expect(path.value.split("/").some((part) => part === ".." || part === ".")).toBe(false);
      }
      const place = canonicalPathPattern(text);
      if (place.ok) expect(canonicalPathPattern(place.value)).toEqual(place);
    }),
    RUNS,
  );
});

const place = array(constantFrom("/a", "/b"), { maxLength: 4 }).map((parts) => parts.join("") || "/");

test("coversPath implies overlapsPath, and overlapsPath sees a grant above, at and below a source", () => {
  assert(
    property(place, constantFrom("", "/**"), place, (base, deep, path) => {
      const source = deep === "" ? base : `${base === "/" ? "" : base}/**`;
      if (coversPath(source, path)) expect(overlapsPath(source, path)).toBe(true);
      expect(overlapsPath(source, path)).toBe(isWithin(base, path) || isWithin(path, base));
    }),
    RUNS,
  );
});
