// Gives a standing sandbox its granted models: one relay grant for each provider, on the listener opened inside the
// task's network namespace. Not the relay (relay/), and not the choice of a model (the decision made it).
import type { GrantedModel } from "../decide/decision.ts";
import { assert } from "../stdx/assert.ts";
import type { TaskStreams } from "./execution.ts";
import { type LoopbackAddress, loopbackAddress } from "./loopback-url.ts";
import type { Relay } from "./relay/relay.ts";
import type { Standing } from "./sandbox/launch.ts";

/** The models of one provider: they share its address, and so one listener. */
export interface ServedProvider {
  readonly address: LoopbackAddress;
  readonly models: readonly GrantedModel[];
}

/** What went through the relay for one task. */
export interface ModelUse {
  readonly model_requests: number;
  readonly model_bytes_out: number;
  readonly model_bytes_in: number;
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
 * Hands each listener to the relay under an id made of `id`. Throws what the relay throws; then every listener is closed
 * and no grant is left. The returned function ends the grants and says what went through them; it never rejects.
 */
export async function serveModels(
  id: string,
  providers: readonly ServedProvider[],
  at: { readonly standing: Standing; readonly relay: Relay; readonly streams: TaskStreams },
): Promise<() => Promise<ModelUse>> {
  const granted: string[] = [];
  const end = async (): Promise<ModelUse> => {
    const uses = await Promise.all(granted.map((grant, index) => useOf(at.relay, grant, providers[index])));
    return uses.reduce(added, NO_USE);
  };
  try {
    for (const [index, { models }] of providers.entries()) {
      const listener = at.standing.listeners[index];
      assert(listener !== undefined, "a standing sandbox has a listener for each provider");
      const grant = `${id}-${index}`;
      await at.relay.grant(grant, listener, models, (event) => at.streams.egress(event));
      granted.push(grant);
    }
    return end;
  } catch (cause) {
    for (const listener of at.standing.listeners) if (listener.listening) listener.close();
    await end();
    throw cause;
  }
}

/** What is charged when nobody can say what was used. */
export function fullUse(models: readonly GrantedModel[]): ModelUse {
  return { ...NO_USE, model_requests: models.reduce((sum, model) => sum + model.requests_max, 0) };
}

const NO_USE: ModelUse = { model_requests: 0, model_bytes_out: 0, model_bytes_in: 0 };

/** A relay that died may have sent what it never reported: its grant is charged in full. */
async function useOf(relay: Relay, grant: string, provider: ServedProvider | undefined): Promise<ModelUse> {
  const counts = await relay.revoke(grant);
  const full = fullUse(provider?.models ?? []).model_requests;
  return {
    model_requests: counts.complete ? counts.requests : Math.max(counts.requests, full),
    model_bytes_out: counts.bytes_out,
    model_bytes_in: counts.bytes_in,
  };
}

function added(a: ModelUse, b: ModelUse): ModelUse {
  return {
    model_requests: a.model_requests + b.model_requests,
    model_bytes_out: a.model_bytes_out + b.model_bytes_out,
    model_bytes_in: a.model_bytes_in + b.model_bytes_in,
  };
}
