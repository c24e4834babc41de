// Keeps what must never leave out of the records of its being refused: a name or a path can carry a value as well as a body
// can, and whoever refuses them has not looked. Not the scan of a request (http/judge-content.ts).
import type { EgressEvent } from "../execution.ts";
import type { TaskPolicy } from "./policy.ts";
import { createRequestScanner } from "./scan-request/create-request-scanner.ts";

/**
 * The same `report`, which is told no host and no path that holds a protected value or a credential, in any spelling that
 * the scanner knows; where the protected values are not known, none at all. What was allowed is told as it is: its path was scanned, and the spec chose its host.
 *
 * @example unsaidValues(policy, report)(refused) // the host `TOKEN.evil.example.net` is told as null
 */
export function unsaidValues(
  policy: Pick<TaskPolicy, "protected" | "secrets">,
  report: (event: EgressEvent) => void,
): (event: EgressEvent) => void {
  const scan = createRequestScanner([...(policy.protected ?? []), ...policy.secrets]);
  const holds = (host: string, path: string): boolean =>
    policy.protected === null ||
    scan({ method: "", url: `https://${host}${path}`, headers: [], body: NONE, decoded: NONE }) !== null;
  return (event) => {
    const { decision, host, path } = event;
    if (decision === "allow" || !holds(host ?? "", path)) return report(event);
    report({ ...event, path: "", host: host === null || holds(host, "") ? null : host });
  };
}

const NONE: Uint8Array = new Uint8Array();
