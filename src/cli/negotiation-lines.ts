// Room below limits, loosenings after refusals and coverage, as `writ measure` tells them. Not the figures themselves.
import type { Coverage } from "../measure/measurement.ts";
import { BEFORE_PROPOSAL, type ShownNegotiation } from "../measure/negotiation.ts";

/** Loosenings that are told, the latest. */
const LOOSENINGS_MAX = 3;

/** Lines below the question whether limits are negotiated away. */
export function negotiationLines({ headroom, loosenings }: ShownNegotiation): readonly string[] {
  const { half, at_limit, near } = headroom;
  const room =
    half === null
      ? "  room below the nearest limit: not enough data"
      : `  half of the runs leave at most ${(half / 100).toFixed(1)} % free below their nearest limit; ${at_limit} within 5 % of it, ${near} from 5 to 10 %`;
  const after = loosenings.filter(({ refused }) => refused > 0).length;
  if (loosenings.length === 0) return [room];
  return [
    room,
    `  ${loosenings.length} loosenings proposed, ${after} of them after refusals (in the ${BEFORE_PROPOSAL} decisions before)`,
    ...loosenings.slice(-LOOSENINGS_MAX).map(({ proposed, refused, last_refusal, adopted }) => {
      const last = last_refusal === null ? "" : `, the last #${last_refusal}`;
      const force = adopted === null ? "not in force" : `in force by #${adopted}`;
      return `    #${proposed.sequence}: ${refused} refused before it${last}; ${force}`;
    }),
  ];
}

/** A line on what is scheduled beside Writ. */
export function coverageLines(coverage: Coverage | null): readonly string[] {
  if (coverage === null) return [];
  const { at, scheduled, through, outside } = coverage;
  const beside = outside === null ? "" : `, ${outside} processes of governed users outside`;
  return [`  ${through} of ${scheduled} scheduled commands go through writ${beside} (#${at.sequence})`];
}
