// Which addresses may be dialled for a request. Not a look-up (resolve.ts) and not a connection.
import { isIP } from "node:net";
import { type AddressClass, addressClass } from "../../../names/address.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { ADDRESSES_MAX } from "./bounds.ts";
import type { DialFailure, DialRequest } from "./dial-request.ts";

/**
 * The addresses to try, in order, at most `ADDRESSES_MAX`; or a failure as soon as one of all of them is not permitted:
 * a name that also leads somewhere it should not is not trusted for the rest. Without a pin only public addresses are
 * permitted; with authorities of its own, over TLS, also those of private networks and of this node, since a
 * certificate then proves who answers.
 */
export function permittedAddresses(
  asked: Pick<DialRequest, "address" | "ca" | "scheme">,
  addresses: readonly string[],
): Result<readonly string[], DialFailure> {
  const allowed = allowedClasses(asked);
  for (const address of addresses) {
    const kind = isIP(address) === 0 ? "reserved" : addressClass(address);
    if (isIP(address) === 0 || !allowed.has(kind)) return err(notPermitted(address, kind));
  }
  return addresses.length === 0
    ? err(notPermitted("none", "reserved"))
    : ok([...new Set(addresses)].slice(0, ADDRESSES_MAX));
}

function allowedClasses({
  address,
  ca,
  scheme,
}: Pick<DialRequest, "address" | "ca" | "scheme">): ReadonlySet<AddressClass> {
  if (address !== null) return PINNED;
  return ca !== null && scheme === "https" ? PROVED : UNPINNED;
}

const UNPINNED: ReadonlySet<AddressClass> = new Set(["public"]);
const PROVED: ReadonlySet<AddressClass> = new Set(["public", "private", "loopback", "cgnat"]);
/** An operator wrote this address down; what hands out credentials or is no single host stays out all the same. */
const PINNED: ReadonlySet<AddressClass> = new Set([
  "public",
  "private",
  "loopback",
  "cgnat",
  "link-local",
  "reserved",
]);

function notPermitted(address: string, kind: AddressClass): DialFailure {
  const shown = isIP(address) === 0 ? "no address" : `${address} (${kind})`;
  return { cause: "address_not_permitted", measured: shown, retryable: false };
}
