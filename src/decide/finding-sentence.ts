// A finding as one sentence: what was observed, then the limit. Not the decision as a whole (explain.ts).
import { quoteUntrusted } from "../stdx/escape.ts";
import { formatReadable, readablePair } from "../stdx/readable-quantity.ts";
import type { QuantityKind } from "../stdx/units.ts";
import type { Cause, Finding, Unit } from "./decision.ts";

/**
 * What the finding says: lower case, one line, no period, observed then limit, everything that came from elsewhere
 * escaped and in backticks.
 *
 * @example findingSentence(finding) === "needs 3 external calls: limit is 0"
 */
export function findingSentence(finding: Finding): string {
  const { cause, rule, measured, limit, unit } = finding;
  if (cause !== null) return SENTENCES[cause](finding);
  const name = `\`${rule}\``;
  if (measured === null) return `passes ${name}`;
  if (limit === null) return `${name} is ${formatAmount(measured, unit)}`;
  const [value, most] = formatPair(measured, limit, unit);
  return `${name} is ${value}: limit is ${most}`;
}

/** A measured value or limit with its unit, as people read it. */
export function formatAmount(amount: number | string | null, unit: Unit): string {
  if (amount === null) return "unknown";
  if (typeof amount === "string") return quoteUntrusted(amount);
  const kind = QUANTITIES[unit];
  return kind === null ? String(amount) : formatReadable(kind, amount);
}

/** What was measured and its limit, so that they never look the same where they differ. */
function formatPair(
  measured: number | string | null,
  limit: number | string | null,
  unit: Unit,
): readonly [string, string] {
  const kind = QUANTITIES[unit];
  return kind !== null && typeof measured === "number" && typeof limit === "number"
    ? readablePair(kind, measured, limit)
    : [formatAmount(measured, unit), formatAmount(limit, unit)];
}

const QUANTITIES: Readonly<Record<Unit, QuantityKind | null>> = {
  bytes: "bytes",
  ms: "duration",
  cpu_milli: "cpu",
  celsius_milli: "temperature",
  basis_points: "percent",
  count: null,
  score: null,
  label: null,
  tokens: null,
  money: "money",
  none: null,
};

function value({ measured, unit }: Finding): string {
  return formatAmount(measured, unit);
}

function over(what: string): (finding: Finding) => string {
  return ({ measured, limit, unit }) => {
    const [amount, most] = formatPair(measured, limit, unit);
    return `${what} ${amount}: limit is ${most}`;
  };
}

function calls(what: string): (finding: Finding) => string {
  return ({ measured, limit }) => `needs ${measured} ${what}${measured === 1 ? "" : "s"}: limit is ${limit}`;
}

function path(what: string): (finding: Finding) => string {
  return (finding) => `${finding.measured === null ? `\`${finding.rule}\`` : value(finding)} ${what}`;
}

/** A word that holds what no word may: by its place, never by itself. */
function found(what: string): (finding: Finding) => string {
  return ({ measured, limit, evidence }) =>
    `holds ${measured} ${what}${measured === 1 ? "" : "s"} in ${placeOf(evidence)}: limit is ${limit}`;
}

function placeOf([first = "", ...more]: readonly string[]): string {
  return `${quoteUntrusted(first)}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

function undeclared(what: string): () => string {
  return () => `declares no ${what}, and the spec has no default for it`;
}

const SENTENCES: Readonly<Record<Cause, (finding: Finding) => string>> = {
  principal_unlisted: () => "the submitting user is no principal of the spec",
  principal_not_yours: ({ measured, limit }) =>
    `names ${measured === null ? "an unknown principal" : `principal ${formatAmount(measured, "none")}`}: the submitting user is ${formatAmount(limit, "none")}`,
  capability_not_allowed: capabilitySentence,
  node_halted: ({ evidence }) =>
    `this node is halted (${evidence[0] ?? ""}): nothing runs until that is lifted`,
  node_offline: ({ rule, evidence }) =>
    `\`${rule}\` leaves this node, which is offline (${evidence[0] ?? ""}) until that is lifted`,
  isolation_too_weak: over("this host proves isolation"),
  limits_too_weak: over("this host proves limits"),
  executable_missing: () => "the program of `run.command` was not found",
  path_missing: path("does not exist: what a task reads or writes exists before it starts"),
  path_not_permitted: path("may not be used by the task's user, or is neither file nor folder"),
  path_private: path("is a private place, which no task is given"),
  directory_too_wide: (finding) => `the working directory ${value(finding)} is at or above the home folder`,
  host_unknown: ({ measured }) =>
    `needs ${measured} call${measured === 1 ? "" : "s"} to hosts that the spec does not name: limit is 0`,
  method_not_allowed: (finding) => `calls by method ${value(finding)}, which its endpoint does not allow`,
  path_not_allowed: (finding) => `calls path ${value(finding)}, which its endpoint does not allow`,
  requests_over_limit: over("requests to one endpoint are"),
  bytes_over_limit: over("sends one endpoint"),
  bytes_in_over_limit: over("takes from one endpoint"),
  opaque_only: (finding) =>
    `makes requests to ${value(finding)}, which the spec names for raw connections alone`,
  opaque_not_granted: (finding) =>
    `wants a raw connection to ${value(finding)}, which the spec names for inspected requests alone`,
  external_calls_over_limit: calls("external call"),
  uncontrolled_calls_over_limit: ({ measured, limit }) =>
    `needs ${measured} call${measured === 1 ? "" : "s"} to endpoints that nobody here controls: limit is ${limit}`,
  score_under_limit: over("sovereignty score is"),
  served_locally: ({ measured, limit }) =>
    `needs ${measured} external call${measured === 1 ? "" : "s"} for what a provider on this node serves: limit is ${limit}`,
  no_placement: (finding) =>
    `\`${finding.rule}\` finds no place: nothing on this node serves ${finding.measured === null ? "it" : value(finding)} and no endpoint that serves it may have it`,
  provider_unknown: () => "`needs.provider` is no provider of the spec that has a URL",
  provider_running: (finding) => `provider ${value(finding)} is running already`,
  no_gate_on_this_node: ({ measured }) =>
    `needs ${measured} external call${measured === 1 ? "" : "s"}: no gate on this node, so nothing leaves it`,
  secret_unknown: ({ evidence }) => `\`${evidence[0] ?? ""}\` is no secret of the spec`,
  secret_not_allowed: (finding) => `asks for secret ${value(finding)}, which its principal may not have`,
  secret_has_no_call: (finding) =>
    `asks for secret ${value(finding)}, but nothing it declares goes where that may go`,
  secret_undeclared: (finding) =>
    `calls ${value(finding)} without a secret: only the gate authenticates there, and the task names none`,
  label_unknown: ({ evidence }) => `\`${evidence[0] ?? ""}.data\` is no label of the spec's ladder`,
  label_under_reads: (finding) =>
    `declares data ${value(finding)}, but reads what is labelled ${formatAmount(finding.limit, "label")}`,
  label_over_clearance: (finding) =>
    `would send ${value(finding)} data: the ${finding.rule === "sovereignty.providers" ? "provider runs with label" : "endpoint is cleared for"} ${formatAmount(finding.limit, "label")}`,
  may_not_meet: (finding) =>
    `brings together what \`${finding.rule}\` keeps apart, with label ${value(finding)}`,
  label_conflict: (finding) =>
    `with label ${value(finding)} it shares paths with a running task of another label`,
  protected_in_task: found("protected value"),
  credential_in_task: found("credential"),
  personal_in_task: ({ measured, limit, rule, evidence }) =>
    `may send ${measured} of \`${rule}\` in ${placeOf(evidence)}: limit is ${limit}`,
  task_not_scanned: ({ evidence }) => `could not be looked at to its end: ${placeOf(evidence)}`,
  memory_undeclared: undeclared("memory"),
  cpu_undeclared: undeclared("cpu"),
  time_undeclared: undeclared("time"),
  processes_undeclared: undeclared("processes"),
  bytes_undeclared: undeclared("`bytes_out_max` for what it sends"),
  tokens_undeclared: undeclared("`tokens` for what is counted"),
  memory_over_limit: over("needs memory"),
  cpu_over_limit: over("needs cores"),
  time_over_limit: over("needs time"),
  processes_over_limit: over("needs processes"),
  memory_committed: over("with what is held, memory would be"),
  memory_unavailable: over("needs free memory"),
  cpu_committed: over("with what is held, cores would be"),
  pressure_high: over("memory pressure is"),
  pressure_unmeasurable: () => "this host has no memory pressure figures, and the spec refuses without them",
  heat_high: heatSentence,
  heat_forecast: over("heat would become"),
  heat_unmeasurable: ({ evidence }) =>
    evidence.length === 0
      ? "this host has no heat sensor, and the spec refuses without one"
      : `heat cannot be measured (${evidence.map((sensor) => quoteUntrusted(sensor)).join(", ")}), and the spec refuses without it`,
  heat_cap: heatCapSentence,
  budget_over_limit: (finding) => `${over("sends by itself")(finding)} (${scopeOf(finding)})`,
  budget_spent: (finding) =>
    finding.measured === null
      ? `what was spent ${scopeOf(finding)} is not known yet`
      : `${over("with what was spent, the sum would be")(finding)} (${scopeOf(finding)})`,
  ancestor_over_limit: (finding) =>
    `asks more than its parent has left: \`${finding.rule}\` ${value(finding)}`,
  children_over_limit: (finding) => over(`\`${finding.rule}\` is`)(finding),
  requires_conflict: (finding) =>
    `\`${finding.rule}\` is not met: ${value(finding)} where ${formatAmount(finding.limit, finding.unit)} is required`,
};

function capabilitySentence(finding: Finding): string {
  const capability =
    finding.measured === null ? "a capability that the spec does not know" : `capability ${value(finding)}`;
  return finding.rule === "principals.may_need"
    ? `asks for ${capability}, which its principal may not need`
    : `calls for ${capability}, which its endpoint does not serve`;
}

function heatSentence(finding: Finding): string {
  const [part] = finding.evidence;
  const of = part === undefined ? "" : ` of ${quoteUntrusted(part)}`;
  if (finding.rule === "node.heat.throttled")
    return `a processor was just slowed down by its heat (${quoteUntrusted(part ?? "")})`;
  if (finding.rule === "node.heat.held_back")
    return `this host was over its limit and is still cooling: heat is ${value(finding)}`;
  return over(`heat${of} is`)(finding);
}

function heatCapSentence(finding: Finding): string {
  const measured = value(finding);
  const limit = formatAmount(finding.limit, finding.unit);
  const what = { cpu_milli: "cores", ms: "time", count: "tasks at once" }[
    finding.unit as "cpu_milli" | "ms" | "count"
  ];
  return `this host has no heat sensor, so ${what} ${measured}: limit is ${limit}`;
}

function scopeOf({ evidence }: Finding): string {
  const [scope, key] = evidence;
  return key === undefined
    ? `in the window of the ${scope ?? ""}`
    : `in the window of ${scope ?? ""} ${quoteUntrusted(key)}`;
}
