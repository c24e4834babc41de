// The address in a provider's URL. Not a URL parser: a spec's provider URL has one canonical form, and anything else is
// no address.
import { isIP } from "node:net";

export interface LoopbackAddress {
  /** An IP literal within 127.0.0.0/8, or `::1`. */
  readonly host: string;
  /** 1..65535. */
  readonly port: number;
}

/**
 * The address of `http://127.0.0.1:11434` or `http://[::1]:8080`; null for a name, another scheme, a missing port, a
 * path, or an address that is not loopback (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3).
 *
 * @example loopbackAddress("http://127.0.0.1:11434") // { host: "127.0.0.1", port: 11434 }
 */
export function loopbackAddress(url: string): LoopbackAddress | null {
  const parts = /^http:\/\/(127(?:\.[0-9]{1,3}){3}|\[::1\]):([1-9][0-9]{0,4})$/u.exec(url);
  const host = (parts?.[1] ?? "").replace(/^\[|\]$/gu, "");
  const port = Number(parts?.[2]);
  return isIP(host) !== 0 && port <= 65_535 ? { host, port } : null;
}
