// Takes the canonical URL of a declared call apart, without checking it again. Not a URL parser (names/url.ts): what is
// not in canonical form has no parts, and a call without parts goes to an unknown host.

/** The parts of `https://host:port/path` or `tcp://host:port`. */
export interface UrlParts {
  readonly scheme: "https" | "http" | "tcp";
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** Empty for `tcp`. */
  readonly path: string;
}

const SCHEMES = ["https", "http", "tcp"] as const;

/**
 * The parts of a canonical call URL, or null when `url` is not one.
 *
 * @example splitUrl("https://api.example.com:443/v1") // { scheme: "https", host: "api.example.com", port: 443, path: "/v1" }
 */
export function splitUrl(url: string): UrlParts | null {
  const scheme = SCHEMES.find((one) => url.startsWith(`${one}://`));
  if (scheme === undefined) return null;
  const start = scheme.length + 3;
  const found = url.indexOf("/", start);
  // A raw connection has no path, and a request always has one.
  if ((found === -1) !== (scheme === "tcp")) return null;
  const slash = found === -1 ? url.length : found;
  const colon = url.lastIndexOf(":", slash);
  if (colon <= start) return null;
  const port = Number(url.slice(colon + 1, slash));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const bracketed = url.startsWith("[", start) && url[colon - 1] === "]";
  const host = bracketed ? url.slice(start + 1, colon - 1) : url.slice(start, colon);
  return { scheme, host, port, path: url.slice(slash) };
}
