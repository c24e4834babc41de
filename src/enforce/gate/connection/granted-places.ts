// Which hosts and ports a policy names at all. Not a judgement of requests: a granted place still has its methods, paths
// and counts.
import type { GrantedOpaque } from "../../../decide/decision.ts";
import type { TaskPolicy } from "../policy.ts";
import type { CallUse, TaskState } from "../task-state.ts";

export interface GrantedPlaces {
  /** Whether some call names this place. */
  calls(scheme: "https" | "http", host: string, port: number): boolean;
  /** Whether some call names this host and port, of either scheme. */
  named(host: string, port: number): boolean;
  /** Whether some call names this port. */
  hasCallPort(port: number): boolean;
  /** The raw relay of this place. None where a call names it too: what can be inspected is. */
  opaque(host: string, port: number): { readonly grant: GrantedOpaque; readonly use: CallUse } | null;
}

/** The places of a task's policy; an empty policy grants none. */
export function grantedPlaces(policy: TaskPolicy, used: TaskState["used"]): GrantedPlaces {
  const calls = new Set(policy.calls.map(({ scheme, host, port }) => `${scheme} ${host} ${port}`));
  const ports = new Set(policy.calls.map(({ port }) => port));
  const granted = (scheme: "https" | "http", host: string, port: number): boolean =>
    // Without an authority nothing is served over TLS.
    (scheme === "http" || policy.authority !== null) && calls.has(`${scheme} ${host} ${port}`);
  return {
    calls: granted,
    named: (host, port) => granted("https", host, port) || granted("http", host, port),
    hasCallPort: (port) => ports.has(port),
    opaque: (host, port) => {
      if (calls.has(`https ${host} ${port}`) || calls.has(`http ${host} ${port}`)) return null;
      const index = policy.opaque.findIndex((grant) => grant.host === host && grant.port === port);
      const [grant, use] = [policy.opaque[index], used.opaque[index]];
      return grant === undefined || use === undefined ? null : { grant, use };
    },
  };
}
