// Which of the demands that leave are lazy: for something that a verified provider serves on this node. What providers
// and endpoints serve is the operator's statement; a task's word for what a call is for counts only within it.
import { bestLocalService, type LocalService } from "./local-service.ts";
import type { OutwardNeed } from "./outward-needs.ts";
import type { Situation } from "./situation.ts";

/** A capability, and what serves it here. */
export interface ServedCapability {
  readonly capability: string;
  readonly service: LocalService;
}

export interface LazyNeed {
  readonly need: OutwardNeed;
  /** Index among the declared calls; null: a placed model need. */
  readonly call: number | null;
  /** `now`, or `later`: all of it is served here once memory is free again. */
  readonly when: "now" | "later";
  /** What serves each capability that decided it. */
  readonly services: readonly ServedCapability[];
}

export interface LazyNeeds {
  readonly lazy: readonly LazyNeed[];
  /** Calls for a capability that their endpoint does not serve. */
  readonly unserved: readonly { readonly need: OutwardNeed; readonly capability: string | null }[];
}

/**
 * A call is lazy when every capability that it is for is served here; one that declares none, when the weakest that its
 * endpoint serves is: any of them. A model need that was placed outward is lazy when its capability is served here,
 * whatever model it names.
 */
export function lazyNeeds(situation: Situation): LazyNeeds {
  const { task, outward, placements, compiled } = situation;
  const lazy: LazyNeed[] = [];
  const unserved: { need: OutwardNeed; capability: string | null }[] = [];
  task.needs.calls.forEach((call, index) => {
    const need = outward[index];
    if (need === undefined) return;
    const anyOf = call.for.length === 0 ? (need.endpoint?.serves_any ?? []) : null;
    const found = anyOf === null ? servedAll(situation, call.for, 0) : servedAny(situation, anyOf);
    if (found !== null) lazy.push({ need, call: index, ...found });
    if (need.endpoint === null) return;
    for (const capability of call.for) {
      if (need.endpoint.serves.includes(capability)) continue;
      unserved.push({ need, capability: compiled.capabilities.has(capability) ? capability : null });
    }
  });
  for (const placement of placements) {
    if (placement.kind !== "outward") continue;
    const found = servedAll(situation, [placement.need.capability], placement.need.context);
    if (found !== null) lazy.push({ need: placement.outward, call: null, ...found });
  }
  return { lazy, unserved };
}

type Served = Pick<LazyNeed, "when" | "services">;

function servedAll(situation: Situation, capabilities: readonly string[], context: number): Served | null {
  const services: ServedCapability[] = [];
  let when: "now" | "later" = "now";
  for (const capability of capabilities) {
    const service = serviceOf(situation, capability, context);
    if (service === null) return null;
    if (service.when === "later") when = "later";
    services.push({ capability, service });
  }
  return services.length === 0 ? null : { when, services };
}

function servedAny(situation: Situation, capabilities: readonly string[]): Served | null {
  let later: Served | null = null;
  for (const capability of capabilities) {
    const service = serviceOf(situation, capability, 0);
    if (service?.when === "now") return { when: "now", services: [{ capability, service }] };
    if (service !== null) later ??= { when: "later", services: [{ capability, service }] };
  }
  return later;
}

function serviceOf(situation: Situation, capability: string, context: number): LocalService | null {
  const { compiled, facts, room } = situation;
  return bestLocalService(compiled, facts, room, { capability, context, model: null });
}
