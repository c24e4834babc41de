// What an OpenAI-compatible server says it has: GET /v1/models, with what llama.cpp and vLLM add to it. Not whether it may
// be believed: that is its control class (provider-control.ts).
import type { ModelFact } from "../decide/facts.ts";
import type { JsonObject } from "../stdx/json.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { askProvider } from "./ask-provider.ts";
import { countIn, memberOf, modelNameIn, objectIn, objectsIn, textIn } from "./json-answer.ts";

/** Models of one server. */
const MODELS_MAX = 128;

/**
 * The models of the server at `base`, or one line that says why it counts as down. This kind of server has no word for a
 * forwarded model, so `remote` is never true: its control class decides.
 */
export async function openaiModels(
  base: string,
  signal: AbortSignal,
): Promise<Result<readonly ModelFact[], string>> {
  const answer = await askProvider(base, { path: "/v1/models", signal });
  if (!answer.ok) return err(answer.why);
  if (!Array.isArray(memberOf(answer.json, "data"))) return err("it lists no models at /v1/models");
  const byName = new Map<string, ModelFact>();
  for (const one of objectsIn(answer.json, "data", MODELS_MAX)) {
    const name = modelNameIn(one, "id");
    if (name !== null && !byName.has(name)) byName.set(name, describe(name, one));
  }
  return ok([...byName.values()]);
}

/** llama.cpp: `meta` (null while loading) and, with several models, `status.value`; vLLM: `max_model_len`. */
function describe(name: string, model: JsonObject): ModelFact {
  const meta = objectIn(memberOf(model, "meta"));
  const served = countIn(model, "max_model_len");
  const status = textIn(memberOf(model, "status"), "value");
  return {
    name,
    digest: null,
    remote: false,
    context_max: served ?? countIn(meta, "n_ctx") ?? countIn(meta, "n_ctx_train"),
    memory: countIn(meta, "size"),
    loaded: status === null ? meta !== null || served !== null : status === "loaded",
  };
}
