// What the requests of one grant are judged and counted by. Types only.
import type { GrantedModel } from "../../../decide/decision.ts";
import type { EgressEvent } from "../../execution.ts";
import type { Meter } from "../usage/meter.ts";
import type { BufferBudget } from "./read-body.ts";
import type { RequestCounts } from "./request-counts.ts";

/** Called once for each request; `forwarded`: the provider was asked, and one granted request is spent. */
export type Report = (event: EgressEvent, forwarded: boolean) => void;

export interface GrantState {
  /** Never empty; all of one provider. */
  readonly models: readonly GrantedModel[];
  readonly kind: GrantedModel["kind"];
  /** The provider's loopback URL. */
  readonly base: URL;
  readonly counts: RequestCounts;
  /** By model, of those whose tokens are counted. */
  readonly meters: ReadonlyMap<string, Meter>;
  readonly budget: BufferBudget;
  readonly report: Report;
}
