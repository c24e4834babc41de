// A raw relay to one granted address and port, for what cannot be inspected (SSH, a database, pinned TLS): bytes pass
// unread, counted, up to the grant's caps. Never carries a credential of the gate.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { GrantedOpaque } from "../../../decide/decision.ts";
import type { Dial, DialFailure } from "../dial/dial.ts";
import type { CallUse } from "../task-state.ts";
import { pump } from "./pump.ts";

/** How a relay ended. */
export interface OpaqueEnd {
  readonly cause: DialFailure["cause"] | "connections_over_limit" | "bytes_over_limit" | null;
  /** Bytes that crossed, either way. */
  readonly bytes_out: number;
  readonly bytes_in: number;
}

export interface OpaqueRelay {
  readonly grant: GrantedOpaque;
  /** Live counts of the grant over all its connections; `requests` counts connections. Raised before a byte crosses. */
  readonly use: CallUse;
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Called once, when the other side is there and before any byte crosses. */
  readonly connected: () => void;
}

/** ms without a byte either way; an interactive session may well be silent for long. */
export const OPAQUE_IDLE_TIMEOUT = 3_600_000;

/**
 * Relays between `client` and the grant's pinned address until both sides ended, a cap is reached or `signal` aborts.
 * Resolves once, with both connections destroyed; never rejects. The byte that would pass a cap, and what came with it,
 * does not cross.
 */
export async function relayOpaque(client: Socket, relay: OpaqueRelay): Promise<OpaqueEnd> {
  const { grant, use, dial, signal } = relay;
  if (use.requests >= grant.connections_max) return nothingCrossed(client, "connections_over_limit");
  // A grant that is used up opens nothing.
  if (use.bytes_out >= grant.bytes_out_max || use.bytes_in >= grant.bytes_in_max) {
    return nothingCrossed(client, "bytes_over_limit");
  }
  use.requests++;
  const { host, port, address } = grant;
  const dialled = await dial({ host, port, address, scheme: "http", ca: null, protocol: "h1", signal });
  if (!dialled.ok) return nothingCrossed(client, dialled.error.cause);
  const upstream = dialled.value.socket;
  upstream.on("error", () => upstream.destroy());
  if (client.destroyed || signal.aborted) {
    upstream.destroy();
    return nothingCrossed(client, null);
  }
  relay.connected();
  return await exchange(client, upstream, relay);
}

function nothingCrossed(client: Socket, cause: OpaqueEnd["cause"]): OpaqueEnd {
  // The caller may still have an answer to give; an opaque client gets none.
  client.pause();
  return { cause, bytes_out: 0, bytes_in: 0 };
}

async function exchange(client: Socket, upstream: Duplex, relay: OpaqueRelay): Promise<OpaqueEnd> {
  const { grant, use, signal } = relay;
  const crossed = { bytes_out: 0, bytes_in: 0 };
  let cause: OpaqueEnd["cause"] = null;
  const end = (why: OpaqueEnd["cause"]): void => {
    cause ??= why;
    client.destroy();
    upstream.destroy();
  };
  const claim =
    (way: "bytes_out" | "bytes_in", most: number) =>
    (bytes: number): boolean => {
      if (use[way] + bytes > most) return false;
      use[way] += bytes;
      crossed[way] += bytes;
      return true;
    };
  const idle = setTimeout(() => end("timed_out"), OPAQUE_IDLE_TIMEOUT);
  const aborted = (): void => end(null);
  signal.addEventListener("abort", aborted, { once: true });
  // Protocols such as git's end one direction and go on reading the other.
  client.allowHalfOpen = true;
  const over = (): void => end("bytes_over_limit");
  await Promise.all([
    pump(client, upstream, {
      claim: claim("bytes_out", grant.bytes_out_max),
      over,
      moved: () => idle.refresh(),
    }),
    pump(upstream, client, {
      claim: claim("bytes_in", grant.bytes_in_max),
      over,
      moved: () => idle.refresh(),
    }),
  ]);
  clearTimeout(idle);
  signal.removeEventListener("abort", aborted);
  end(null);
  return { cause, ...crossed };
}
