// Every field of the spec and its order: what is tighter, told once, as a table. A field without a row fails a test. The
// rows of single values carry their comparison; the rows of tables name the file that compares the whole table.

import { AMENDMENT_ORDER } from "./amendment-order.ts";
import type { FieldKind, FieldRow, FieldTable } from "./field-row.ts";
import { MEASUREMENT_ORDER } from "./no-looser-measurement.ts";
import { PERSONAL_GROUPS } from "./personal-groups.ts";
import { PROBES_ORDER } from "./probes-order.ts";
import type { Spec } from "./spec.ts";
import { EXPORT_ORDER, UNATTENDED_ORDER } from "./unattended-order.ts";
import type { Undeclarable, WitnessRequest } from "./witness.ts";
import { ISOLATION_ORDER, LIMITS_ORDER } from "./witness-check.ts";
import { type CallingRequest, type Comparison, changeCall } from "./witness-search.ts";

const resources = (spec: Spec) => spec.resources;
const sovereignty = (spec: Spec) => spec.sovereignty;

/** The whole spec, in the order in which it is written. */
export const FIELD_ORDER: readonly FieldRow[] = [
  neutral("writ", "the language version is one and the same"),
  neutral("name", "a name moves nothing"),
  tier(
    "execution.isolation",
    ISOLATION_ORDER,
    (spec) => spec.execution.isolation,
    (request, isolation) => ({
      ...request,
      node: { ...request.node, isolation },
    }),
  ),
  tier(
    "execution.limits",
    LIMITS_ORDER,
    (spec) => spec.execution.limits,
    (request, limits) => ({
      ...request,
      node: { ...request.node, limits },
    }),
  ),
  inTable("principals[].name", "key", "principals", "fewer"),
  inTable("principals[].uid", "frozen", "principals", "the same; another uid is another principal"),
  inTable("principals[].may_need", "allow-set", "principals", "a subset"),
  inTable("principals[].secrets", "allow-set", "principals", "a subset"),
  {
    field: "sovereignty.score_min",
    kind: "min",
    tighter: "higher",
    compare: {
      noLooser: (b, a) => b.sovereignty.score_min >= a.sovereignty.score_min,
      candidates: (comparison) =>
        map(comparison.callers(), (request) => ({
          ...request,
          score: Math.min(99, comparison.a.sovereignty.score_min - 1),
        })),
    },
  },
  maxOfCalls("sovereignty.external_calls_max", (spec) => sovereignty(spec).external_calls_max),
  maxOfCalls("sovereignty.uncontrolled_calls_max", (spec) => sovereignty(spec).uncontrolled_calls_max),
  {
    field: "sovereignty.local_first",
    kind: "guard",
    tighter: "true",
    compare: {
      noLooser: (b, a) => b.sovereignty.local_first || !a.sovereignty.local_first,
      candidates: (comparison) => localCandidates(comparison),
    },
  },
  ...["name", "kind", "url", "folder", "serves", "latency"].map(frozenProvider),
  inTable("sovereignty.endpoints[].host", "key", "endpoints", "fewer hosts, after every overlap is resolved"),
  inTable("sovereignty.endpoints[].port", "key", "endpoints", "fewer ports of a host"),
  inTable(
    "sovereignty.endpoints[].address",
    "frozen",
    "endpoints",
    "the same, or a first pin to what was dialled without: public, with `ca` private too; any other is another place",
  ),
  inTable(
    "sovereignty.endpoints[].ca",
    "allow-set",
    "endpoints",
    "fewer of the same authorities; a first one, or none again, proves other servers",
  ),
  inTable("sovereignty.endpoints[].control", "ladder", "endpoints", "less sovereign: it scores lower"),
  inTable("sovereignty.endpoints[].clearance", "ladder", "endpoints", "lower on the ladder"),
  inTable(
    "sovereignty.endpoints[].serves",
    "frozen",
    "endpoints",
    "a subset for calls that say what they are for; with local_first also a superset for calls that do not",
  ),
  inTable("sovereignty.endpoints[].methods", "allow-set", "endpoints", "a subset"),
  inTable("sovereignty.endpoints[].paths", "allow-set", "endpoints", "prefixes within the older prefixes"),
  inTable("sovereignty.endpoints[].content_types", "allow-set", "endpoints", "a subset; none named is all"),
  inTable("sovereignty.endpoints[].requests_per_task_max", "max", "endpoints", "lower; none is highest"),
  inTable("sovereignty.endpoints[].bytes_out_per_task_max", "max", "endpoints", "lower; none is highest"),
  inTable("sovereignty.endpoints[].bytes_in_per_task_max", "max", "endpoints", "lower; none is highest"),
  ...["input_per_million", "output_per_million", "per_request"].map((part) =>
    inTable(`sovereignty.endpoints[].price.${part}`, "min", "endpoints", "higher; none is lowest"),
  ),
  inTable(
    "sovereignty.endpoints[].latency",
    "min",
    "endpoints",
    "higher: fewer wishes are met; unknown is highest",
  ),
  inTable(
    "sovereignty.endpoints[].opaque.max_label",
    "ladder",
    "endpoints",
    "lower on the ladder; an endpoint that takes requests and an opaque one are each looser than the other",
  ),
  inTable("sovereignty.endpoints[].opaque.bytes_out", "max", "endpoints", "lower"),
  inTable("sovereignty.endpoints[].opaque.bytes_in", "max", "endpoints", "lower"),
  inTable(
    "sovereignty.secrets[].name",
    "key",
    "secrets",
    "fewer, while each place that a secret was bound to has one; without any, a task may authenticate there itself",
  ),
  inTable("sovereignty.secrets[].file", "frozen", "secrets", "the same; another file is another credential"),
  inTable("sovereignty.secrets[].for.host", "frozen", "secrets", "the same; another host is another place"),
  inTable("sovereignty.secrets[].for.port", "frozen", "secrets", "the same; another port is another place"),
  inTable("sovereignty.secrets[].for.methods", "allow-set", "secrets", "a subset"),
  inTable("sovereignty.secrets[].for.paths", "allow-set", "secrets", "prefixes within the older prefixes"),
  inTable("sovereignty.secrets[].for.place", "frozen", "secrets", "the same"),
  {
    field: "privacy.ladder",
    kind: "frozen",
    tighter: "the same; another order or set of levels cannot be compared",
    compare: { noLooser: (b, a) => sameList(b.privacy.ladder, a.privacy.ladder), candidates: () => [] },
  },
  {
    field: "privacy.default_label",
    kind: "ladder",
    tighter: "higher on the ladder",
    compare: {
      noLooser: (b, a) => rankOf(a, b.privacy.default_label) >= rankOf(a, a.privacy.default_label),
      candidates: (comparison) => meetings(comparison),
    },
  },
  inTable("privacy.sources[].path", "key", "sources", "more, or wider"),
  inTable("privacy.sources[].label", "ladder", "sources", "higher on the ladder"),
  inTable("privacy.sources[].trust", "guard", "sources", "untrusted"),
  inTable("privacy.protected[].file", "rules", "protected", "more"),
  inTable("privacy.protected[].as", "frozen", "protected", "the same; lines and passages are not alike"),
  inTable("privacy.detectors.credentials", "guard", "detectors", "refuse; to have no `detectors` is loosest"),
  inTable("privacy.detectors.opaque", "guard", "detectors", "refuse"),
  ...PERSONAL_GROUPS.map((group) =>
    inTable(`privacy.detectors.personal.${group}`, "max", "detectors", "lower; none is highest"),
  ),
  inTable("privacy.detectors.novel_max", "max", "detectors", "lower; none is highest"),
  inTable("privacy.detectors.known_harmless", "allow-set", "detectors", "a subset"),
  inTable(
    "privacy.refuse_when[].untrusted",
    "rules",
    "refuse_when",
    "more rules, or rules with fewer conditions",
  ),
  inTable("privacy.refuse_when[].label_min", "rules", "refuse_when", "absent, or lower on the ladder"),
  inTable("privacy.refuse_when[].control_not", "rules", "refuse_when", "absent, or more sovereign"),
  maxOfTask("resources.memory.per_task_max", (spec) => resources(spec).memory.per_task_max, "memory"),
  maxOfNode("resources.memory.committed_max", (spec) => resources(spec).memory.committed_max, "committed"),
  {
    field: "resources.memory.host_reserve",
    kind: "min",
    tighter: "higher",
    compare: {
      noLooser: (b, a) => b.resources.memory.host_reserve >= a.resources.memory.host_reserve,
      candidates: (comparison) => onNode(comparison, { left: comparison.b.resources.memory.host_reserve }),
    },
  },
  maxOfTask("resources.cpu.per_task_max", (spec) => resources(spec).cpu.per_task_max, "cpu"),
  maxOfTask("resources.processes_max", (spec) => resources(spec).processes_max, "processes"),
  maxOfTask("resources.time_max", (spec) => resources(spec).time_max, "time"),
  maxOfTask("resources.output_max", (spec) => resources(spec).output_max, "output"),
  heat("resources.heat.max", "max", "lower", (b, a) => b.max <= a.max),
  heat("resources.heat.margin", "min", "higher", (b, a) => b.margin >= a.margin),
  {
    field: "resources.heat.unmeasurable",
    kind: "guard",
    tighter: "refuse",
    compare: {
      noLooser: (b, a) =>
        b.resources.heat.unmeasurable === "refuse" || a.resources.heat.unmeasurable === "cap",
      candidates: (comparison) => onNode(comparison, { heat: null }),
    },
  },
  maxOfNode(
    "resources.pressure.memory_some_avg10_max",
    (spec) => resources(spec).pressure.memory_some_avg10_max,
    "pressure",
  ),
  {
    field: "resources.pressure.unmeasurable",
    kind: "guard",
    tighter: "refuse",
    compare: {
      noLooser: (b, a) =>
        b.resources.pressure.unmeasurable === "refuse" || a.resources.pressure.unmeasurable === "pass",
      candidates: (comparison) => onNode(comparison, { pressure: null }),
    },
  },
  maxOfTask("resources.children.per_task_max", (spec) => resources(spec).children.per_task_max, "submits"),
  maxOfTask("resources.children.depth_max", (spec) => resources(spec).children.depth_max, "depth"),
  inTable("resources.budgets[].scope", "key", "budgets", "more budgets"),
  inTable("resources.budgets[].window", "window", "budgets", "longer, at the same amount"),
  inTable("resources.budgets[].external_calls", "window", "budgets", "lower; none is highest"),
  inTable("resources.budgets[].bytes_out", "window", "budgets", "lower; none is highest"),
  inTable("resources.budgets[].tokens", "window", "budgets", "lower; none is highest"),
  inTable("resources.budgets[].money", "window", "budgets", "lower; none is highest"),
  defaultOf("memory"),
  defaultOf("cpu"),
  defaultOf("time"),
  defaultOf("processes"),
  defaultOf("bytes_out"),
  defaultOf("tokens"),
  ...AMENDMENT_ORDER,
  {
    field: "witnesses.quorum",
    kind: "min",
    tighter: "higher",
    compare: { noLooser: (b, a) => b.witnesses.quorum >= a.witnesses.quorum, candidates: () => [] },
  },
  inTable("witnesses.members[].name", "rules", "witnesses", "more"),
  inTable("witnesses.members[].key", "frozen", "witnesses", "the same; another key is another witness"),
  inTable("witnesses.members[].url", "frozen", "witnesses", "the same"),
  inTable("witnesses.members[].folder", "frozen", "witnesses", "the same"),
  ...MEASUREMENT_ORDER,
  ...UNATTENDED_ORDER,
  ...PROBES_ORDER,
  ...EXPORT_ORDER,
];

function frozenProvider(member: string): FieldRow {
  const tighter = "the same: one more place for models is looser, one less makes local_first refuse less";
  return inTable(`sovereignty.providers[].${member}`, "frozen", "providers", tighter);
}

function neutral(field: string, tighter: string): FieldRow {
  return { field, kind: "neutral", tighter, compare: null };
}

function inTable(field: string, kind: FieldKind, table: FieldTable, tighter: string): FieldRow {
  return { field, kind, tighter, compare: table };
}

/** A tier that the host must prove: `order` is strongest first, and asking for more is tighter. */
function tier<Tier extends string>(
  field: string,
  order: readonly string[],
  get: (spec: Spec) => Tier,
  put: (request: WitnessRequest, tier: Tier) => WitnessRequest,
): FieldRow {
  return {
    field,
    kind: "ladder",
    tighter: `stronger: ${order.join(" before ")}`,
    compare: {
      noLooser: (b, a) => order.indexOf(get(b)) <= order.indexOf(get(a)),
      candidates: (comparison) => map(comparison.tasks(), (request) => put(request, get(comparison.b))),
    },
  };
}

/** A ceiling on an amount of the task itself. The limit's own value is shown first: it is the figure people know. */
function maxOfTask(
  field: string,
  get: (spec: Spec) => number,
  quantity: "memory" | "cpu" | "processes" | "time" | "output" | "submits" | "depth",
): FieldRow {
  return {
    field,
    kind: "max",
    tighter: "lower",
    compare: {
      noLooser: (b, a) => get(b) <= get(a),
      candidates: (comparison) =>
        map(comparison.tasks(), (request) => ({ ...request, [quantity]: get(comparison.b) })),
    },
  };
}

function maxOfNode(field: string, get: (spec: Spec) => number, quantity: "committed" | "pressure"): FieldRow {
  return {
    field,
    kind: "max",
    tighter: "lower",
    compare: {
      noLooser: (b, a) => get(b) <= get(a),
      candidates: (comparison) => onNode(comparison, { [quantity]: get(comparison.b) }),
    },
  };
}

/** A ceiling on the number of declared calls: one more than the older one is least likely to meet another bound. */
function maxOfCalls(field: string, get: (spec: Spec) => number): FieldRow {
  return {
    field,
    kind: "max",
    tighter: "lower",
    compare: {
      noLooser: (b, a) => get(b) <= get(a),
      candidates: (comparison) =>
        map(comparison.callers(), (request) => manyCalls(request, get(comparison.a) + 1)),
    },
  };
}

function manyCalls(request: CallingRequest, declared: number): CallingRequest {
  return changeCall(request, { declared, requests: declared });
}

/** `max` and `margin` mask each other: only their difference admits, so a change of both may show no witness. */
function heat(
  field: string,
  kind: "max" | "min",
  tighter: string,
  within: (b: Spec["resources"]["heat"], a: Spec["resources"]["heat"]) => boolean,
): FieldRow {
  return {
    field,
    kind,
    tighter,
    compare: {
      noLooser: (b, a) => within(b.resources.heat, a.resources.heat),
      candidates: (comparison) => {
        const { max, margin } = comparison.b.resources.heat;
        return onNode(comparison, { heat: max - margin });
      },
    },
  };
}

/**
 * What a task gets for what it leaves undeclared, ordered by how much it gets, nothing first. A task that leaves it
 * undeclared and uses more than the older default is the witness.
 */
function defaultOf(quantity: Undeclarable): FieldRow {
  return {
    field: `defaults.${quantity}`,
    kind: "default",
    tighter: "lower; none is lowest",
    compare: {
      noLooser: (b, a) => (b.defaults[quantity] ?? -1) <= (a.defaults[quantity] ?? -1),
      candidates: (comparison) => {
        const amount = comparison.b.defaults[quantity] ?? 0;
        return quantity === "bytes_out" || quantity === "tokens"
          ? map(comparison.callers(), (request) => ({
              ...changeCall(request, { [quantity === "tokens" ? "tokens_in" : quantity]: amount }),
              undeclared: [quantity],
            }))
          : map(comparison.tasks(), (request) => ({
              ...request,
              [quantity]: amount,
              undeclared: [quantity],
            }));
      },
    },
  };
}

/** The place of a label on the older spec's ladder, by which both are read; -1: it is not there. */
function rankOf(a: Spec, label: string): number {
  return a.privacy.ladder.indexOf(label);
}

/** Reading nothing in particular, alone and with each call, whose data is said to have the lower label. */
function* meetings(comparison: Comparison): Iterable<WitnessRequest> {
  yield* comparison.tasks();
  const label = comparison.b.privacy.default_label;
  for (const request of comparison.callers()) yield changeCall(request, { label });
}

/** Calls for what a local provider serves, said or left unsaid. */
function* localCandidates(comparison: Comparison): Iterable<WitnessRequest> {
  const served = comparison.a.sovereignty.providers.flatMap((provider) => provider.serves);
  for (const request of comparison.callers()) {
    const now = { ...request, node: { ...request.node, providers: "up" } } as const;
    yield now;
    for (const capability of served) yield changeCall(now, { for: [capability] });
  }
}

function onNode(comparison: Comparison, change: Partial<WitnessRequest["node"]>): Iterable<WitnessRequest> {
  return map(comparison.tasks(), (request) => ({ ...request, node: { ...request.node, ...change } }));
}

function* map<From, To>(each: Iterable<From>, change: (from: From) => To): Iterable<To> {
  for (const one of each) yield change(one);
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
