// The floor of the ledger's witnesses: a quorum that its members can reach, and requests to nobody but this node and what
// is the operator's own.
import { addressClass } from "../names/address.ts";
import { canonicalUrl } from "../names/url.ts";
import { quoteUntrusted } from "../stdx/escape.ts";
import { type FloorProblem, floorProblem as problem } from "./floor-problem.ts";
import type { Spec } from "./spec.ts";
import { WITNESSES_MAX } from "./witness-schema.ts";

export function witnessProblems(spec: Spec): readonly FloorProblem[] {
  const { quorum, members } = spec.witnesses;
  const problems: FloorProblem[] = [];
  const path = ["witnesses", "quorum"];
  if (quorum > members.length) {
    const message = `quorum is ${quorum}: limit is ${members.length}, as many as there are members`;
    problems.push(problem(path, message, "name more witnesses, or lower the quorum"));
  }
  if (quorum === 0 && members.length > 0)
    problems.push(problem(path, "a quorum of 0 calls witnessed what nobody holds", "write `quorum: 1`"));
  if (members.length > WITNESSES_MAX) {
    const message = `${members.length} witnesses: limit is ${WITNESSES_MAX}`;
    problems.push(problem(["witnesses", "members"], message, "name fewer"));
  }
  for (const [index, { url }] of members.entries()) {
    if (url !== null && !isOurs(url, spec)) problems.push(notOurs(index, url));
  }
  return problems;
}

function isOurs(url: string, { sovereignty }: Spec): boolean {
  const parsed = canonicalUrl(url);
  if (!parsed.ok) return false;
  const { scheme, host, port } = parsed.value;
  if (host.kind !== "name" && addressClass(host.name) === "loopback") return true;
  return (
    scheme === "https" &&
    sovereignty.endpoints.some(
      (endpoint) => endpoint.host === host.name && endpoint.port === port && endpoint.control === "owned",
    )
  );
}

function notOurs(index: number, url: string): FloorProblem {
  const message = `witness at ${quoteUntrusted(url)} is neither on this node nor at an \`owned\` endpoint by \`https\``;
  const hint =
    "write its loopback address, or name its host in `sovereignty.endpoints` with `control: owned`";
  return problem(["witnesses", "members", index, "url"], message, hint);
}
