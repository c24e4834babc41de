// Gives a standing sandbox its network: one gate grant on the listeners opened inside the task's network namespace, and
// what went through it in the end. Not the gate (gate/), and not what is allowed (network-policy.ts).
import type { Grants } from "../decide/decision.ts";
import type { DestinationUse, LeftUse, TaskStreams } from "./execution.ts";
import { type Gate, RECORDER } from "./gate/gate.ts";
import type { GateCounts, HandedListener } from "./gate/gate-worker.ts";
import type { TaskPolicy } from "./gate/policy.ts";
import { mayLeave } from "./sandbox/inside-plan.ts";
import type { OpenedSocket } from "./sandbox/prepare-namespace.ts";

/** What left through the gate for one task. */
export interface NetworkUse {
  readonly external_requests: number;
  readonly external_bytes_out: number;
  readonly external_bytes_in: number;
  /** Where it went. */
  readonly left: LeftUse;
}

/** Where a task's network is served. */
export interface NetworkPlace {
  readonly listeners: readonly OpenedSocket[];
  readonly gate: Gate;
  readonly principal: string;
  readonly streams: TaskStreams;
}

/**
 * Hands the listeners to the gate for the task `task`; with no policy there is nothing to hand. Throws what the gate
 * throws; then no grant is left and the listeners are closed. The returned function ends the grant and says what went
 * through it; it never rejects.
 */
export async function serveNetwork(
  task: string,
  policy: TaskPolicy | null,
  { listeners, gate, principal, streams }: NetworkPlace,
): Promise<() => Promise<NetworkUse>> {
  if (policy === null) return () => Promise.resolve(NO_NETWORK);
  const id = `${task}-network`;
  const owner = mayLeave(policy) ? principal : RECORDER;
  const onEvent: TaskStreams["egress"] = (event) => streams.egress(event);
  await gate.grantNetwork({ id, task, principal: owner, onEvent }, listeners.map(handed), policy);
  return async () => useOf(policy, await gate.revoke(id));
}

/** What is charged when nobody can say what was used: everything that was granted. */
export function fullNetwork({ calls, opaque }: Pick<Grants, "calls" | "opaque">): NetworkUse {
  const destinations = [
    ...calls.map((call): DestinationUse => {
      const { host, requests_max: requests, bytes_out_max: bytes_out, meter } = call;
      return { host, requests, bytes_out, tokens: meter?.tokens_max ?? 0, money: meter?.money_max ?? 0 };
    }),
    ...opaque.map((relay): DestinationUse => {
      const { host, connections_max: requests, bytes_out_max: bytes_out } = relay;
      return { host, requests, bytes_out, tokens: 0, money: 0 };
    }),
  ];
  const bytes_in = [...calls, ...opaque].reduce((sum, { bytes_in_max }) => sum + (bytes_in_max ?? 0), 0);
  return totalled(destinations, bytes_in, false);
}

export const NO_NETWORK: NetworkUse = {
  external_requests: 0,
  external_bytes_out: 0,
  external_bytes_in: 0,
  left: { complete: true, destinations: [] },
};

function handed({ kind, port, handle }: OpenedSocket): HandedListener {
  if (kind === "model" || kind === "submit")
    throw new TypeError("a listener of its own is not the network's");
  return { kind, port, handle };
}

/** A worker that died may have sent what it never reported: its grant is charged in full. */
function useOf(policy: TaskPolicy, { complete, used, bytes_in }: GateCounts): NetworkUse {
  if (!complete) {
    const full = fullNetwork(policy);
    return { ...full, external_bytes_in: Math.max(full.external_bytes_in, bytes_in) };
  }
  const places = [...policy.calls, ...policy.opaque];
  const uses = [...used.calls, ...used.opaque];
  const destinations = uses.map(({ requests, bytes_out, tokens, money }, index): DestinationUse => {
    return { host: places[index]?.host ?? "", requests, bytes_out, tokens, money };
  });
  const received = uses.reduce((sum, use) => sum + use.bytes_in, 0);
  return totalled(destinations, received, true);
}

/** One entry a host. */
function totalled(
  destinations: readonly DestinationUse[],
  external_bytes_in: number,
  complete: boolean,
): NetworkUse {
  const byHost = Map.groupBy(destinations, ({ host }) => host);
  const each = [...byHost].map(([host, parts]): DestinationUse => {
    return {
      host,
      requests: sum(parts, "requests"),
      bytes_out: sum(parts, "bytes_out"),
      tokens: sum(parts, "tokens"),
      money: sum(parts, "money"),
    };
  });
  return {
    external_requests: sum(each, "requests"),
    external_bytes_out: sum(each, "bytes_out"),
    external_bytes_in,
    left: { complete, destinations: each.filter(({ requests, bytes_out }) => requests + bytes_out > 0) },
  };
}

function sum(parts: readonly DestinationUse[], of: Exclude<keyof DestinationUse, "host">): number {
  return parts.reduce((total, part) => total + part[of], 0);
}
