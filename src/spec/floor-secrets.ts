// The floor of secrets: each goes to one host that an endpoint names, where requests are inspected. Part of floor.ts, which
// runs it.
import { isWildcard } from "../names/host-pattern.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { type FloorProblem, floorProblem } from "./floor-problem.ts";
import type { SecretBinding, Spec } from "./spec.ts";

/** Every secret of `spec` that has no such place. */
export function secretProblems({ sovereignty }: Spec): readonly FloorProblem[] {
  return sovereignty.secrets.flatMap((secret, index) => {
    const fault = faultOf(secret, sovereignty.endpoints);
    if (fault === null) return [];
    const path = ["sovereignty", "secrets", index, "for", "host"];
    const message = `secret ${quoteUntrusted(secret.name)} may go to ${quoteUntrusted(placeOf(secret))}, ${fault}`;
    return [floorProblem(path, message, "name the host and port of one endpoint")];
  });
}

function placeOf({ for: { host, port } }: SecretBinding): string {
  return `${host}:${port}`;
}

function faultOf(secret: SecretBinding, endpoints: Spec["sovereignty"]["endpoints"]): string | null {
  const { host, port } = secret.for;
  if (isWildcard(host)) return "which is a wildcard: a credential has one host";
  const endpoint = endpoints.find((entry) => entry.host === host && entry.port === port);
  if (endpoint === undefined) return "which no endpoint names in full";
  return endpoint.opaque === null ? null : "which is opaque: nobody could put it in there";
}
