// From a name to its addresses: the one look-up of a request. Judges nothing (vet-addresses.ts).
import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { ABORTED } from "./aborted.ts";
import { LOOKUP_TIMEOUT, NOT_FOUND_KEPT, NOT_FOUND_MAX } from "./bounds.ts";
import type { DialFailure, DialRequest, Lookup } from "./dial-request.ts";

/** All addresses of what is asked for, at least one; a pinned or literal address is not looked up. Never rejects. */
export type Resolve = (
  asked: Pick<DialRequest, "host" | "address" | "signal">,
) => Promise<Result<readonly string[], DialFailure>>;

/** A resolver that keeps for a short time which names were not found, and nothing else. */
export function createResolver(lookup: Lookup = allAddresses): Resolve {
  const notFound = new Map<string, number>();
  return async ({ host, address, signal }) => {
    if (address !== null) return ok([address]);
    if (isIP(host) !== 0) return ok([host]);
    const until = notFound.get(host);
    if (until !== undefined && performance.now() < until) return err(nameNotFound(host));
    const found = await lookUp(host, lookup, signal);
    if (found.ok || found.error.cause !== "name_not_found") return found;
    notFound.delete(host);
    const [oldest] = notFound.keys();
    if (notFound.size >= NOT_FOUND_MAX && oldest !== undefined) notFound.delete(oldest);
    notFound.set(host, performance.now() + NOT_FOUND_KEPT);
    return found;
  };
}

async function lookUp(
  host: string,
  lookup: Lookup,
  signal: AbortSignal,
): Promise<Result<readonly string[], DialFailure>> {
  let end = (_why: "late" | "gone"): void => undefined;
  const ended = new Promise<"late" | "gone">((resolve) => {
    end = resolve;
  });
  const gone = (): void => end("gone");
  const timer = setTimeout(() => end("late"), LOOKUP_TIMEOUT);
  signal.addEventListener("abort", gone, { once: true });
  try {
    const addresses = await Promise.race([lookup(host), ended]);
    if (addresses === "gone") return err(ABORTED);
    if (addresses === "late") return err(lookupTimedOut(host));
    return addresses.length === 0 ? err(nameNotFound(host)) : ok(addresses);
  } catch (error) {
    return err(isTransient(error) ? lookupTimedOut(host) : nameNotFound(host));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", gone);
  }
}

async function allAddresses(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true, order: "verbatim" });
  return found.map((entry) => entry.address);
}

/** EAI_AGAIN, getaddrinfo(3): the name server did not answer. */
function isTransient(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAI_AGAIN";
}

function nameNotFound(host: string): DialFailure {
  return { cause: "name_not_found", measured: host, retryable: false };
}

function lookupTimedOut(host: string): DialFailure {
  return { cause: "timed_out", measured: `the look-up of ${host}`, retryable: true };
}
