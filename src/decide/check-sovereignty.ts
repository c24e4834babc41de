// Who would be relied on: counts, score, what an endpoint allows, and what this node could do itself.

import { matchesPathPrefix } from "../names/path-prefix.ts";
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { readablePair } from "../stdx/readable-quantity.ts";
import { bytesInAsked } from "./bytes-in.ts";
import { outwardSum } from "./check-budgets.ts";
import type { Failure, Failures } from "./findings.ts";
import { type LazyNeed, lazyNeeds } from "./lazy-needs.ts";
import type { OutwardNeed } from "./outward-needs.ts";
import type { Situation } from "./situation.ts";
import { unplacedEvidence } from "./unplaced-evidence.ts";

/** Every rule about what leaves the node, and model needs that found no place. */
export function checkSovereignty(situation: Situation, failures: Failures): void {
  checkPlacements(situation, failures);
  const { outward, compiled, score } = situation;
  if (score < compiled.spec.sovereignty.score_min) {
    failures.add({
      ...SOVEREIGNTY,
      rule: "sovereignty.score_min",
      cause: "score_under_limit",
      measured: score,
      limit: compiled.spec.sovereignty.score_min,
      unit: "score",
      floor: true,
    });
  }
  if (outward.length === 0) return;
  checkCounts(situation, failures);
  for (const need of outward) checkEndpoint(need, failures);
  checkSums(outward, failures);
  checkLocalFirst(situation, failures);
}

const SOVEREIGNTY = { constraint: "sovereignty" } as const;

function checkPlacements(situation: Situation, failures: Failures): void {
  const { placements, compiled } = situation;
  placements.forEach((placement, index) => {
    if (placement.kind !== "none") return;
    const { capability } = placement.need;
    const { lines, down } = unplacedEvidence(situation, placement.need);
    failures.add({
      ...SOVEREIGNTY,
      rule: `needs.models[${index}]`,
      cause: "no_placement",
      measured: compiled.capabilities.has(capability) ? capability : null,
      limit: null,
      unit: "none",
      evidence: [
        ...lines,
        ...(compiled.targets.get(capability) ?? []).slice(0, TARGETS_MAX).map((target) => target.host),
      ],
      // A provider that the spec names and that is down may be up again: nobody knows when.
      ...(down ? { after: null } : {}),
    });
  });
}

/** Enough to see what was considered; a spec may name a thousand endpoints. */
const TARGETS_MAX = 8;
/** Lines of evidence: a task may declare ten thousand calls. */
const EVIDENCE_MAX = 32;

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= EVIDENCE_MAX) return lines;
  return [...lines.slice(0, EVIDENCE_MAX), `and ${lines.length - EVIDENCE_MAX} more`];
}

function checkCounts({ outward, compiled, facts }: Situation, failures: Failures): void {
  const { external_calls_max, uncontrolled_calls_max } = compiled.spec.sovereignty;
  const uncontrolled = outward.filter((need) => need.control === "uncontrolled");
  const unknown = uncontrolled.filter((need) => need.endpoint === null);
  const over = (
    failure: Omit<Failure, "constraint" | "measured" | "unit" | "evidence">,
    needs: readonly OutwardNeed[],
  ): void =>
    failures.add({
      ...SOVEREIGNTY,
      ...failure,
      measured: needs.length,
      unit: "count",
      evidence: bounded(needs.map(describeNeed).sort()),
    });
  if (outward.length > external_calls_max) {
    const rule = "sovereignty.external_calls_max";
    over({ rule, cause: "external_calls_over_limit", limit: external_calls_max }, outward);
  }
  if (uncontrolled.length > uncontrolled_calls_max) {
    const rule = "sovereignty.uncontrolled_calls_max";
    over({ rule, cause: "uncontrolled_calls_over_limit", limit: uncontrolled_calls_max }, uncontrolled);
  }
  if (unknown.length > 0) over({ rule: "sovereignty.endpoints", cause: "host_unknown", limit: 0 }, unknown);
  if (facts.node.gate === "none")
    over({ rule: "node.gate", cause: "no_gate_on_this_node", limit: 0 }, outward);
}

/** A need in one line: its methods and canonical URL, and who controls that host. */
export function describeNeed(need: OutwardNeed): string {
  const what = `${need.methods.join(",")} ${need.url}`;
  if (need.endpoint === null) {
    const why = need.url.startsWith("http://")
      ? "is called by plain HTTP, which proves no host"
      : "is unknown to the spec";
    return `${what}: host \`${need.host}\` ${why}: counts as uncontrolled`;
  }
  return `${what}: host \`${need.host}\` is named ${need.control} by the spec`;
}

function checkEndpoint(need: OutwardNeed, failures: Failures): void {
  const { endpoint, path, methods, field, host } = need;
  if (need.bytes === null) {
    const rule = `${field}.bytes_out_max`;
    failures.add({
      ...SOVEREIGNTY,
      rule,
      cause: "bytes_undeclared",
      measured: null,
      limit: null,
      unit: "bytes",
      evidence: [host],
    });
  }
  if (endpoint === null || path === null) return;
  // INVARIANT: an opaque endpoint has one address (spec/floor.ts); without it nothing may be relayed there.
  const opaque = endpoint.opaque !== null && (need.scheme !== "tcp" || endpoint.address !== null);
  if ((need.scheme === "tcp") !== opaque) {
    const cause = need.scheme === "tcp" ? "opaque_not_granted" : "opaque_only";
    failures.add({
      ...SOVEREIGNTY,
      rule: OPAQUE,
      cause,
      measured: host,
      limit: null,
      unit: "none",
      evidence: [field, host],
    });
    return;
  }
  // Nobody looks into a raw connection: it has neither method nor path.
  if (need.scheme === "tcp") return;
  const method = methods.find((one) => !endpoint.methods.includes(one));
  if (method !== undefined) {
    const rule = "sovereignty.endpoints.methods";
    failures.add({
      ...SOVEREIGNTY,
      rule,
      cause: "method_not_allowed",
      measured: method,
      limit: null,
      unit: "none",
      evidence: [field, host],
    });
  }
  if (!endpoint.paths.some((prefix) => matchesPathPrefix(prefix, path))) {
    const rule = "sovereignty.endpoints.paths";
    failures.add({
      ...SOVEREIGNTY,
      rule,
      cause: "path_not_allowed",
      measured: path,
      limit: null,
      unit: "none",
      evidence: [field, host],
    });
  }
}

interface Sum {
  readonly endpoint: EffectiveEndpoint;
  readonly place: string;
  readonly needs: OutwardNeed[];
}

/** An endpoint's caps for one task hold over all that the task sends there. */
function checkSums(outward: readonly OutwardNeed[], failures: Failures): void {
  const sums = new Map<string, Sum>();
  for (const need of outward) {
    const { endpoint, host, port } = need;
    if (endpoint === null) continue;
    const place = `${host}:${port}`;
    const sum = sums.get(place) ?? { endpoint, place, needs: [] };
    sum.needs.push(need);
    sums.set(place, sum);
  }
  for (const { endpoint, place, needs } of sums.values()) {
    const { external_calls: requests, bytes_out } = outwardSum(needs);
    const bytes_in = bytesInAsked(needs);
    const checks = [
      { rule: "requests_per_task_max", cause: "requests_over_limit", measured: requests, unit: "count" },
      { rule: "bytes_out_per_task_max", cause: "bytes_over_limit", measured: bytes_out, unit: "bytes" },
      { rule: "bytes_in_per_task_max", cause: "bytes_in_over_limit", measured: bytes_in, unit: "bytes" },
    ] as const;
    for (const { rule, ...check } of checks) {
      overCap({ ...check, rule: `sovereignty.endpoints.${rule}`, limit: endpoint[rule] }, place, failures);
    }
    const { opaque } = endpoint;
    if (opaque === null) continue;
    overCap({ ...checks[1], rule: `${OPAQUE}.bytes_out`, limit: opaque.bytes_out }, place, failures);
    overCap({ ...checks[2], rule: `${OPAQUE}.bytes_in`, limit: opaque.bytes_in }, place, failures);
  }
}

const OPAQUE = "sovereignty.endpoints.opaque";

function overCap(
  { limit, measured, ...check }: Pick<Failure, "rule" | "cause" | "unit"> & Measured,
  place: string,
  failures: Failures,
): void {
  if (limit === null || measured <= limit) return;
  failures.add({ ...SOVEREIGNTY, ...check, measured, limit, evidence: [place] });
}

interface Measured {
  readonly measured: number;
  /** null: no cap. */
  readonly limit: number | null;
}

function checkLocalFirst(situation: Situation, failures: Failures): void {
  const { unserved, lazy } = lazyNeeds(situation);
  for (const { need, capability } of unserved) {
    const rule = "sovereignty.endpoints.serves";
    failures.add({
      ...SOVEREIGNTY,
      rule,
      cause: "capability_not_allowed",
      measured: capability,
      limit: null,
      unit: "none",
      evidence: [need.field, need.host],
    });
  }
  if (!situation.compiled.spec.sovereignty.local_first) return;
  failLazy(
    situation,
    lazy.filter((one) => one.when === "now"),
    failures,
  );
  failLazy(
    situation,
    lazy.filter((one) => one.when === "later"),
    failures,
  );
}

/** Served now: refused. Served once memory is free again: deferred, so that filling it never buys a way out. */
function failLazy(situation: Situation, lazy: readonly LazyNeed[], failures: Failures): void {
  const first = lazy[0];
  if (first === undefined) return;
  const { room, facts } = situation;
  const failure: Failure = {
    ...SOVEREIGNTY,
    rule: "sovereignty.local_first",
    cause: "served_locally",
    measured: lazy.length,
    limit: 0,
    unit: "count",
    evidence: [
      ...bounded(lazy.map(({ need }) => describeNeed(need)).sort()),
      ...new Set(lazy.flatMap((one) => describeServices(one, room.capacity)).sort()),
    ],
  };
  if (first.when === "now") {
    failures.add(failure);
    return;
  }
  // No hold that ends mends a limit of the spec, or says a size.
  const held = lazy.every(({ services }) =>
    services.every(({ service: { model } }) => model.loaded || (model.memory ?? Infinity) <= room.capacity),
  );
  const ends = held ? facts.sums.holds.map((hold) => hold.ends_in) : [];
  failures.add({ ...failure, after: ends.length === 0 ? null : Math.min(...ends) });
}

function describeServices({ services }: LazyNeed, capacity: number): readonly string[] {
  return services.map(({ capability, service: { when, provider, model } }) => {
    const what = `provider ${quoteUntrusted(provider.name)} serves ${quoteUntrusted(capability)} on this node with model ${quoteUntrusted(model.name)}`;
    if (model.loaded) return `${what}: it is loaded and fits now`;
    if (model.memory === null) return `${what}: its size is unknown until it is loaded`;
    const later = model.memory > capacity ? "the spec gives it no room" : "it fits when memory is free again";
    const fit = when === "now" ? "it fits now" : later;
    const [needed, most] = readablePair("bytes", model.memory, capacity);
    return `${what}: ${fit}, needs ${needed}: limit is ${most}`;
  });
}
