// The spec language as one value: every field with its type, default, order and the room that holds it. What is written
// here is what the parser, the formatter, the JSON Schema and docs/SPEC.md say. Parts of it stand in files of their own.
import { enforcedBy, notEnforced, optional, required } from "../stdx/schema/field.ts";
import { entries, set } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { count, enumeration, identifier, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { AMENDMENT_DEFAULT, amendmentSchema } from "./amendment-schema.ts";
import { MEASUREMENT_DEFAULT, measurementSchema } from "./measurement-schema.ts";
import { TOKENS_MAX } from "./price.ts";
import { privacySchema } from "./privacy-schema.ts";
import { NO_PROBES, probesSchema } from "./probes-schema.ts";
import { resourcesSchema } from "./resources-schema.ts";
import { sovereigntySchema } from "./sovereignty-schema.ts";
import type { Defaults, Principal, Spec } from "./spec.ts";
import { challengeSchema, exportSchema, notifySchema } from "./unattended-schema.ts";
import { NO_WITNESSES, witnessesSchema } from "./witness-schema.ts";

/** The largest uid: 2^32 − 1 means "no uid" to the kernel (setresuid(2)). */
const UID_MAX = 4_294_967_294;

const execution: Schema<Spec["execution"]> = object<Spec["execution"]>({
  isolation: optional(
    enumeration(["namespaces"], ["seatbelt"]),
    "namespaces",
    enforcedBy("decide", "ladder"),
    "the least isolation this host must prove, else every task is refused",
  ),
  limits: optional(
    enumeration(["cgroup", "soft"]),
    "cgroup",
    enforcedBy("decide", "ladder"),
    "the least resource limits this host must prove, else every task is refused",
  ),
});

const principal: Schema<Principal> = object<Principal>({
  name: required(identifier("a name"), enforcedBy("decide", "key"), "what the principal is called"),
  uid: required(
    count({ max: UID_MAX }),
    enforcedBy("facts", "frozen"),
    "the uid whose submissions are this principal's",
  ),
  may_need: optional(
    set(identifier("a capability")),
    [],
    enforcedBy("decide", "allow-set"),
    "capabilities that its tasks may ask for",
  ),
  secrets: optional(
    set(identifier("a secret")),
    [],
    enforcedBy("decide", "allow-set"),
    "secrets of `sovereignty.secrets` that its tasks may ask for",
  ),
});

const defaults: Schema<Defaults> = object<Defaults>({
  memory: optional(
    quantity("bytes", { min: 1 }),
    null,
    enforcedBy("decide", "default"),
    "memory of a task that declares none",
  ),
  cpu: optional(
    quantity("cpu", { min: 1 }),
    null,
    enforcedBy("decide", "default"),
    "cores of a task that declares none",
  ),
  time: optional(
    quantity("duration", { min: 1 }),
    null,
    enforcedBy("decide", "default"),
    "time of a task that declares none",
  ),
  processes: optional(
    count({ min: 1 }),
    null,
    enforcedBy("decide", "default"),
    "processes of a task that declares none",
  ),
  bytes_out: optional(
    quantity("bytes"),
    null,
    enforcedBy("decide", "default"),
    "bytes out of a call that declares none",
  ),
  tokens: optional(
    count({ max: TOKENS_MAX }),
    null,
    enforcedBy("decide", "default"),
    "tokens of a model need or call that is counted and declares none",
  ),
});

/** The whole spec. */
export const specSchema: Schema<Spec> = object<Spec>(
  {
    writ: required(
      count({ min: 1, max: 1 }) as Schema<1>,
      enforcedBy("spec", "neutral"),
      "the language version: 1",
    ),
    name: required(identifier("a name"), enforcedBy("cli", "neutral"), "what people call this spec"),
    execution: optional(
      execution,
      { isolation: "namespaces", limits: "cgroup" },
      null,
      "what this host must prove",
    ),
    principals: optional(
      entries(principal, { key: (entry) => entry.name, order: "key" }),
      [],
      null,
      "who tasks may belong to; nobody else may submit",
    ),
    sovereignty: required(sovereigntySchema, null, "what may be called, and who controls it"),
    privacy: required(privacySchema, null, "labels of what is read, and where they may go"),
    resources: required(resourcesSchema, null, "what tasks may use, one by one and together"),
    defaults: optional(
      defaults,
      { memory: null, cpu: null, time: null, processes: null, bytes_out: null, tokens: null },
      null,
      "for what a task leaves undeclared; without a default, undeclared is refused",
    ),
    amendment: optional(
      amendmentSchema,
      AMENDMENT_DEFAULT,
      null,
      "who may change this spec, and how slowly it loosens",
    ),
    witnesses: optional(
      witnessesSchema,
      NO_WITNESSES,
      null,
      "who holds the ledger's heads, beside this node",
    ),
    measurement: optional(measurementSchema, MEASUREMENT_DEFAULT, null, "what drift is measured against"),
    notify: optional(notifySchema, null, null, "the task that tells somebody what the node noticed"),
    challenge: optional(challengeSchema, null, null, "how often a served node is challenged"),
    probes: optional(probesSchema, NO_PROBES, null, "how often known-answer tasks test the checks"),
    export: optional(exportSchema, null, null, "the task that takes what is measured to a collector"),
  },
  {
    notEnforced: {
      tighten: notEnforced("decide", "passes"),
    },
  },
);
