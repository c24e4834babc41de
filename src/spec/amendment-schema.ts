// `amendment:` of a spec: who may change it, and how slowly it loosens. Types and schema; the changing itself is the
// governor's (src/governor/amend/).
import { enforcedBy, optional } from "../stdx/schema/field.ts";
import { set } from "../stdx/schema/lists.ts";
import { object } from "../stdx/schema/object.ts";
import { count, quantity } from "../stdx/schema/scalars.ts";
import type { Schema } from "../stdx/schema/schema.ts";
import { signer } from "./signer.ts";

export interface Amendment {
  /** Canonical public keys (signer.ts), sorted; empty: the key that the home was made with. */
  readonly signers: readonly string[];
  /** How many of them a looser spec needs; at least 1. */
  readonly quorum: number;
  /** ms of ledger time between the first sight of a looser spec and its trial. */
  readonly cooling_off: number;
  /** ms of ledger time after which a looser spec that nobody confirmed is taken back. */
  readonly trial: number;
  /** ms of ledger time from genesis in which a loosening takes ten minutes; what genesis says counts for ever. */
  readonly founding: number;
}

const MINUTE = 60_000;
const HOUR: number = 60 * MINUTE;
const DAY: number = 24 * HOUR;

/** The shortest cooling-off that a spec can have: one night between wish and change. */
export const COOLING_OFF_MIN: number = DAY;
/** The longest trial. */
const TRIAL_MAX = 90 * DAY;
/** The longest founding period. */
const FOUNDING_MAX = 14 * DAY;
/** More than anyone can ask for a signature. */
const QUORUM_MAX = 16;

/** Of a spec that says nothing: the home's own key, three days, and no founding period. */
export const AMENDMENT_DEFAULT: Amendment = {
  signers: [],
  quorum: 1,
  cooling_off: 3 * DAY,
  trial: 30 * DAY,
  founding: 0,
};

/** `amendment:` of a spec. */
export const amendmentSchema: Schema<Amendment> = object<Amendment>({
  signers: optional(
    set(signer()),
    AMENDMENT_DEFAULT.signers,
    enforcedBy("governor", "allow-set"),
    "public keys whose signatures count; without any, the key that the home was made with",
  ),
  quorum: optional(
    count({ min: 1, max: QUORUM_MAX }),
    AMENDMENT_DEFAULT.quorum,
    enforcedBy("governor", "min"),
    "signatures by different keys that a looser spec needs",
  ),
  cooling_off: optional(
    quantity("duration", { min: COOLING_OFF_MIN }),
    AMENDMENT_DEFAULT.cooling_off,
    enforcedBy("governor", "min"),
    "ledger time that a looser spec waits before it is tried; at least `1 d`",
  ),
  trial: optional(
    quantity("duration", { min: HOUR, max: TRIAL_MAX }),
    AMENDMENT_DEFAULT.trial,
    enforcedBy("governor", "max"),
    "ledger time after which a looser spec is taken back unless it was confirmed",
  ),
  founding: optional(
    quantity("duration", { max: FOUNDING_MAX }),
    AMENDMENT_DEFAULT.founding,
    enforcedBy("governor", "max"),
    "ledger time from genesis in which a loosening waits ten minutes; fixed by the first spec, at most `14 d`",
  ),
});
