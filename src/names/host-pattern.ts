// Host patterns of the spec: one exact host, or `*.suffix` at a label boundary. Nothing else, so that "covers" is exact.
// Not the rule of who may use wildcards (spec/floor.ts).
import { err, ok, type Result } from "../stdx/result.ts";
import { canonicalHost } from "./host.ts";
import type { NameError } from "./name-error.ts";

/** The longest suffix of a wildcard: leaves room for a label in front within the 253 of a host. */
export const SUFFIX_LENGTH_MAX = 240;

/**
 * The canonical form of a pattern: a canonical host name, or `*.` and one. Idempotent. Addresses have no wildcards.
 *
 * @example canonicalHostPattern("*.Example.com") // { ok: true, value: "*.example.com" }
 */
export function canonicalHostPattern(text: string): Result<string, NameError> {
  if (!text.includes("*")) {
    const host = canonicalHost(text);
    return host.ok ? ok(host.value.name) : host;
  }
  if (!text.startsWith("*.") || text.includes("*", 1))
    return badWildcard("a wildcard that is not one leading `*.`");
  const suffix = canonicalHost(text.slice(2));
  if (!suffix.ok) return suffix;
  if (suffix.value.kind !== "name") return badWildcard("a wildcard over an address");
  if (suffix.value.name.length > SUFFIX_LENGTH_MAX) {
    return badWildcard(`a wildcard suffix longer than ${SUFFIX_LENGTH_MAX} characters`);
  }
  return ok(`*.${suffix.value.name}`);
}

/** Whether the pattern is a wildcard. */
export function isWildcard(pattern: string): boolean {
  return pattern.startsWith("*.");
}

/**
 * Whether the canonical `host` is in the language of the canonical `pattern`. A wildcard matches one or more labels in
 * front of its suffix, never the suffix itself.
 *
 * @example matchesHost("*.a.org", "x.y.a.org") === true
 * @example matchesHost("*.a.org", "a.org") === false
 */
export function matchesHost(pattern: string, host: string): boolean {
  if (!isWildcard(pattern)) return pattern === host;
  return host.length > pattern.length - 1 && host.endsWith(pattern.slice(1));
}

/**
 * Whether every host that `inner` matches is matched by `outer`: language inclusion, exact for canonical patterns.
 *
 * @example coversPattern("*.org", "*.a.org") === true
 */
export function coversPattern(outer: string, inner: string): boolean {
  // `*.a.org` stands for its own hosts: each of them matches whatever it matches itself.
  return outer === inner || (isWildcard(outer) && matchesHost(outer, inner));
}

function badWildcard(detail: string): Result<never, NameError> {
  return err({
    code: "bad_wildcard",
    detail,
    hint: "write one exact host, or `*.suffix` with the star as the first label",
  });
}
