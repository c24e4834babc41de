// Which authorities may prove an upstream: the system's, or the ones of a pin alone.
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { CONTEXTS_MAX } from "./bounds.ts";

/**
 * A client's TLS context that trusts `ca` (PEM) alone, or for null the system's authorities (those of Node where the
 * system has none). Null when `ca` cannot be read. Made once for each `ca`.
 */
export function upstreamContext(ca: string | null): SecureContext | null {
  const held = contexts.get(ca);
  if (held !== undefined) return held;
  const made = create(ca);
  if (made === null) return null;
  const [oldest] = contexts.keys();
  if (contexts.size >= CONTEXTS_MAX && oldest !== undefined) contexts.delete(oldest);
  contexts.set(ca, made);
  return made;
}

const contexts = new Map<string | null, SecureContext>();

function create(ca: string | null): SecureContext | null {
  try {
    return createSecureContext({
      ca: ca === null ? systemAuthorities() : certificatesOf(ca),
      minVersion: "TLSv1.2",
    });
  } catch {
    return null;
  }
}

function systemAuthorities(): string[] {
  const system = getCACertificates("system");
  return system.length > 0 ? system : getCACertificates("bundled");
}

/** Each certificate of a PEM text; throws when there is none, since an empty set would mean the default one. */
function certificatesOf(pem: string): string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (found === null) throw new TypeError("no certificate in the pin");
  return [...found];
}
