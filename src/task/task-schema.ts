// The task language as one value: every field with its type, default and the room that holds it. What is written here is
// what the parser, the formatter, the JSON Schema and docs/SPEC.md say.
import { CONNECT, callMethod } from "../spec/methods.ts";
import { anyPath, callUrl } from "../spec/name-words.ts";
import { TOKENS_MAX } from "../spec/price.ts";
import { enforcedBy, optional, required } from "../stdx/schema/field.ts";
import { entries, set, wordOrSet } from "../stdx/schema/lists.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { boolean, count, enumeration, identifier, pattern, quantity, text } from "../stdx/schema/scalars.ts";
import type { Field, Schema } from "../stdx/schema/schema.ts";
import { commandSchema } from "./command-schema.ts";
import type { CallNeed, ModelNeed, Needs, Requires, Task } from "./task.ts";

/** Tokens of context that a model need asks for when it does not say. */
export const CONTEXT_DEFAULT = 4096;

/** UTF-16 units. */
const NAME_MAX = 200;
const INTENT_MAX = 4096;
/** More would be a claim on the whole machine, and sums of it stay far from 2^53. */
const CALLS_MAX = 1_000_000;
const CONTEXT_MAX = 100_000_000;

const tokensOf = (whose: string): Field<number | null> =>
  optional(
    count({ max: TOKENS_MAX }),
    null,
    enforcedBy("enforce/gate", "need"),
    `tokens ${whose} may send and be answered`,
  );
const moneyOf = (whose: string): Field<number | null> =>
  optional(
    quantity("money"),
    null,
    enforcedBy("enforce/gate", "need"),
    `money ${whose} may cost, where its tokens could cost more`,
  );

const modelNeed: Schema<ModelNeed> = object<ModelNeed>({
  capability: required(
    identifier("a capability"),
    enforcedBy("decide", "need"),
    "what the model must be able to do",
  ),
  context: optional(
    count({ min: 1, max: CONTEXT_MAX }),
    CONTEXT_DEFAULT,
    enforcedBy("decide", "need"),
    "tokens of context it must hold",
  ),
  model: optional(
    pattern(
      "a model name",
      "^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$",
      "is 1 to 200 letters, digits or `.` `_` `:` `/` `@` `+` `-`, a letter or digit first",
    ),
    null,
    enforcedBy("decide", "need"),
    "one model by name; without it any that serves the capability",
  ),
  calls_max: optional(
    count({ min: 1, max: CALLS_MAX }),
    1,
    enforcedBy("enforce/gate", "need"),
    "requests the task will make of it",
  ),
  bytes_out_max: optional(
    quantity("bytes"),
    null,
    enforcedBy("decide", "need"),
    "bytes that may leave the node for it",
  ),
  tokens: tokensOf("its requests"),
  money: moneyOf("it"),
  data: optional(
    identifier("a label"),
    null,
    enforcedBy("decide", "need"),
    "the label of what is sent; without it that of what the task reads",
  ),
});

const callNeed: Schema<CallNeed> = object<CallNeed>(
  {
    to: required(
      callUrl(),
      enforcedBy("decide", "need"),
      "the URL that is called, without query; `tcp://host:port` for raw connections",
    ),
    method: optional(
      wordOrSet(callMethod()),
      ["GET"],
      enforcedBy("decide", "need"),
      "the HTTP method, or several in a list; `CONNECT` for raw connections",
    ),
    for: optional(
      wordOrSet(identifier("a capability")),
      [],
      enforcedBy("decide", "need"),
      "capabilities the call is for; without it it is judged as the weakest its endpoint serves",
    ),
    calls_max: optional(
      count({ min: 1, max: CALLS_MAX }),
      1,
      enforcedBy("decide", "need"),
      "requests the task will make",
    ),
    bytes_out_max: optional(
      quantity("bytes"),
      null,
      enforcedBy("decide", "need"),
      "bytes the requests may send in all",
    ),
    bytes_in_max: optional(
      quantity("bytes"),
      null,
      enforcedBy("enforce/gate", "need"),
      "bytes the answers may have in all; without it as much as the endpoint allows",
    ),
    tokens: tokensOf("the requests"),
    money: moneyOf("it"),
    data: optional(
      identifier("a label"),
      null,
      enforcedBy("decide", "need"),
      "the label of what is sent; without it that of what the task reads",
    ),
  },
  {
    check: checkCall,
  },
);

/** A raw connection has no HTTP method, and a request is no raw connection. */
function checkCall({ to, method, tokens, money }: CallNeed): readonly MemberProblem[] {
  if (method.length === 0)
    return [{ member: "method", message: "names no method", hint: "leave it out for `GET`" }];
  const isRaw = method.includes(CONNECT);
  if (isRaw && method.length > 1)
    return [{ member: "method", message: "has `CONNECT` beside others", hint: "make it two calls" }];
  if (isRaw && (tokens !== null || money !== null)) {
    const member = tokens === null ? "money" : "tokens";
    return [
      {
        member,
        message: "is counted in answers, and nobody reads a raw connection",
        hint: `remove \`${member}\``,
      },
    ];
  }
  if (to.startsWith("tcp://") === isRaw) return [];
  return isRaw
    ? [{ member: "method", message: "is `CONNECT`, which is for `tcp://host:port`", hint: "name a method" }]
    : [{ member: "method", message: "is not `CONNECT`, as `tcp://` needs", hint: "write `method: CONNECT`" }];
}

const needs: Schema<Needs> = object<Needs>({
  models: optional(
    entries(modelNeed, { key: modelKey, order: "written" }),
    [],
    null,
    "models, placed by the governor: local first",
  ),
  calls: optional(entries(callNeed, { key: callKey, order: "written" }), [], null, "calls to other machines"),
  reads: optional(set(anyPath()), [], enforcedBy("enforce/sandbox", "need"), "paths the task reads"),
  writes: optional(
    set(anyPath()),
    [],
    enforcedBy("enforce/sandbox", "need"),
    "paths the task writes, and may read",
  ),
  secrets: optional(
    set(identifier("a secret")),
    [],
    enforcedBy("decide", "need"),
    "credentials by name, put in by the gate where the spec binds them",
  ),
  reads_directory: optional(
    boolean(),
    false,
    enforcedBy("enforce/sandbox", "need"),
    "read the working directory, less the private places in it",
  ),
  records_network: optional(
    boolean(),
    false,
    enforcedBy("enforce/sandbox", "need"),
    "refuse and record what is tried on the network, though nothing is granted there",
  ),
  provider: optional(
    identifier("a name"),
    null,
    enforcedBy("enforce/gate", "need"),
    "be this provider of the spec: take its listening socket as descriptor 3",
  ),
  submits: optional(
    count({ max: CALLS_MAX }),
    0,
    enforcedBy("enforce/gate", "need"),
    "tasks that it may submit itself, with all that these submit; 0: none, and nowhere to",
  ),
  memory: optional(quantity("bytes", { min: 1 }), null, enforcedBy("enforce/sandbox", "need"), "memory"),
  cpu: optional(quantity("cpu", { min: 1 }), null, enforcedBy("enforce/sandbox", "need"), "processor cores"),
  time: optional(
    quantity("duration", { min: 1 }),
    null,
    enforcedBy("enforce/sandbox", "need"),
    "wall-clock time",
  ),
  processes: optional(
    count({ min: 1 }),
    null,
    enforcedBy("enforce/sandbox", "need"),
    "processes and threads at once",
  ),
  tokens: tokensOf("all of it together"),
  money: moneyOf("all of it together"),
});

const requires: Schema<Requires> = object<Requires>({
  residency: optional(
    enumeration(["node", "owned", "contracted"]),
    null,
    enforcedBy("decide", "need"),
    "the farthest that any byte may go",
  ),
  latency: optional(
    quantity("duration"),
    null,
    enforcedBy("decide", "need"),
    "time to the first answer of each model need",
  ),
  bytes_out: optional(
    quantity("bytes"),
    null,
    enforcedBy("decide", "need"),
    "bytes the task may send out in all",
  ),
});

const prefer: Schema<Task["prefer"]> = object<Task["prefer"]>({
  latency: optional(
    quantity("duration"),
    null,
    enforcedBy("decide", "need"),
    "time to the first answer, if the spec allows a choice",
  ),
});

/** The default of `needs`: nothing. */
const NOTHING: Needs = {
  models: [],
  calls: [],
  reads: [],
  writes: [],
  secrets: [],
  reads_directory: false,
  records_network: false,
  provider: null,
  submits: 0,
  memory: null,
  cpu: null,
  time: null,
  processes: null,
  tokens: null,
  money: null,
};

/** A task whose relative paths and working directory start from `directory`, an absolute path. */
export function taskSchema(directory: string): Schema<Task> {
  return object<Task>(
    {
      task: required(
        text({ noun: "a name", min: 1, max: NAME_MAX, characters: "line" }),
        enforcedBy("cli", "neutral"),
        "what people call this task",
      ),
      principal: optional(
        identifier("a name"),
        null,
        enforcedBy("decide", "need"),
        "who submits it: checked against the submitting uid, never believed",
      ),
      intent: optional(
        text({ noun: "an intent", min: 0, max: INTENT_MAX, characters: "lines" }),
        "",
        enforcedBy("cli", "neutral"),
        "what it is for, in words that move nothing",
      ),
      run: required(commandSchema, null, "what runs"),
      directory: optional(
        anyPath(),
        directory,
        enforcedBy("enforce/sandbox", "need"),
        "the working directory; without it the folder of the task file",
      ),
      needs: optional(needs, NOTHING, null, "what the task needs; what is not declared is not granted"),
      requires: optional(
        requires,
        { residency: null, latency: null, bytes_out: null },
        null,
        "hard wishes: never traded against the spec",
      ),
      prefer: optional(
        prefer,
        { latency: null },
        null,
        "soft wishes: they choose among what the spec allows",
      ),
    },
    { never: { parent: "is set by the governor when a running task submits: a task cannot write it" } },
  );
}

function modelKey(need: ModelNeed): string {
  return [need.capability, need.model ?? "", need.data ?? ""].join(" ").trimEnd();
}

function callKey(call: CallNeed): string {
  return [call.method.join(","), call.to, call.for.join(","), call.data ?? ""].join(" ").trimEnd();
}
