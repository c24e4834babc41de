// What a proposal answers and records of itself: the answer of a refused one, and the report as numbers.
import type { JsonObject } from "../../stdx/json.ts";
import type { Adoption, Proposed } from "../governor.ts";
import type { ImpactReport } from "./impact.ts";
import type { OpenAmendment } from "./ratchet.ts";
import type { Refused } from "./ratchet-rules.ts";

/** What was found of a proposal, whatever comes of it. */
export interface ProposalFindings {
  readonly looser: Adoption["looser"];
  readonly problems: readonly string[];
}

/** The answer of one that was taken. */
export function acceptedProposal(
  open: OpenAmendment,
  { looser, problems }: ProposalFindings,
  { left_ms, flags, impact }: Pick<Proposed, "left_ms" | "flags" | "impact">,
): Proposed {
  return {
    outcome: "proposed",
    amendment: open.sequence,
    state: open.state,
    left_ms,
    signatures: open.signers.length,
    quorum: open.quorum,
    founding: open.founding,
    looser,
    flags,
    impact,
    refused: null,
    hint: null,
    problems,
  };
}

/** The answer of one that was not. */
export function refusedProposal(
  { refused, hint }: Refused,
  { looser, problems }: ProposalFindings,
): Proposed {
  return {
    outcome: "refused",
    amendment: null,
    state: null,
    left_ms: null,
    signatures: 0,
    quorum: 0,
    founding: false,
    looser,
    flags: [],
    impact: null,
    refused,
    hint,
    problems,
  };
}

/** The report's numbers, and the worst of its decisions by record; its words stay where they are. */
export function impactCore({ decisions, unknown, changes, worst }: ImpactReport): JsonObject {
  return { decisions, unknown, ...changes, worst: worst.map(({ sequence }) => sequence) };
}
