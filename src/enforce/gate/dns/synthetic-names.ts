// The addresses that a task's own DNS gives out: one made-up address for each granted name, so that a connection to it
// says which name was meant. Nothing real has these addresses.
import { isIP } from "node:net";
import { assert } from "../../../stdx/assert.ts";
import type { TaskPolicy } from "../policy.ts";

/** Granted names and their synthetic addresses, both ways. */
export interface SyntheticNames {
  /** The address of a canonical granted name; null: not granted, or itself an address. */
  addressOf(name: string): string | null;
  /** The name that an address was made up for. `address` may be IPv4 mapped into IPv6, as dual-stack sockets say it. */
  nameOf(address: string): string | null;
}

/**
 * One address of 198.18.0.0/15 (RFC 2544: benchmarking, never routed) for each name that a call or an opaque relay of
 * the policy grants, the same for the whole task.
 *
 * @example syntheticNames(policy).addressOf("api.example.com") // "198.18.0.1"
 */
export function syntheticNames(policy: Pick<TaskPolicy, "calls" | "opaque">): SyntheticNames {
  const hosts = [...policy.calls, ...policy.opaque].map((grant) => grant.host);
  const names = [...new Set(hosts)].filter((host) => isIP(host) === 0);
  assert(names.length < ADDRESSES, "a writ grants fewer names than there are synthetic addresses");
  const addresses = new Map(names.map((name, index) => [name, synthetic(index + 1)]));
  const back = new Map([...addresses].map(([name, address]) => [address, name]));
  return {
    addressOf: (name) => addresses.get(name) ?? null,
    nameOf: (address) => back.get(unmapped(address)) ?? null,
  };
}

/** An IPv4 address as such, where a dual-stack socket says it mapped into IPv6 (RFC 4291 section 2.5.5.2). */
export function unmapped(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice("::ffff:".length) : address;
}

/** 198.18.0.0/15. */
const ADDRESSES = 2 ** 17;

function synthetic(index: number): string {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}
