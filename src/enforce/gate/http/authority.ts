// Whether an authority (a Host field, an `:authority`, the start of an absolute URL) names the connection's target, and how
// a target is written as one. Not a resolver: the target was judged before.
import { canonicalHost, hostInUrl } from "../../../names/host.ts";
import type { Target } from "../target.ts";

/** RFC 9110 sections 4.2.1 and 4.2.2. */
const DEFAULT_PORT = { https: 443, http: 80 } as const;

/**
 * Whether `authority` is the target's host and port in any spelling with the one canonical form: case, one trailing dot,
 * a default port left out. Userinfo, odd address spellings and empty ports never are.
 *
 * @example namesTarget("API.example.com", { scheme: "https", host: "api.example.com", port: 443, via: "connect" }) // true
 */
export function namesTarget(authority: string, target: Target): boolean {
  // Colons inside the brackets of an IPv6 address are not a port's.
  const colon = authority.indexOf(":", authority.lastIndexOf("]") + 1);
  const host = canonicalHost(colon === -1 ? authority : authority.slice(0, colon));
  if (!host.ok || host.value.name !== target.host) return false;
  // Without brackets an IPv6 address runs into its port.
  if (host.value.kind === "ipv6" && !authority.startsWith("[")) return false;
  if (colon === -1) return target.port === DEFAULT_PORT[target.scheme];
  const port = authority.slice(colon + 1);
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) === target.port;
}

/** The target as a Host field or `:authority` says it: brackets round an IPv6 address, no default port. */
export function authorityOf({ scheme, host, port }: Target): string {
  const written = hostInUrl({ name: host, kind: host.includes(":") ? "ipv6" : "name" });
  return port === DEFAULT_PORT[scheme] ? written : `${written}:${port}`;
}
