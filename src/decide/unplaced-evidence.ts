// Why no provider on this node takes a model need: each that serves its capability, its state, what was observed of it,
// and what is wrong with its models. Not whether it is refused (check-sovereignty.ts).
import { quoteUntrusted } from "../stdx/escape.ts";
import { readablePair } from "../stdx/readable-quantity.ts";
import type { ModelNeed } from "../task/task.ts";
import type { ModelFact, ProviderFact } from "./facts.ts";
import type { Situation } from "./situation.ts";

/** Enough to see what was considered; a server may list a thousand models. */
const LINES_MAX = 8;

export interface UnplacedEvidence {
  /** One line for each provider, by name; what servers say of themselves is escaped. */
  readonly lines: readonly string[];
  /** Whether one of them is down: it may take the need when it is up again. */
  readonly down: boolean;
}

/**
 * What stands in the way at each provider that serves the capability of `need`.
 *
 * @example unplacedEvidence(situation, need).lines[0] // "provider `ollama` is down: `connection refused`"
 */
export function unplacedEvidence({ compiled, facts }: Situation, need: ModelNeed): UnplacedEvidence {
  const serving = [...compiled.providers.values()]
    .filter((provider) => provider.serves.includes(need.capability))
    .map(({ name }) => name)
    .sort();
  const found = serving.map((name) => facts.providers.find((fact) => fact.name === name) ?? null);
  return {
    lines: serving
      .slice(0, LINES_MAX)
      .map(
        (name, at) =>
          `provider ${quoteUntrusted(name)} ${stateOf(found[at] ?? null, need, facts.node.memory_total)}`,
      ),
    down: found.some((fact) => fact?.state === "down"),
  };
}

function stateOf(fact: ProviderFact | null, need: ModelNeed, memory_total: number): string {
  if (fact === null) return "was not observed";
  const seen = quoteUntrusted(fact.evidence);
  if (fact.state === "down") return `is down: ${seen}`;
  if (fact.control !== "node") return `is up, but not proved to stay on this node: ${seen}`;
  const models = fact.models
    .slice(0, LINES_MAX)
    .map((model) => `model ${quoteUntrusted(model.name)} ${unfitness(model, need, memory_total)}`);
  const more = fact.models.length - models.length;
  const all = more === 0 ? models : [...models, `${more} more`];
  return `is up (${seen}): ${all.length === 0 ? "it has no model" : all.join("; ")}`;
}

function unfitness(model: ModelFact, need: ModelNeed, memory_total: number): string {
  const { remote, context_max, memory, name, loaded } = model;
  if (remote) return "is forwarded elsewhere";
  if (need.model !== null && need.model !== name) return "is not the one that is asked for";
  if (context_max !== null && need.context > context_max) {
    return `holds ${context_max} tokens of context: ${need.context} are needed`;
  }
  if (!loaded && memory === null) return "is not loaded, and its size is unknown";
  if (!loaded && memory !== null && memory > memory_total) {
    const [size, total] = readablePair("bytes", memory, memory_total);
    return `needs ${size}: this node has ${total}`;
  }
  return "may not take it";
}
