// What governor and relay process say to each other over the process channel. Types only; a listening handle travels
// beside `grant`.
import type { GrantedModel } from "../../decide/decision.ts";
import type { EgressEvent } from "../execution.ts";

/** From the governor. */
export type ToRelay =
  | { readonly type: "grant"; readonly id: string; readonly models: readonly GrantedModel[] }
  | { readonly type: "revoke"; readonly id: string };

/** From the relay process; events of a grant come before its `ended`. */
export type FromRelay =
  | { readonly type: "ready" }
  | { readonly type: "granted"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly reason: string }
  | { readonly type: "event"; readonly id: string; readonly event: EgressEvent; readonly forwarded: boolean }
  | { readonly type: "ended"; readonly id: string };
