// Judges the body of an inference request: one JSON object that names a granted model and asks the provider to fetch
// nothing and to load no more than was granted. Judges bytes that are forwarded as they are, so it refuses whatever two parsers could read differently.
import type { GrantedModel } from "../../../decide/decision.ts";
import { err, ok, type Result } from "../../../stdx/result.ts";
import { DEPTH_MAX } from "./bounds.ts";
import { foldKey } from "./fold-key.ts";
import { jsonShape } from "./json-shape.ts";
import { judgeLoad } from "./judge-load.ts";
import { type Refusal, refusal } from "./refusal.ts";
import { remoteContent } from "./remote-content.ts";
import { isSameModel } from "./same-model.ts";

/**
 * The granted model that `body` asks for, or why it is refused. Text may hold any words and links: only places that
 * servers fetch from are judged (remote-content.ts).
 *
 * @param models Never empty; all of one provider.
 */
export function judgeBody(body: Uint8Array, models: readonly GrantedModel[]): Result<GrantedModel, Refusal> {
  const parsed = parseObject(body);
  if (!parsed.ok) return parsed;
  const model = judgeModel(parsed.value, models);
  if (!model.ok) return model;
  const refused = remoteContent(parsed.value) ?? judgeLoad(parsed.value, model.value);
  return refused === null ? model : err(refused);
}

type JsonRecord = Readonly<Record<string, unknown>>;

function parseObject(body: Uint8Array): Result<JsonRecord, Refusal> {
  const notJson = (measured: string): Result<never, Refusal> =>
    err(
      refusal("body_not_json", measured, "one JSON object", "send the request as one JSON object in UTF-8"),
    );
  let text: string;
  try {
    // ignoreBOM keeps a byte order mark in the text, where JSON.parse refuses it.
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return notJson("bytes that are not UTF-8");
  }
  const shape = jsonShape(text);
  if (shape.kind === "deep") {
    return err(
      refusal("body_too_deep", `more than ${DEPTH_MAX} levels`, DEPTH_MAX, "nest the request less deeply"),
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return notJson(text === "" ? "an empty body" : "text that is not JSON");
  }
  if (shape.kind === "duplicate") {
    return err(refusal("body_duplicate_key", shape.key, "each key once", "give each key once"));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return notJson("JSON that is no object");
  return ok(value as JsonRecord);
}

function judgeModel(body: JsonRecord, models: readonly GrantedModel[]): Result<GrantedModel, Refusal> {
  const allowed = models.map((model) => model.model).join(", ");
  const instead = `name the granted model: ${allowed}`;
  for (const key of Object.keys(body)) {
    // Go's encoding/json matches keys without regard to case, so to Ollama `Model` is `model`.
    if (key !== "model" && foldKey(key) === "model") {
      return err(refusal("body_duplicate_key", key, "`model` in lower case, once", instead));
    }
  }
  const asked = Object.hasOwn(body, "model") ? body["model"] : undefined;
  if (typeof asked !== "string") return err(refusal("model_not_granted", "no model named", allowed, instead));
  const granted = models.filter((model) => isSameModel(model.kind, model.model, asked));
  const [first] = granted;
  if (first === undefined) return err(refusal("model_not_granted", asked, allowed, instead));
  // Two needs may have been placed on one model: whichever request this is, the longer context was granted.
  return ok(granted.reduce((most, model) => (model.context > most.context ? model : most), first));
}
