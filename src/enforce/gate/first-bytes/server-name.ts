// The name in a ClientHello in canonical form, or none. Not the reader of the hello (client-hello.ts).
import { canonicalHost } from "../../../names/host.ts";

/**
 * The canonical host of a server name as sent. Null for what RFC 6066 section 3 does not allow: an address, a trailing
 * dot, anything but ASCII.
 *
 * @example canonicalServerName("API.example.com") // "api.example.com"
 */
export function canonicalServerName(sent: string): string | null {
  if (!/^[\u0021-\u007e]+$/.test(sent)) return null;
  const host = canonicalHost(sent);
  if (!host.ok || host.value.kind !== "name") return null;
  return host.value.name === sent.toLowerCase() ? host.value.name : null;
}
