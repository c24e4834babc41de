// Takes the canonical URL of a declared call apart, without checking it again. Not a URL parser (names/url.ts): what is
// not in canonical form has no parts, and a call without parts goes to an unknown host.

/** The parts of `https://host:port/path`. */
export interface UrlParts {
  readonly scheme: "https" | "http";
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/**
 * The parts of a canonical call URL, or null when `url` is not one.
 *
 * @example splitUrl("https://api.example.com:443/v1") // { scheme: "https", host: "api.example.com", port: 443, path: "/v1" }
 */
export function splitUrl(url: string): UrlParts | null {
  const scheme = url.startsWith("https://") ? "https" : url.startsWith("http://") ? "http" : null;
  if (scheme === null) return null;
  const start = scheme.length + 3;
  const slash = url.indexOf("/", start);
  if (slash === -1) return null;
  const colon = url.lastIndexOf(":", slash);
  if (colon <= start) return null;
  const port = Number(url.slice(colon + 1, slash));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const bracketed = url.startsWith("[", start) && url[colon - 1] === "]";
  const host = bracketed ? url.slice(start + 1, colon - 1) : url.slice(start, colon);
  return { scheme, host, port, path: url.slice(slash) };
}
