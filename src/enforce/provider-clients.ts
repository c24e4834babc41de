// Which live tasks were given a model of which provider address, so that none outlives the provider: whoever listened there
// next would get what they send. Only providers that run under a writ of this executor can be followed so.
import { WritError } from "../stdx/writ-error.ts";
import type { LoopbackAddress } from "./loopback-url.ts";

/** A provider's address; clients of one port are one group, whichever loopback name they use. */
export type ProviderAddress = Pick<LoopbackAddress, "port">;

export interface ProviderClients {
  /**
   * Adds a client that `end` ends, until the returned function is called. Throws `WritError` WRIT_GRANT_CHANGED when the
   * provider there ended lately: the client was decided on while it ran.
   */
  join(address: ProviderAddress, end: () => Promise<unknown>): () => void;
  /** A provider under a writ listens there. */
  started(address: ProviderAddress): void;
  /** It ended: ends every client. Resolves when none is left; never rejects. Call it while the address is still taken. */
  ended(address: ProviderAddress): Promise<void>;
}

/** ms for which an address whose provider ended gets no client: longer than any start takes (launch.ts, 15 s). */
const ENDED_LATELY = 30_000;

/** Nobody yet. `now` is a monotonic clock in ms. */
export function openProviderClients(now: () => number = () => performance.now()): ProviderClients {
  const clients = new Map<number, Set<() => Promise<unknown>>>();
  const endedAt = new Map<number, number>();
  return {
    join: ({ port }, end) => {
      const at = endedAt.get(port);
      if (at !== undefined && now() - at < ENDED_LATELY) throw providerEnded();
      const joined = clients.get(port) ?? new Set();
      clients.set(port, joined.add(end));
      return () => {
        joined.delete(end);
        if (joined.size === 0 && clients.get(port) === joined) clients.delete(port);
      };
    },
    started: ({ port }) => void endedAt.delete(port),
    ended: async ({ port }) => {
      endedAt.set(port, now());
      const joined = [...(clients.get(port) ?? [])];
      await Promise.allSettled(joined.map((end) => end()));
    },
  };
}

function providerEnded(): WritError {
  return new WritError(
    "WRIT_GRANT_CHANGED",
    "the provider of a granted model ended before the task started",
    {
      hint: "submit the task again: it is decided anew",
    },
  );
}
