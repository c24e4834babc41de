// Tells a change of the spec to a tired person: what would be let through, worst first, each with a run that it would have
// admitted, in one screen. Text only.
import { escapeUntrusted } from "../../stdx/escape.ts";
import { formatBytes } from "../../stdx/units.ts";
import type { Adoption, Proposed } from "../governor.ts";
import type { ImpactReport } from "./impact.ts";
import type { Looseness } from "./looseness.ts";
import { lasting } from "./ratchet-rules.ts";
import type { SpecStatus, SpecStep } from "./spec-state.ts";

/** Lines of each part: together less than a screen of 24. */
const FIELDS_MAX = 4;
const RUNS_MAX = 4;
const WHY_MAX = 1;

/** Each looser field with what it lets through. */
export function tellLooser(looser: Adoption["looser"]): readonly string[] {
  const shown = looser.toSorted((one, two) => Number(one.witness === null) - Number(two.witness === null));
  return [
    `looser in ${looser.length} ${looser.length === 1 ? "field" : "fields"}`,
    ...shown
      .slice(0, FIELDS_MAX)
      .flatMap(({ field, witness }) => [
        `  ${field}`,
        `    lets through ${witness ?? "no request by itself (no witness)"}`,
      ]),
    ...more(looser.length - FIELDS_MAX, "field"),
  ];
}

/** What the last decisions would have been, worst first. */
export function tellImpact({ decisions, changes, worst: all, unknown }: ImpactReport): readonly string[] {
  const { let_through, stopped, other_grants } = changes;
  const worst = all.filter(({ kind }) => kind === "let_through");
  const runs = worst
    .slice(0, RUNS_MAX)
    .flatMap((change) => [
      `  ${change.times} × \`${escapeUntrusted(change.task, 40)}\`, last #${change.sequence}${change.bytes_out > 0 ? `, up to ${formatBytes(change.bytes_out)} out` : ""}`,
      ...change.why.slice(0, WHY_MAX).map((why) => `    was: ${why}`),
    ]);
  const shown = worst.slice(0, RUNS_MAX).reduce((sum, { times }) => sum + times, 0);
  return [
    `of the last ${decisions} decisions, ${let_through} that did not run would have run`,
    ...runs,
    ...more(let_through - shown, "such decision"),
    ...(other_grants > 0 ? [`  ${other_grants} that ran would have been granted other things`] : []),
    ...(stopped > 0 ? [`  ${stopped} that ran would not have`] : []),
    ...(unknown > 0 ? [`  ${unknown} cannot be told: erased`] : []),
  ];
}

/** What a proposal came to, and what comes next. `file`: as it stands in a command. */
export function tellProposed(proposed: Proposed, file: string): readonly string[] {
  const { amendment, state, left_ms, signatures, quorum, flags, impact, looser, founding } = proposed;
  const wait = left_ms === null || left_ms === 0 ? "now" : `after ${lasting(left_ms)} of ledger time`;
  return [
    ...tellLooser(looser),
    ...(impact === null ? [] : tellImpact(impact)),
    ...flags.map((flag) => `flag    ${flag}`),
    `amendment #${amendment ?? "-"} is ${state ?? "-"}: ${signatures} of ${quorum} signatures${founding ? ", in the founding period" : ""}`,
    state === "proposed"
      ? `next    have it signed by another key: writ spec amend ${file} --signature SIGNATURE --why REASON`
      : `next    ${wait}: writ spec adopt ${file}`,
  ];
}

/** The state of the spec. */
export function tellStatus(status: SpecStatus): readonly string[] {
  const { open, charter, genesis, founding_left_ms } = status;
  return [
    `spec      ${status.spec_name}, sha256 ${status.spec_hash}, adopted by #${status.sequence}`,
    `founding: ${founding_left_ms === null ? "over" : `${lasting(founding_left_ms)} left; a loosening waits ten minutes`}`,
    `loosening ${status.quorum} of ${status.signers.length} ${status.signers.length === 1 ? "key" : "keys"}, cools off ${lasting(status.cooling_off_ms)}, on trial ${lasting(status.trial_ms)}`,
    ...status.signers.map((signer) => `signer    ${signer}`),
    ...tellLooseness("genesis", genesis),
    ...(charter === null ? [] : tellLooseness("charter", charter)),
    ...(open === null
      ? ["open      none"]
      : [
          `open      #${open.amendment} is ${open.state}: ${open.signatures} of ${open.quorum} signatures; ${leftOf(open)}`,
          ...open.looser.slice(0, FIELDS_MAX).map((field) => `            looser: ${field}`),
          ...more(open.looser.length - FIELDS_MAX, "field"),
        ]),
  ];
}

function leftOf({ state, left_ms }: NonNullable<SpecStatus["open"]>): string {
  if (state === "trial") return `taken back in ${lasting(left_ms)} unless it is confirmed`;
  return left_ms === 0 ? "it has cooled off" : `cools off for ${lasting(left_ms)} more`;
}

function tellLooseness(since: string, { total, fields }: Looseness): readonly string[] {
  if (total === 0) return [`looseness 0 since ${since}: no field is looser`];
  return [
    `looseness ${total} since ${since}`,
    ...fields.slice(0, FIELDS_MAX).map(({ field, from, to, weight }) => {
      const change = from === null && to === null ? "" : `: ${from ?? "nothing"} → ${to ?? "nothing"}`;
      return `            ${weight}  ${field}${escapeUntrusted(change, 120)}`;
    }),
    ...more(fields.length - FIELDS_MAX, "field"),
  ];
}

/** One step of the history, in a line or two. */
export function tellStep({
  sequence,
  wall,
  step,
  spec_hash,
  amendment,
  looser,
  signatures,
  why,
}: SpecStep): readonly string[] {
  const parts = [
    spec_hash === null ? null : `spec ${spec_hash.slice(0, 16)}`,
    amendment === null ? null : `of #${amendment}`,
    signatures === 0 ? null : `${signatures} signed`,
    looser.length === 0
      ? null
      : `looser: ${looser.slice(0, 2).join(", ")}${looser.length > 2 ? `, ${looser.length - 2} more` : ""}`,
  ].filter((part) => part !== null);
  const told = `#${sequence}  ${wall}  ${step.padEnd(10)}  ${parts.join(", ")}`.trimEnd();
  return why === null ? [told] : [told, `      why: ${why}`];
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`  and ${count} more ${what}${count === 1 ? "" : "s"}`] : [];
}
