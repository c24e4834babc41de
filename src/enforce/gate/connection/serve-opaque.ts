// A connection to a place with an opaque grant: relayed raw, with one record when it ends.
import type { Socket } from "node:net";
import type { GrantedOpaque } from "../../../decide/decision.ts";
import { refusal } from "../http/refusal.ts";
import { type OpaqueEnd, relayOpaque } from "../opaque/relay-opaque.ts";
import type { CallUse } from "../task-state.ts";
import type { TaskServing } from "./task-serving.ts";
import { turnAwayHttp } from "./turn-away.ts";

/**
 * Relays `socket`; resolves when it ended and was recorded. Never rejects. After a CONNECT the client is first told that
 * the tunnel stands, or why it does not.
 */
export async function relayOpaqueTo(
  socket: Socket,
  { grant, use }: { readonly grant: GrantedOpaque; readonly use: CallUse },
  serving: TaskServing,
  via: "connect" | "transparent",
): Promise<void> {
  const { state, dial, record } = serving;
  let connected = false;
  const end = await relayOpaque(socket, {
    grant,
    use,
    dial,
    signal: state.ended,
    connected: () => {
      connected = true;
      if (via === "connect") socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    },
  });
  const { host, port } = grant;
  const { cause, bytes_out, bytes_in } = end;
  record({ decision: decisionOf(cause), via: "opaque", cause, host, port, bytes_out, bytes_in });
  if (connected || via === "transparent" || cause === null) return void socket.destroy();
  turnAwayHttp(
    socket,
    refusal(cause, null, null, "the raw relay that this place is granted is not there now"),
  );
}

function decisionOf(cause: OpaqueEnd["cause"]): "allow" | "refuse" | "error" {
  if (cause === null) return "allow";
  return cause === "connections_over_limit" || cause === "bytes_over_limit" ? "refuse" : "error";
}
