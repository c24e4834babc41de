// Puts the parts of the gate together for one task: what judges a request, what scans it, what dials. Not any of them.
import type { Socket as Datagram } from "node:dgram";
import type { Server as Listener } from "node:net";
import type { TaskState } from "./task-state.ts";

/** A socket of the task's namespace, by what it is for. */
export type ServedListener =
  | { readonly kind: "proxy"; readonly server: Listener }
  | { readonly kind: "capture"; readonly port: number; readonly server: Listener }
  | { readonly kind: "dns_tcp"; readonly server: Listener }
  | { readonly kind: "dns_udp"; readonly socket: Datagram };

/** Serves `listeners` for the task of `state`. */
export function serveListeners(
  _state: TaskState,
  _listeners: readonly ServedListener[],
): { readonly end: () => Promise<void> } {
  throw new Error("this gate serves models only");
}
