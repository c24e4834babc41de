// The sovereignty part of the spec language: what this node can do itself, and whom it may call.
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries, set } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { boolean, count, enumeration, identifier, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { endpointSchema } from "./endpoint-schema.ts";
import { absolutePath, loopbackUrl } from "./name-words.ts";
import { secretSchema } from "./secret-schema.ts";
import type { Provider, Sovereignty } from "./spec.ts";

const provider: Schema<Provider> = object<Provider>(
  {
    name: required(identifier("a name"), enforcedBy("decide", "frozen"), "what the provider is called"),
    kind: required(
      // A folder of GGUF files is read by facts/ already; nothing serves it yet, so it could take no task.
      enumeration(["ollama", "openai"], ["gguf"]),
      enforcedBy("facts", "frozen"),
      "how it is spoken to: an Ollama server, an OpenAI-compatible server",
    ),
    url: optional(
      loopbackUrl(),
      null,
      enforcedBy("enforce/gate", "frozen"),
      "its address on this node, for servers",
    ),
    folder: optional(
      absolutePath(),
      null,
      enforcedBy("facts", "frozen"),
      "where its files are, for `gguf`, which is planned: always none",
    ),
    serves: optional(
      set(identifier("a capability")),
      [],
      enforcedBy("decide", "frozen"),
      "capabilities it can stand in for: the operator's statement",
    ),
    latency: optional(
      quantity("duration"),
      null,
      enforcedBy("decide", "frozen"),
      "its usual time to a first answer: the operator's statement",
    ),
  },
  { check: checkProvider },
);

function checkProvider(value: Provider): readonly MemberProblem[] {
  const [needed, foreign] =
    value.kind === "gguf" ? (["folder", "url"] as const) : (["url", "folder"] as const);
  const problems: MemberProblem[] = [];
  if (value[needed] === null)
    problems.push({ member: needed, message: `is missing: kind \`${value.kind}\` needs it` });
  if (value[foreign] !== null) {
    problems.push({
      member: foreign,
      message: `is not for kind \`${value.kind}\``,
      hint: `remove \`${foreign}\``,
    });
  }
  return problems;
}

/** `sovereignty:` of a spec. */
export const sovereigntySchema: Schema<Sovereignty> = object<Sovereignty>({
  score_min: required(
    count({ max: 100 }),
    enforcedBy("decide", "min"),
    "the least sovereignty score, 0 to 100",
  ),
  external_calls_max: required(count(), enforcedBy("decide", "max"), "external calls one task may declare"),
  uncontrolled_calls_max: required(
    count(),
    enforcedBy("decide", "max"),
    "calls to uncontrolled endpoints one task may declare",
  ),
  local_first: optional(
    boolean(),
    true,
    enforcedBy("decide", "guard"),
    "refuse an external call that a local provider can serve now",
  ),
  providers: optional(
    entries(provider, { key: (entry) => entry.name, order: "key" }),
    [],
    null,
    "what this node can do itself",
  ),
  endpoints: optional(
    entries(endpointSchema, { key: (entry) => `${entry.host}:${entry.port}`, order: "key" }),
    [],
    null,
    "whom tasks may call; a host that is not named is refused",
  ),
  secrets: optional(
    entries(secretSchema, { key: (entry) => entry.name, order: "key" }),
    [],
    null,
    "credentials that the gate puts in, and the only place of each",
  ),
});
