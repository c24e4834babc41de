// The providers of the spec as they are now: up or down, what they have, and who controls them. Asked for each observation
// within hard bounds; whatever a provider answers, the result is a fact and never a failure.
import type { ModelFact, ProviderFact } from "../decide/facts.ts";
import type { Provider } from "../spec/spec.ts";
import { err, type Result } from "../stdx/result.ts";
import { ggufModels } from "./gguf-folder.ts";
import type { Roots } from "./observed-roots.ts";
import { ollamaModels } from "./ollama-models.ts";
import { openaiModels } from "./openai-models.ts";
import { providerControl } from "./provider-control.ts";
import type { RunCommand } from "./run-command.ts";
import type { ShownModels } from "./shown-models.ts";

/** What providers are observed with. */
export interface ProviderObservation {
  readonly roots: Roots;
  readonly run: RunCommand;
  readonly shown: ShownModels;
  /** Names of the providers that run under a live writ, so without any network: the governor knows. */
  readonly underWrit: ReadonlySet<string>;
}

/** ms for all questions to one provider. */
const PROVIDER_TIMEOUT = 1500;

/** One fact for each provider, in their order. Never rejects; takes about 1.5 s at most, since all are asked together. */
export async function observeProviders(
  providers: readonly Provider[],
  observation: ProviderObservation,
): Promise<readonly ProviderFact[]> {
  return await Promise.all(providers.map((provider) => observeProvider(provider, observation)));
}

async function observeProvider(provider: Provider, observation: ProviderObservation): Promise<ProviderFact> {
  const models = await modelsOf(provider, observation.shown);
  if (!models.ok)
    return { name: provider.name, state: "down", control: "unknown", evidence: models.error, models: [] };
  const { control, evidence } = await controlOf(provider, observation);
  return { name: provider.name, state: "up", control, evidence, models: models.value };
}

async function modelsOf(
  provider: Provider,
  shown: ShownModels,
): Promise<Result<readonly ModelFact[], string>> {
  const { kind, url, folder } = provider;
  const signal = AbortSignal.timeout(PROVIDER_TIMEOUT);
  switch (kind) {
    case "ollama":
      return url === null ? err("it has no url") : await ollamaModels(url, shown, signal);
    case "openai":
      return url === null ? err("it has no url") : await openaiModels(url, signal);
    case "gguf":
      return folder === null ? err("it has no folder") : await ggufModels(folder);
  }
}

async function controlOf(
  { name, kind, url }: Provider,
  { roots, run, underWrit }: ProviderObservation,
): Promise<Pick<ProviderFact, "control" | "evidence">> {
  if (kind === "gguf" || url === null)
    return { control: "node", evidence: "files on this node; nothing serves them" };
  if (underWrit.has(name)) return { control: "node", evidence: "it runs under a writ without network" };
  return await providerControl(url, roots, run);
}
