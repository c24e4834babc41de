// The floor: what no spec goes below, whoever signs it. Compiled in, pure, run by the parser on every spec. Not syntax and
// not references between fields (check-spec.ts).
import { addressClass } from "../names/address.ts";
import { canonicalUrl } from "../names/url.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { endpointProblems } from "./floor-endpoints.ts";
import { priceProblems } from "./floor-prices.ts";
import { type FloorProblem, floorProblem as problem } from "./floor-problem.ts";
import { secretProblems } from "./floor-secrets.ts";
import { witnessProblems } from "./floor-witnesses.ts";
import type { Spec } from "./spec.ts";

/**
 * Everything in which `spec` is below the floor, in the order of its fields; empty when it may be adopted. Isolation is
 * always on: the language has no word for none, and this function does not trust the parser for it.
 *
 * @example belowFloor(spec)[0]?.message // "`*.github.io` is at or above a public suffix: …"
 */
export function belowFloor(spec: Spec): readonly FloorProblem[] {
  const { endpoints, providers } = spec.sovereignty;
  return [
    ...executionProblems(spec),
    ...duplicateProblems(
      ["principals"],
      spec.principals.map(({ name }) => name),
    ),
    ...uidProblems(spec),
    ...duplicateProblems(
      ["sovereignty", "providers"],
      providers.map(({ name }) => name),
    ),
    ...providers.flatMap(({ url }, index) =>
      url === null || isLoopback(url) ? [] : [notLoopback(index, url)],
    ),
    ...duplicateProblems(
      ["sovereignty", "endpoints"],
      endpoints.map(({ host, port }) => `${host}:${port}`),
    ),
    ...endpointProblems(spec),
    ...duplicateProblems(
      ["sovereignty", "secrets"],
      spec.sovereignty.secrets.map(({ name }) => name),
    ),
    ...secretProblems(spec),
    ...priceProblems(spec),
    ...ladderProblems(spec),
    ...duplicateProblems(
      ["privacy", "protected"],
      spec.privacy.protected.map(({ file }) => file),
    ),
    ...ruleProblems(spec),
    ...heatProblems(spec),
    ...windowProblems(spec),
    ...witnessProblems(spec),
  ];
}

function executionProblems({ execution }: Spec): readonly FloorProblem[] {
  const problems: FloorProblem[] = [];
  if (!["namespaces", "seatbelt"].includes(execution.isolation)) {
    problems.push(
      problem(["execution", "isolation"], "isolation is never off", "write `isolation: namespaces`"),
    );
  }
  if (!["cgroup", "soft"].includes(execution.limits)) {
    problems.push(problem(["execution", "limits"], "limits are never off", "write `limits: cgroup`"));
  }
  return problems;
}

function duplicateProblems(path: readonly string[], keys: readonly string[]): readonly FloorProblem[] {
  const seen = new Set<string>();
  return keys.flatMap((key, index) => {
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [problem([...path, index], `${quoteUntrusted(key)} stands twice`, "keep one of the two")];
  });
}

/** A uid is one principal's: with two entries for it, dropping one would give its submissions to the other. */
function uidProblems({ principals }: Spec): readonly FloorProblem[] {
  const first = new Map<number, string>();
  return principals.flatMap(({ name, uid }, index) => {
    const other = first.get(uid);
    if (other === undefined) {
      first.set(uid, name);
      return [];
    }
    const message = `uid ${uid} is principal ${quoteUntrusted(other)} already`;
    return [problem(["principals", index, "uid"], message, "give each principal a uid of its own")];
  });
}

function isLoopback(url: string): boolean {
  const parsed = canonicalUrl(url);
  return (
    parsed.ok && parsed.value.host.kind !== "name" && addressClass(parsed.value.host.name) === "loopback"
  );
}

function notLoopback(index: number, url: string): FloorProblem {
  const hint = "write its loopback address, such as `http://127.0.0.1:11434`";
  const message = `provider at ${quoteUntrusted(url)} is not on this node`;
  return problem(["sovereignty", "providers", index, "url"], message, hint);
}

type Path = FloorProblem["path"];

function ladderProblems({ privacy, sovereignty }: Spec): readonly FloorProblem[] {
  const { ladder } = privacy;
  if (ladder.length === 0) {
    return [
      problem(["privacy", "ladder"], "the ladder has no label", "write `ladder: [public, internal, secret]`"),
    ];
  }
  const used: readonly (readonly [Path, string | null])[] = [
    ...sovereignty.endpoints.flatMap(
      ({ clearance, opaque }, index): readonly (readonly [Path, string | null])[] => [
        [["sovereignty", "endpoints", index, "clearance"], clearance],
        [["sovereignty", "endpoints", index, "opaque", "max_label"], opaque?.max_label ?? null],
      ],
    ),
    [["privacy", "default_label"], privacy.default_label],
    ...privacy.sources.map(({ label }, index) => [["privacy", "sources", index, "label"], label] as const),
    ...privacy.refuse_when.map(
      ({ label_min }, index) => [["privacy", "refuse_when", index, "label_min"], label_min] as const,
    ),
  ];
  const known = ladder.map((label) => quoteUntrusted(label)).join(", ");
  return [
    ...duplicateProblems(["privacy", "ladder"], ladder),
    ...used.flatMap(([path, label]) =>
      label === null || ladder.includes(label)
        ? []
        : [problem(path, `label ${quoteUntrusted(label)} is not on the ladder`, `write one of ${known}`)],
    ),
  ];
}

function ruleProblems({ privacy }: Spec): readonly FloorProblem[] {
  return privacy.refuse_when.flatMap((rule, index) =>
    rule.untrusted === null && rule.label_min === null && rule.control_not === null
      ? [
          problem(
            ["privacy", "refuse_when", index],
            "a rule that names no condition",
            "name at least one condition",
          ),
        ]
      : [],
  );
}

function heatProblems({ resources }: Spec): readonly FloorProblem[] {
  const { max, margin } = resources.heat;
  if (margin < max) return [];
  return [problem(["resources", "heat", "margin"], "the margin is not below `max`", "lower the margin")];
}

/** P8: each limit of one task on what leaves has a window of its principal beside it, or splitting gets more. */
function windowProblems({ sovereignty, resources }: Spec): readonly FloorProblem[] {
  const windows = resources.budgets.filter(({ scope }) => scope === "principal");
  const problems: FloorProblem[] = [];
  const path: Path = ["resources", "budgets"];
  if (sovereignty.external_calls_max > 0 && windows.every(({ external_calls }) => external_calls === null)) {
    const message = `external_calls_max is ${sovereignty.external_calls_max} without a principal window beside it`;
    const hint = "add `{ scope: principal, window: 1 h, external_calls: 100 }`";
    problems.push(problem(path, message, hint));
  }
  if (sovereignty.endpoints.length > 0 && windows.every(({ bytes_out }) => bytes_out === null)) {
    const message = "endpoints without a principal window on bytes_out beside them";
    problems.push(problem(path, message, "add `{ scope: principal, window: 1 h, bytes_out: 20 MiB }`"));
  }
  return problems;
}
