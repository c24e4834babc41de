// What a tired person should see before signing a loosening: when and how it came about. Flags decide nothing.
import type { Ratchet } from "./ratchet.ts";

/** A refusal this recent is what the loosening answers, ms. */
const SOON_MS = 3_600_000;
/** Hours of local time that are night. */
const NIGHT = { from: 22, to: 6 } as const;
/** Steps of one field within this time are a row, ms. */
const ROW_MS: number = 30 * 24 * 3_600_000;
const ROW_MIN = 2;

/** The flags of a loosening of `fields`, proposed at counted time `now`; `hour` is the local hour. */
export function amendmentFlags(
  ratchet: Ratchet,
  now: number,
  hour: number,
  fields: readonly string[],
): readonly string[] {
  const flags: string[] = [];
  const { refused_at } = ratchet;
  if (refused_at !== null && now - refused_at < SOON_MS)
    flags.push(`soon: proposed ${Math.floor((now - refused_at) / 60_000)} minutes after a refusal`);
  if (hour >= NIGHT.from || hour < NIGHT.to) flags.push(`night: proposed at ${hour} o'clock here`);
  const before = ratchet.proposals.filter(({ at }) => now - at < ROW_MS);
  for (const field of fields) {
    const steps = before.filter(({ looser }) => looser.includes(field)).length;
    if (steps + 1 > ROW_MIN) flags.push(`steps: ${field} is loosened again, ${steps + 1} times in 30 days`);
  }
  return flags;
}
