// The gate's way out: resolves a name, judges every address it came to, and connects to one of exactly those. Not a
// judge of requests, and not a pool: each call is one new connection.
import type { Duplex } from "node:stream";
import { err, type Result } from "../../../stdx/result.ts";
import { ABORTED } from "./aborted.ts";
import { connectFirst } from "./connect-first.ts";
import { createResolver } from "./resolve.ts";
import { secureUpstream } from "./secure-upstream.ts";
import { permittedAddresses } from "./vet-addresses.ts";

/** Opens one connection; see `createDial`. Never rejects. */
export type Dial = (asked: DialRequest) => Promise<Result<Dialled, DialFailure>>;

/**
 * A dial. Each call looks the name up at most once, judges every address it came to, and connects to one of exactly
 * those; TLS is proved for `host` by the system's authorities or by `ca` alone. Nothing is tried twice.
 *
 * @example await createDial()({ host: "api.example.com", port: 443, scheme: "https", address: null, ca: null,
 *   protocol: "h1", signal })
 */
export function createDial(options: DialOptions = {}): Dial {
  const resolve = createResolver(options.lookup);
  return async (asked) => {
    if (asked.signal.aborted) return err(ABORTED);
    const addresses = await resolve(asked);
    if (!addresses.ok) return addresses;
    const permitted = permittedAddresses(asked, addresses.value);
    if (!permitted.ok) return permitted;
    const connected = await connectFirst(permitted.value, asked.port, asked.signal);
    if (!connected.ok) return connected;
    const { socket, address } = connected.value;
    return await secureUpstream(socket, address, asked);
  };
}

export interface DialRequest {
  /** Canonical (names/host.ts). */
  readonly host: string;
  readonly port: number;
  readonly scheme: "https" | "http";
  /** The only address that is dialled; null: what the name resolves to. */
  readonly address: string | null;
  /** PEM of the only authorities that prove it; null: those of the system. */
  readonly ca: string | null;
  readonly protocol: "h1" | "h2-or-h1";
  /** Ends the attempt, and the connection that came of it. */
  readonly signal: AbortSignal;
}

/** An open connection; whoever asked for it destroys it. */
export interface Dialled {
  readonly socket: Duplex;
  /** The address that was judged and dialled. */
  readonly address: string;
  readonly protocol: "h1" | "h2";
}

export interface DialFailure {
  readonly cause:
    | "name_not_found"
    | "address_not_permitted"
    | "connection_refused"
    | "connection_failed"
    | "certificate_invalid"
    | "pin_mismatch"
    | "timed_out";
  /** What was seen, in words of our own or an address. */
  readonly measured: string;
  readonly retryable: boolean;
}

export interface DialOptions {
  /** All addresses of a name; stands for the system's resolver. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
}
