// `probes:` of a spec: how often known-answer tasks are sent beside real work, and how often every check is tested. Types and
// schema; the probes themselves are the governor's (src/governor/probes/).
import { enforcedBy, optional } from "../stdx/schema/field.ts";
import { type MemberProblem, object } from "../stdx/schema/object.ts";
import { quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";

export interface Probes {
  /** Basis points of admitted runs that a probe is sent beside. */
  readonly share: number;
  /** ms of ledger time between two self-tests; one more is made at each start. null: none is made. */
  readonly self_test: number | null;
}

/** Of a spec that says nothing: no check is ever tested. */
export const NO_PROBES: Probes = { share: 0, self_test: null };

const MINUTE = 60_000;
/** More probes than work would be a load of their own. */
const SHARE_MAX = 5_000;
/** Each tests every check with real tasks, which takes about a second of processor time. */
const SELF_TEST_MIN = MINUTE;
/** A check is to be tested every day. */
const SELF_TEST_MAX: number = 24 * 60 * MINUTE;

/** `probes:` of a spec. */
export const probesSchema: Schema<Probes> = object<Probes>(
  {
    share: optional(
      quantity("percent", { max: SHARE_MAX }),
      NO_PROBES.share,
      enforcedBy("governor", "min"),
      "admitted runs that a known-answer task is sent beside, at times that nobody without the node's key can tell",
    ),
    self_test: optional(
      quantity("duration", { min: SELF_TEST_MIN, max: SELF_TEST_MAX }),
      NO_PROBES.self_test,
      enforcedBy("governor", "max"),
      "time between two tests of every check; one more is made when the governor starts",
    ),
  },
  { check: checkProbes },
);

function checkProbes({ share, self_test }: Probes): readonly MemberProblem[] {
  if (share === 0 || self_test !== null) return [];
  const message = "is missing: probes beside work alone leave a node that does little untested";
  return [{ member: "self_test", message, hint: "write `self_test: 30 m`" }];
}
