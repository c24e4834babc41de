// Answers `spec status` and `spec log`: what is in force, who may change it, what is open, how far it has come from genesis
// and charter, and every step so far. Changes nothing.
import type { LedgerRecord } from "../../ledger/record.ts";
import { escapeUntrusted } from "../../stdx/escape.ts";
import type { Json } from "../../stdx/json.ts";
import type { KeptLedger } from "../keep-ledger.ts";
import { type AdoptedSpec, recordedSpec } from "../spec-in-force.ts";
import { type Looseness, looseness } from "./looseness.ts";
import { type AdoptedAs, countedTime, type Ratchet } from "./ratchet.ts";
import { inFounding } from "./ratchet-rules.ts";
import type { SpecStatus, SpecStep } from "./spec-state.ts";

export interface StatusParts {
  readonly ledger: KeptLedger;
  readonly ratchet: Ratchet;
  readonly adopted: AdoptedSpec;
  readonly statement: string | null;
}

/** The status. Throws WRIT_SPEC_MISSING when the first spec was erased. */
export async function specStatus({ ledger, ratchet, adopted, statement }: StatusParts): Promise<SpecStatus> {
  const { spec, spec_hash } = adopted.parsed;
  const { amendment } = spec;
  const { operator, open } = ratchet;
  const now = countedTime(ratchet, ledger.now());
  const against = async (
    as: AdoptedAs | null,
  ): Promise<(Looseness & { readonly sequence: number }) | null> =>
    as === null
      ? null
      : {
          sequence: as.sequence,
          ...looseness(spec, recordedSpec(await ledger.read(as.sequence)).parsed.spec),
        };
  const founding = inFounding(ratchet, ledger.now());
  return {
    spec_hash,
    spec_name: spec.name,
    sequence: ratchet.in_force?.sequence ?? -1,
    signers: amendment.signers.length > 0 ? amendment.signers : operator === null ? [] : [operator],
    quorum: amendment.quorum,
    founding_left_ms: founding ? ratchet.founding_ends - now : null,
    cooling_off_ms: amendment.cooling_off,
    trial_ms: amendment.trial,
    open:
      open === null
        ? null
        : {
            amendment: open.sequence,
            state: open.state,
            spec_hash: open.spec_hash,
            signatures: open.signers.length,
            quorum: open.quorum,
            looser: open.looser,
            left_ms: Math.max(0, (open.until ?? open.due) - now),
          },
    statement,
    genesis: (await against(ratchet.genesis)) ?? { sequence: -1, total: 0, fields: [] },
    charter: founding ? null : await against(ratchet.charter ?? ratchet.in_force),
  };
}

const STEPS: Readonly<Partial<Record<LedgerRecord["kind"], string>>> = {
  spec_refused: "refused",
  amendment_proposed: "proposed",
  amendment_signed: "signed",
  amendment_confirmed: "confirmed",
  amendment_withdrawn: "withdrawn",
  founding_closed: "founding closed",
  appeal: "appeal",
};

/** Every step, oldest first. */
export async function specLog(ledger: KeptLedger): Promise<readonly SpecStep[]> {
  const steps: SpecStep[] = [];
  for await (const record of ledger.records()) {
    const step = record.kind === "spec_adopted" ? adoptionOf(record) : STEPS[record.kind];
    if (step !== undefined) steps.push(stepOf(record, step));
  }
  return steps;
}

function adoptionOf({ core }: LedgerRecord): string {
  const by = core["by"] ?? (core["before"] === null ? "genesis" : "tightening");
  switch (by) {
    case "amendment":
      return "begun";
    case "reverted":
      return core["cause"] === "withdrawn" ? "taken back" : "taken back: its trial was over";
    case "genesis":
      return "genesis";
    default:
      return "adopted";
  }
}

function stepOf({ sequence, wall, core, payload }: LedgerRecord, step: string): SpecStep {
  const { why } = (payload ?? {}) as { readonly why?: Json };
  const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
  const amendment = core["amendment"] ?? core["decision"];
  return {
    sequence,
    wall,
    step,
    spec_hash: typeof core["spec_hash"] === "string" ? core["spec_hash"] : null,
    amendment: typeof amendment === "number" ? amendment : null,
    looser: list(core["looser"]).filter((field) => typeof field === "string"),
    signatures: list(core["signatures"]).length,
    why: typeof why === "string" ? escapeUntrusted(why) : null,
  };
}
