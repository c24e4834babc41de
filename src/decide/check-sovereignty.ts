// Who would be relied on: counts, score, what an endpoint allows, and what this node could do itself.

import { matchesPathPrefix } from "../names/path-prefix.ts";
import type { EffectiveEndpoint } from "../spec/effective-endpoint.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { readablePair } from "../stdx/readable-quantity.ts";
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

/** A need in one line: its method and canonical URL, and who controls that host. */
export function describeNeed(need: OutwardNeed): string {
  const what = `${need.method} ${need.url}`;
  if (need.endpoint === null) {
    const why = need.url.startsWith("http://")
      ? "is called by plain HTTP, which proves no host"
      : "is unknown to the spec";
    return `${what}: host \`${need.host}\` ${why}: counts as uncontrolled`;
  }
  return `${what}: host \`${need.host}\` is named ${need.control} by the spec`;
}

function checkEndpoint(need: OutwardNeed, failures: Failures): void {
  const { endpoint, path, method, field, host } = need;
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
  if (!endpoint.methods.includes(method)) {
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
  requests: number;
  bytes: number;
}

/** An endpoint's caps for one task hold over all that the task sends there. */
function checkSums(outward: readonly OutwardNeed[], failures: Failures): void {
  const sums = new Map<string, Sum>();
  for (const { endpoint, host, port, requests, bytes } of outward) {
    if (endpoint === null) continue;
    const place = `${host}:${port}`;
    const sum = sums.get(place) ?? { endpoint, place, requests: 0, bytes: 0 };
    sum.requests += requests;
    sum.bytes += bytes ?? 0;
    sums.set(place, sum);
  }
  for (const { endpoint, place, requests, bytes } of sums.values()) {
    const { requests_per_task_max, bytes_out_per_task_max } = endpoint;
    if (requests_per_task_max !== null && requests > requests_per_task_max) {
      const rule = "sovereignty.endpoints.requests_per_task_max";
      failures.add({
        ...SOVEREIGNTY,
        rule,
        cause: "requests_over_limit",
        measured: requests,
        limit: requests_per_task_max,
        unit: "count",
        evidence: [place],
      });
    }
    if (bytes_out_per_task_max !== null && bytes > bytes_out_per_task_max) {
      const rule = "sovereignty.endpoints.bytes_out_per_task_max";
      failures.add({
        ...SOVEREIGNTY,
        rule,
        cause: "bytes_over_limit",
        measured: bytes,
        limit: bytes_out_per_task_max,
        unit: "bytes",
        evidence: [place],
      });
    }
  }
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
