// URL path prefixes of endpoints: they match at segment boundaries only. Works on canonical URL paths (url-path.ts).

/**
 * Whether the canonical `path` lies under `prefix`: it is the prefix itself, or goes on at a `/`. A prefix that ends in
 * `/` does not match the path without it.
 *
 * @example matchesPathPrefix("/v1", "/v1/chat") === true
 * @example matchesPathPrefix("/v1", "/v1beta") === false
 */
export function matchesPathPrefix(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || prefix.endsWith("/") || path[prefix.length] === "/";
}

/**
 * The prefixes whose paths lie under both lists: their languages' intersection, sorted, none inside another.
 *
 * @example intersectPathPrefixes(["/v1/"], ["/v1/chat", "/v2"]) // ["/v1/chat"]
 */
export function intersectPathPrefixes(left: readonly string[], right: readonly string[]): readonly string[] {
  const both = new Set<string>();
  for (const one of left) {
    for (const other of right) {
      if (matchesPathPrefix(one, other)) both.add(other);
      else if (matchesPathPrefix(other, one)) both.add(one);
    }
  }
  const all = [...both].sort();
  return all.filter((prefix) => !all.some((other) => other !== prefix && matchesPathPrefix(other, prefix)));
}
