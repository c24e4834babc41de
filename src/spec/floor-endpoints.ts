// The floor of endpoints: which hosts may be named, what must prove them, and what may be relayed uninspected. Part of
// floor.ts, which runs it.
import { type AddressClass, addressClass } from "../names/address.ts";
import { canonicalHost } from "../names/host.ts";
import { isWildcard } from "../names/host-pattern.ts";
import { isInPrivateZone, isPrivateName } from "../names/private-name.ts";
import { isAtOrAbovePublicSuffix } from "../names/public-suffix.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { buildEndpointIndex } from "./effective-endpoint.ts";
import { type FloorProblem, floorProblem } from "./floor-problem.ts";
import type { Endpoint, Spec } from "./spec.ts";

/** Everything in which the endpoints of `spec` are below the floor, one entry after the other. */
export function endpointProblems({ sovereignty, privacy }: Spec): readonly FloorProblem[] {
  const { endpoints } = sovereignty;
  const conflicts = new Set(buildEndpointIndex(endpoints, privacy.ladder).conflicts());
  return endpoints.flatMap((endpoint, index) => {
    const at: Path = ["sovereignty", "endpoints", index];
    return [
      ...hostProblems(endpoint, [...at, "host"]),
      ...pinProblems(endpoint, [...at, "address"]),
      ...opaqueProblems(endpoint, privacy.ladder, [...at, "opaque"]),
      ...(conflicts.has(`${endpoint.host}:${endpoint.port}`) ? [conflictProblem(endpoint, at)] : []),
    ];
  });
}

type Path = FloorProblem["path"];

function hostProblems(endpoint: Endpoint, path: Path): readonly FloorProblem[] {
  return isWildcard(endpoint.host) ? wildcardProblems(endpoint, path) : exactProblems(endpoint, path);
}

function wildcardProblems(endpoint: Endpoint, path: Path): readonly FloorProblem[] {
  const { host, control } = endpoint;
  const suffix = host.slice(2);
  const named = quoteUntrusted(host);
  const isPrivate = isInPrivateZone(suffix);
  const problems: FloorProblem[] = [];
  if (isPrivate && !isProved(endpoint)) problems.push(unprovedName(named, path));
  if (control !== "owned") {
    const message = `wildcard ${named} is ${control}: limit is owned`;
    problems.push(floorProblem(path, message, "name each host, or own the whole domain"));
  }
  if (!isPrivate && isAtOrAbovePublicSuffix(suffix)) {
    const message = `${named} is at or above a public suffix: strangers own names below it`;
    problems.push(floorProblem(path, message, "write a wildcard below a domain that you registered"));
  }
  return problems;
}

function exactProblems(endpoint: Endpoint, path: Path): readonly FloorProblem[] {
  const text = endpoint.host;
  const host = canonicalHost(text);
  const named = quoteUntrusted(text);
  if (!host.ok || host.value.name !== text) {
    const hint = "write the host in lower case, plainly";
    return [floorProblem(path, `${named} is not a canonical host`, hint)];
  }
  if (host.value.kind === "name") {
    return isPrivateName(text) && !isProved(endpoint) ? [unprovedName(named, path)] : [];
  }
  const kind = addressClass(text);
  if (NEVER.has(kind)) {
    return [floorProblem(path, `${named} is a ${kind} address: never an endpoint`, "remove this endpoint")];
  }
  if (kind === "public" || isProved(endpoint)) return [];
  const message = `${named} is a ${kind} address: needs \`address:\` or \`ca:\``;
  return [floorProblem(path, message, `add \`address: "${text}"\`, so that it is meant`)];
}

/** Addresses that no pin makes a place: metadata services, groups, and what is nowhere. */
const NEVER: ReadonlySet<AddressClass> = new Set(["metadata", "multicast", "unspecified", "reserved"]);

function isProved({ address, ca }: Endpoint): boolean {
  return address !== null || ca !== null;
}

/** A name that only a local resolver knows proves nothing by itself. */
function unprovedName(named: string, path: Path): FloorProblem {
  const message = `${named} is a private name: needs \`address:\` or \`ca:\``;
  return floorProblem(path, message, "add `address:`, the only one to dial, or `ca:`, what proves it");
}

function pinProblems({ host, address }: Endpoint, path: Path): readonly FloorProblem[] {
  if (address === null) return [];
  const named = quoteUntrusted(address);
  const canonical = canonicalHost(address);
  if (!canonical.ok || canonical.value.kind === "name" || canonical.value.name !== address) {
    const hint = "write an IP address, IPv6 as RFC 5952 does";
    return [floorProblem(path, `${named} is not a canonical address`, hint)];
  }
  const kind = addressClass(address);
  if (NEVER.has(kind)) {
    return [floorProblem(path, `${named} is a ${kind} address: never dialled`, "pin another address")];
  }
  // What is not an address at all is `reserved` too, and then a name.
  if (addressClass(host) === "reserved" || host === address) return [];
  const message = `${named} is pinned for ${quoteUntrusted(host)}, which is another address`;
  return [floorProblem(path, message, "name one of the two")];
}

/** Nobody sees what passes: so to one place only, and nothing private to what is not owned. */
function opaqueProblems(
  { host, address, control, opaque }: Endpoint,
  ladder: readonly string[],
  path: Path,
): readonly FloorProblem[] {
  if (opaque === null) return [];
  const named = quoteUntrusted(host);
  const problems: FloorProblem[] = [];
  if (isWildcard(host)) {
    const message = `wildcard ${named} is opaque: an opaque endpoint is one host`;
    problems.push(floorProblem(path, message, "name each host"));
  } else if (address === null && addressClass(host) === "reserved") {
    const message = `${named} is opaque without \`address:\`: nothing proves who answers`;
    problems.push(floorProblem(path, message, "add `address:`, the only one to dial"));
  }
  const lowest = ladder[0];
  if (control !== "owned" && lowest !== undefined && opaque.max_label !== lowest) {
    const message = `${quoteUntrusted(opaque.max_label)} data would pass ${named} uninspected, which is ${control}: limit is ${quoteUntrusted(lowest)}`;
    problems.push(floorProblem([...path, "max_label"], message, `write \`max_label: ${lowest}\``));
  }
  return problems;
}

function conflictProblem({ host, port }: Endpoint, path: Path): FloorProblem {
  const message = `${quoteUntrusted(`${host}:${port}`)} and a wildcard over it exclude each other: nothing could be called`;
  return floorProblem(path, message, "give both the same `address`, `ca` and `opaque`, or drop one");
}
