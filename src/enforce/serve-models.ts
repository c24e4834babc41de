// Gives a standing sandbox its granted models: one gate grant for each provider, on the listener opened inside the
// task's network namespace. Not the gate (gate/), and not the choice of a model (the decision made it).

import type { Server } from "node:net";
import type { GrantedModel } from "../decide/decision.ts";
import { assert } from "../stdx/assert.ts";
import type { TaskStreams } from "./execution.ts";
import type { Gate } from "./gate/gate.ts";
import { type LoopbackAddress, loopbackAddress } from "./loopback-url.ts";
import type { ProviderClients } from "./provider-clients.ts";

/** The models of one provider: they share its address, and so one listener. */
export interface ServedProvider {
  readonly address: LoopbackAddress;
  readonly models: readonly GrantedModel[];
}

/** Where models are served. */
export interface ServingPlace {
  /** One for each provider, in order. */
  readonly listeners: readonly Server[];
  readonly gate: Gate;
  readonly principal: string;
  readonly streams: TaskStreams;
  readonly clients: ProviderClients;
}

/** What went to models for one task. */
export interface ModelUse {
  readonly model_requests: number;
  readonly model_bytes_out: number;
  readonly model_bytes_in: number;
  /** Those that are counted. */
  readonly model_tokens: number;
}

/** The granted models by provider address, in the order they are named. */
export function servedProviders(models: readonly GrantedModel[]): readonly ServedProvider[] {
  const byUrl = Map.groupBy(models, (model) => model.url);
  return [...byUrl].map(([url, models]) => {
    const address = loopbackAddress(url);
    assert(address !== null, "a verified writ names loopback providers only");
    return { address, models };
  });
}

/**
 * Hands each listener to the gate under an id made of `id`. A grant whose provider ends meanwhile ends with it. Throws
 * what the gate throws, and WRIT_GRANT_CHANGED when a provider ended lately; then every listener is closed
 * and no grant is left. The returned function ends the grants and says what went through them; it never rejects.
 */
export async function serveModels(
  id: string,
  providers: readonly ServedProvider[],
  at: ServingPlace,
): Promise<() => Promise<ModelUse>> {
  const granted: (() => Promise<ModelUse>)[] = [];
  const end = async (): Promise<ModelUse> => {
    const uses = await Promise.all(granted.map((endOne) => endOne()));
    return uses.reduce(added, NO_USE);
  };
  try {
    for (const [index, provider] of providers.entries()) {
      const listener = at.listeners[index];
      assert(listener !== undefined, "a standing sandbox has a listener for each provider");
      const served = serveProvider({ task: id, id: `${id}-${index}` }, provider, listener, at);
      granted.push(served.end);
      await served.granted;
    }
    return end;
  } catch (cause) {
    for (const listener of at.listeners) if (listener.listening) listener.close();
    await end();
    throw cause;
  }
}

/**
 * One grant. It ends once, with its task or with its provider, whichever is first, and what went through it is told to
 * both. It is a client of its provider before the gate has it, so that no provider ends unnoticed meanwhile.
 */
function serveProvider(
  grant: { readonly task: string; readonly id: string },
  provider: ServedProvider,
  listener: Server,
  { gate, principal, streams, clients }: ServingPlace,
): { readonly granted: Promise<void>; readonly end: () => Promise<ModelUse> } {
  let ended: Promise<ModelUse> | null = null;
  let granted: Promise<void> | null = null;
  const endOnce = async (): Promise<ModelUse> => {
    // The gate answers one question about a grant at a time.
    await granted?.catch(() => null);
    return useOf(gate, grant.id, provider);
  };
  const end = (): Promise<ModelUse> => (ended ??= endOnce());
  const leave = clients.join(provider.address, end);
  const onEvent: TaskStreams["egress"] = (event) => streams.egress(event);
  granted = gate.grantModels({ ...grant, principal, onEvent }, listener, provider.models);
  return { granted, end: () => end().finally(leave) };
}

/** What is charged when nobody can say what was used. */
export function fullUse(models: readonly GrantedModel[]): ModelUse {
  return {
    ...NO_USE,
    model_requests: models.reduce((sum, model) => sum + model.requests_max, 0),
    model_tokens: models.reduce((sum, model) => sum + (model.tokens_max ?? 0), 0),
  };
}

const NO_USE: ModelUse = { model_requests: 0, model_bytes_out: 0, model_bytes_in: 0, model_tokens: 0 };

/** A worker that died may have sent what it never reported: its grant is charged in full. */
async function useOf(gate: Gate, grant: string, provider: ServedProvider | undefined): Promise<ModelUse> {
  const counts = await gate.revoke(grant);
  const full = fullUse(provider?.models ?? []);
  const { complete, requests } = counts;
  return {
    model_requests: complete ? requests : Math.max(requests, full.model_requests),
    model_tokens: complete ? counts.tokens : Math.max(counts.tokens, full.model_tokens),
    model_bytes_out: counts.bytes_out,
    model_bytes_in: counts.bytes_in,
  };
}

function added(a: ModelUse, b: ModelUse): ModelUse {
  return {
    model_requests: a.model_requests + b.model_requests,
    model_bytes_out: a.model_bytes_out + b.model_bytes_out,
    model_bytes_in: a.model_bytes_in + b.model_bytes_in,
    model_tokens: a.model_tokens + b.model_tokens,
  };
}
