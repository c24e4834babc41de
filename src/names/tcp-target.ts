// The target of a raw connection in one form: `tcp://host:port`. Not a URL with a path (url.ts).
import { err, ok, type Result } from "../stdx/result.ts";
import { hostInUrl } from "./host.ts";
import type { NameError } from "./name-error.ts";
import { type Authority, canonicalAuthority } from "./url.ts";

/** A canonical target: `text` is its one spelling. */
export interface TcpTarget extends Authority {
  readonly text: string;
}

/** Whether `text` names a raw connection; scheme names have no case (RFC 3986 section 3.1). */
export function isTcpTarget(text: string): boolean {
  return text.slice(0, 6).toLowerCase() === "tcp://";
}

/**
 * The canonical form of a target that a task declares it will connect to. The port is always written, and nothing follows
 * it. Idempotent.
 *
 * @example canonicalTcpTarget("TCP://Nas.home.arpa:22") // value.text === "tcp://nas.home.arpa:22"
 */
export function canonicalTcpTarget(text: string): Result<TcpTarget, NameError> {
  if (!isTcpTarget(text)) {
    return err({ code: "bad_scheme", detail: "a target that is not tcp", hint: "start it with `tcp://`" });
  }
  const authority = text.slice(6);
  if (/[/\\?#]/u.test(authority)) {
    return err({
      code: "tcp_path",
      detail: "a raw connection has no path",
      hint: "drop everything after the port",
    });
  }
  const place = canonicalAuthority(authority, null);
  if (!place.ok) return place;
  const { host, port } = place.value;
  return ok({ host, port, text: `tcp://${hostInUrl(host)}:${port}` });
}
