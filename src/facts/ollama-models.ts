// What an Ollama server says it has: GET /api/tags, GET /api/ps and POST /api/show (docs.ollama.com/api, openapi.yaml).
// Not whether it may be believed: that is its control class (provider-control.ts).
import type { ModelFact } from "../decide/facts.ts";
import { err, ok, type Result } from "../stdx/result.ts";
import { askProvider } from "./ask-provider.ts";
import { countIn, memberOf, modelNameIn, objectIn, objectsIn, textIn } from "./json-answer.ts";
import type { ShownModels } from "./shown-models.ts";

/** Models of one server. */
const MODELS_MAX = 128;

/** Models that are asked about together. */
const TOGETHER = 8;

/**
 * The models of the server at `base`, or one line that says why it counts as down. A model is remote when any answer names
 * a `remote_host` or `remote_model`, and also when `/api/show` says nothing about it: what is not known to be local is not
 * placed.
 *
 * @param shown Remembers what `/api/show` said of a digest.
 */
export async function ollamaModels(
  base: string,
  shown: ShownModels,
  signal: AbortSignal,
): Promise<Result<readonly ModelFact[], string>> {
  const [tags, running] = await Promise.all([
    askProvider(base, { path: "/api/tags", signal }),
    askProvider(base, { path: "/api/ps", signal }),
  ]);
  if (!tags.ok) return err(tags.why);
  if (!Array.isArray(memberOf(tags.json, "models"))) return err("it lists no models at /api/tags");
  const loaded = new Map<string, number | null>();
  for (const one of objectsIn(running.ok ? running.json : null, "models", MODELS_MAX)) {
    const name = modelNameIn(one, "name") ?? modelNameIn(one, "model");
    if (name !== null) loaded.set(name, countIn(one, "size"));
  }
  const listed = listedModels(tags.json);
  const facts: ModelFact[] = [];
  for (let at = 0; at < listed.length; at += TOGETHER) {
    const part = listed.slice(at, at + TOGETHER);
    facts.push(...(await Promise.all(part.map((model) => describe(base, model, { loaded, shown, signal })))));
  }
  return ok(facts);
}

interface Listed {
  readonly name: string;
  readonly digest: string | null;
  readonly size: number | null;
  readonly remote: boolean;
}

interface Known {
  readonly loaded: ReadonlyMap<string, number | null>;
  readonly shown: ShownModels;
  readonly signal: AbortSignal;
}

/** Each name once; of two entries with one name neither can be trusted, so the name counts as remote. */
function listedModels(json: unknown): readonly Listed[] {
  const byName = new Map<string, Listed>();
  for (const one of objectsIn(json, "models", MODELS_MAX)) {
    const name = modelNameIn(one, "name") ?? modelNameIn(one, "model");
    if (name === null) continue;
    byName.set(name, {
      name,
      digest: digestIn(textIn(one, "digest")),
      size: countIn(one, "size"),
      remote: isRemote(one) || byName.has(name),
    });
  }
  return [...byName.values()];
}

async function describe(base: string, model: Listed, { loaded, shown, signal }: Known): Promise<ModelFact> {
  const { name, digest, size } = model;
  const key = `${base} ${name} ${digest ?? ""}`;
  const known = digest === null ? undefined : shown.get(key);
  const answer = known ?? (await show(base, name, signal));
  if (digest !== null && answer !== null) shown.set(key, answer);
  return {
    name,
    digest,
    remote: model.remote || answer === null || answer.remote,
    context_max: answer?.context_max ?? null,
    // A loaded model says what it occupies; one that is not needs at least its file.
    memory: loaded.get(name) ?? size,
    loaded: loaded.has(name),
  };
}

/** What `/api/show` says; null: nothing that could be read. */
async function show(base: string, name: string, signal: AbortSignal): Promise<ShownModel | null> {
  const answer = await askProvider(base, {
    path: "/api/show",
    body: JSON.stringify({ model: name }),
    signal,
  });
  const info = answer.ok ? objectIn(memberOf(answer.json, "model_info")) : null;
  if (!answer.ok || objectIn(answer.json) === null) return null;
  const architecture = textIn(info, "general.architecture");
  return {
    remote: isRemote(answer.json),
    context_max: architecture === null ? null : countIn(info, `${architecture}.context_length`),
  };
}

type ShownModel = NonNullable<ReturnType<ShownModels["get"]>>;

function isRemote(value: unknown): boolean {
  return ["remote_host", "remote_model"].some((key) => {
    const member = memberOf(value, key);
    return member !== null && member !== "";
  });
}

function digestIn(text: string | null): string | null {
  return text !== null && /^(?:sha256:)?[0-9a-f]{12,64}$/.test(text) ? text : null;
}
