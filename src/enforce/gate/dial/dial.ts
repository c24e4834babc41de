// The gate's way out: resolves a name, judges every address it came to, and connects to one of exactly those. Not a
// judge of requests, and not a pool: each call is one new connection.
import { err, type Result } from "../../../stdx/result.ts";
import { ABORTED } from "./aborted.ts";
import { connectFirst } from "./connect-first.ts";
import type { DialFailure, Dialled, DialRequest, Lookup } from "./dial-request.ts";
import { createResolver } from "./resolve.ts";
import { secureUpstream } from "./secure-upstream.ts";
import { permittedAddresses } from "./vet-addresses.ts";

export type { DialFailure, Dialled, DialRequest };

/** Opens one connection; see `createDial`. Never rejects. */
export type Dial = (asked: DialRequest) => Promise<Result<Dialled, DialFailure>>;

/**
 * A dial. Each call looks the name up at most once, judges every address it came to, and connects to one of exactly
 * those; TLS is proved for `host` by the system's authorities or by `ca` alone. Nothing is tried twice.
 *
 * @example await createDial()({ host: "api.example.com", port: 443, scheme: "https", address: null, ca: null,
 *   protocol: "h1", signal })
 */
export function createDial(options: { readonly lookup?: Lookup } = {}): Dial {
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
