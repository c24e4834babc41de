// What the executor's process and a gate worker say to each other over the process channel. Types only; a handle travels
// beside `models` and `submits` (a listening server) and beside each `listener` (a listening server, or a bound datagram socket).
import type { GrantedModel } from "../../decide/decision.ts";
import type { ChildAnswer, ChildAsk, EgressEvent } from "../execution.ts";
import type { TaskPolicy } from "./policy.ts";
import type { CallUse } from "./task-state.ts";

/** What a handed-over socket is for; `port` is the one it was opened on. */
export interface ListenerPurpose {
  readonly kind: "proxy" | "capture" | "dns_tcp" | "dns_udp";
  readonly port: number;
}

/** What a network grant has used, in the order of its policy. */
export interface UsedGrants {
  readonly calls: readonly CallUse[];
  readonly opaque: readonly CallUse[];
}

/** To a worker. `network` is followed by as many `listener` as it says; the last one is answered. */
export type ToWorker =
  | { readonly type: "models"; readonly id: string; readonly models: readonly GrantedModel[] }
  | {
      readonly type: "network";
      readonly id: string;
      readonly policy: TaskPolicy;
      readonly listeners: number;
    }
  | { readonly type: "submits"; readonly id: string }
  | { readonly type: "answer"; readonly id: string; readonly ask: number; readonly answer: ChildAnswer }
  | { readonly type: "listener"; readonly id: string; readonly purpose: ListenerPurpose }
  | { readonly type: "revoke"; readonly id: string };

/** From a worker; events of a grant come before its `ended`. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "granted"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly reason: string }
  | { readonly type: "ask"; readonly id: string; readonly ask: number; readonly asked: ChildAsk }
  | { readonly type: "event"; readonly id: string; readonly event: EgressEvent; readonly forwarded: boolean }
  | { readonly type: "ended"; readonly id: string; readonly used: UsedGrants };
