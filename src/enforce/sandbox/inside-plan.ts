// What is opened inside a task's network namespace before anything of the task exists: which sockets, for what, and
// whether every address of the world is one of them. Pure; listen-inside.ts opens them.
import type { Grants } from "../../decide/decision.ts";
import type { LoopbackAddress } from "../loopback-url.ts";

/** Plain JSON: it crosses to the program inside. Nothing at all: a namespace with nothing in it. */
export interface InsidePlan {
  /** Every address is local to the namespace, so that what a task sends anywhere arrives at a listener or nowhere. */
  readonly captures: boolean;
  readonly sockets: readonly InsideSocket[];
}

export interface InsideSocket {
  /** `model`: a provider's own address. `submit`: takes tasks. */
  readonly kind: "model" | "submit" | "proxy" | "capture" | "dns_tcp" | "dns_udp";
  /** null: every address. */
  readonly host: string | null;
  readonly port: number;
}

/** Where the explicit proxy answers; tasks are told so in their environment. */
export const PROXY_ADDRESS: LoopbackAddress = { host: "127.0.0.1", port: 3128 };

/**
 * Ports where what a task tries is taken and recorded although no call is granted there: FTP, SSH, mail, HTTP, DNS over
 * TLS, databases and their usual alternatives (IANA port numbers, 2026-11). A task cannot listen on these itself.
 */
export const RECORDED_PORTS: readonly number[] = [
  21, 22, 25, 80, 143, 443, 465, 587, 853, 993, 3306, 5432, 6379, 8080, 8443, 9418,
];

const DNS_PORT = 53;
/** A task could listen from here up (`ip_unprivileged_port_start` of ip-sysctl.rst): a server of its own tests, mostly. */
const UNPRIVILEGED_PORT_MIN = 1024;

/**
 * The plan of a task. Its models' providers keep their addresses, so their ports are not captured; where its network is
 * the gate's, the proxy, name service, and a listener on each granted and recorded port are there as well; where nothing may
 * leave, none on a port that the task could want for itself.
 */
export function insidePlan(
  grants: NetworkGrants & ChannelGrants,
  providers: readonly LoopbackAddress[],
): InsidePlan {
  const models = providers.map(({ host, port }): InsideSocket => ({ kind: "model", host, port }));
  const submits = submitAddress(grants, providers);
  const own: readonly InsideSocket[] =
    submits === null ? models : [...models, { kind: "submit", ...submits }];
  if (!hasNetwork(grants)) return { captures: false, sockets: own };
  const taken = new Set([
    PROXY_ADDRESS.port,
    DNS_PORT,
    ...(submits === null ? [] : [submits.port]),
    ...providers.map(({ port }) => port),
  ]);
  const granted = [...grants.calls, ...grants.opaque].map(({ port }) => port);
  const recorded = mayLeave(grants)
    ? RECORDED_PORTS
    : RECORDED_PORTS.filter((port) => port < UNPRIVILEGED_PORT_MIN);
  const ports = [...new Set([...recorded, ...granted])].filter((port) => !taken.has(port));
  return {
    captures: true,
    sockets: [
      ...own,
      { kind: "proxy", ...PROXY_ADDRESS },
      { kind: "dns_udp", host: null, port: DNS_PORT },
      { kind: "dns_tcp", host: null, port: DNS_PORT },
      ...ports.toSorted((a, b) => a - b).map((port): InsideSocket => ({ kind: "capture", host: null, port })),
    ],
  };
}

type NetworkGrants = Pick<Grants, "calls" | "opaque" | "records_network">;
type ChannelGrants = Pick<Grants, "calls" | "opaque" | "submits">;

/** Where a task that may submit tasks does so: the first port from here on that it has no grant for. Null: it may not. */
export function submitAddress(
  { calls, opaque, submits }: ChannelGrants,
  providers: readonly LoopbackAddress[],
): LoopbackAddress | null {
  if (submits === 0) return null;
  const taken = new Set([...calls, ...opaque, ...providers].map(({ port }) => port));
  let port = SUBMIT_PORT;
  while (taken.has(port)) port += 1;
  return { host: PROXY_ADDRESS.host, port };
}

/** Beside the proxy's; no registered service of any use to a task has it (IANA port numbers, 2026-11). */
const SUBMIT_PORT = 3129;

/** Whether a task's network is the gate's: something may leave through it, or what is tried is recorded. */
export function hasNetwork(grants: NetworkGrants): boolean {
  return grants.records_network || mayLeave(grants);
}

/** Whether a writ lets anything out of the node, or to an endpoint on it. */
export function mayLeave({ calls, opaque }: Pick<Grants, "calls" | "opaque">): boolean {
  return calls.length > 0 || opaque.length > 0;
}
