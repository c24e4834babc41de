// The report's sections on limits that are talked down, and on work that goes around the governor.
import type { Coverage } from "../measurement.ts";
import { BEFORE_PROPOSAL, type ShownNegotiation } from "../negotiation.ts";
import { percent } from "./chart.ts";
import { count, date, section } from "./section.ts";

/** Room below limits, and each proposed loosening beside the refusals before it. */
export function negotiationSection({ headroom, loosenings }: ShownNegotiation): string {
  const { runs, half, at_limit, near } = headroom;
  const room =
    half === null
      ? "Room below the nearest limit: not enough data."
      : `Of ${count(runs, "admitted run")} half leave at most ${percent(half / 10_000)} free below their nearest limit; ${at_limit} stay within 5 % of it, ${near} from 5 to 10 %.`;
  const told = loosenings.length === 0 ? " No loosening was proposed." : "";
  const rows = loosenings.map(({ proposed, refused, last_refusal, adopted }) => [
    `${date(proposed.wall)} (#${proposed.sequence})`,
    `${refused} of ${BEFORE_PROPOSAL} at most`,
    last_refusal === null ? "none" : `#${last_refusal}`,
    adopted === null ? "no" : `#${adopted}`,
  ]);
  const headings = ["loosening proposed", "refused just before", "last refusal", "in force"];
  return section("Room and loosenings", `${room}${told}`, headings, rows);
}

/** How much of what is scheduled goes through Writ. */
export function coverageSection(coverage: Coverage | null): string {
  if (coverage === null) return section("Coverage", "Not recorded yet.", [], []);
  const { at, scheduled, through, outside } = coverage;
  const beside = outside === null ? "" : ` ${outside} processes of governed users outside.`;
  const words = `${through} of ${count(scheduled, "scheduled command")} go through Writ (#${at.sequence}, ${date(at.wall)}).${beside}`;
  return section("Coverage", words, [], []);
}
