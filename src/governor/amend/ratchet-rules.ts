// What may happen to the spec next: pure questions to the ratchet, each answered by a step or by a refusal with its reason
// and what to do. Whoever asks has checked signatures and compared the specs; nothing is recorded here.
import { formatQuantity } from "../../stdx/units.ts";
import { countedTime, type OpenAmendment, type Ratchet } from "./ratchet.ts";

/** What a loosening waits in the founding period, ms. */
export const FOUNDING_WAIT_MS = 600_000;
/** How long what has cooled may be begun, ms of counted time: later it is no longer what was thought over. */
export const LAPSE_MS: number = 7 * 24 * 3_600_000;

/** Why not, and the one thing to do. */
export interface Refused {
  readonly refused: string;
  readonly hint: string;
}

/** How a spec that is asked for compares. */
export interface Compared {
  readonly bytes_hash: string;
  /** Than what is in force. */
  readonly looser: boolean;
  /** With what a trial would go back to: `within`: no looser than that; `between`: that is no looser than it. */
  readonly to_base: "within" | "between" | "neither";
}

/** The step that adopting takes: at once, or as the beginning of the open amendment. */
export type AdoptionStep =
  | { readonly step: "tighten"; readonly ends_trial: boolean }
  | { readonly step: "begin"; readonly amendment: OpenAmendment };

/** Whether the spec may be adopted at ledger time `time`, with `signed` signatures that count. */
export function judgeAdoption(
  ratchet: Ratchet,
  time: number,
  compared: Compared,
  signed: number,
): AdoptionStep | Refused {
  const { open } = ratchet;
  if (compared.looser) return judgeBeginning(ratchet, time, compared.bytes_hash);
  if (signed === 0)
    return { refused: "it has no signature that counts: limit is one", hint: "writ spec sign FILE" };
  if (open?.state !== "trial") return { step: "tighten", ends_trial: false };
  if (compared.to_base === "within") return { step: "tighten", ends_trial: true };
  if (compared.to_base === "between") return { step: "tighten", ends_trial: false };
  return {
    refused: `amendment ${open.sequence} is on trial, and what it would give way to is looser than this in some field`,
    hint: `writ spec withdraw  # ends the trial at once; then adopt a spec no looser than what is in force then`,
  };
}

function judgeBeginning(ratchet: Ratchet, time: number, bytes_hash: string): AdoptionStep | Refused {
  const { open } = ratchet;
  if (open === null || open.bytes_hash !== bytes_hash || open.state === "trial")
    return {
      refused:
        "it is looser than what is in force: limit is equal or tighter, or an amendment that has cooled off",
      hint: "writ spec amend FILE --why REASON",
    };
  if (open.state === "proposed")
    return {
      refused: `amendment ${open.sequence} has ${open.signers.length} of ${open.quorum} signatures`,
      hint: "have it signed by the others, then writ spec amend FILE --signature FILE",
    };
  const now = countedTime(ratchet, time);
  if (now < open.due)
    return {
      refused: `amendment ${open.sequence} cools off for ${lasting(open.due - now)} more of ledger time`,
      hint: "writ spec status",
    };
  if (now >= open.due + LAPSE_MS)
    return {
      refused: `amendment ${open.sequence} lapsed: it cooled off more than 7 d ago`,
      hint: "writ spec withdraw",
    };
  if (open.founding && !inFounding(ratchet, time))
    return {
      refused: `amendment ${open.sequence} was proposed in the founding period, which is over`,
      hint: "writ spec withdraw, then propose it anew",
    };
  return { step: "begin", amendment: open };
}

/** What proposing comes to: a new amendment, or more signatures to the open one. */
export type ProposalStep =
  | { readonly step: "propose"; readonly founding: boolean }
  | { readonly step: "sign"; readonly amendment: OpenAmendment };

/** Whether the spec may be proposed, with signatures whose ids are `ids`. */
export function judgeProposal(
  ratchet: Ratchet,
  time: number,
  { bytes_hash, looser }: Compared,
  ids: readonly string[],
): ProposalStep | Refused {
  const { open } = ratchet;
  if (!looser)
    return {
      refused: "it is no looser than what is in force, and needs no amendment",
      hint: "writ spec adopt FILE",
    };
  if (open?.state === "trial")
    return {
      refused: `amendment ${open.sequence} is on trial`,
      hint: "writ spec confirm, or writ spec withdraw; then propose the next",
    };
  if (open !== null && open.bytes_hash !== bytes_hash)
    return { refused: `amendment ${open.sequence} is open, with other bytes`, hint: "writ spec withdraw" };
  const fresh = ids.filter((id) => !ratchet.spent.has(id));
  if (fresh.length === 0)
    return ids.length === 0
      ? { refused: "it has no signature that counts: limit is one", hint: "writ spec sign FILE" }
      : {
          refused: "its signatures were used before: each counts for one amendment",
          hint: "sign it again; with SSH, change a comment in it first",
        };
  if (open !== null) return { step: "sign", amendment: open };
  return { step: "propose", founding: inFounding(ratchet, time) };
}

/** Whether the amendment on trial may be confirmed, with `signed` signatures of its statement. */
export function judgeConfirmation(
  ratchet: Ratchet,
  time: number,
  signed: number,
): { readonly step: "confirm"; readonly amendment: OpenAmendment } | Refused {
  const { open } = ratchet;
  if (open?.state !== "trial") return { refused: "no amendment is on trial", hint: "writ spec status" };
  if (isOver(ratchet, time))
    return { refused: `the trial of amendment ${open.sequence} is over`, hint: "writ spec status" };
  if (signed === 0)
    return {
      refused: "the confirmation has no signature that counts: limit is one",
      hint: "writ spec confirm --key FILE",
    };
  return { step: "confirm", amendment: open };
}

/** Whether the build that waits may be confirmed: as a loosening, it takes the cooling-off and the quorum of the spec in force. */
export function judgeBuild(
  ratchet: Ratchet,
  time: number,
  { cooling_off, quorum }: { readonly cooling_off: number; readonly quorum: number },
  signed: number,
): { readonly step: "accept"; readonly build: string } | Refused {
  const { waits } = ratchet.build;
  if (waits === null) return { refused: "no amendment is on trial", hint: "writ spec status" };
  const left = waits.since + cooling_off - countedTime(ratchet, time);
  if (left > 0)
    return {
      refused: `build ${waits.build} cools off for ${lasting(left)} more of ledger time`,
      hint: "run the build before it meanwhile",
    };
  if (signed < quorum)
    return {
      refused: `the confirmation has ${signed} of ${quorum} signatures`,
      hint: "writ spec confirm --signature FILE",
    };
  return { step: "accept", build: waits.build };
}

/** Whether the trial that is open, if one is, has ended: then what it followed is in force again. */
export function isOver(ratchet: Ratchet, time: number): boolean {
  const until = ratchet.open?.until ?? null;
  return until !== null && countedTime(ratchet, time) >= until;
}

/** Whether loosenings wait only ten minutes. It ends once. */
export function inFounding(ratchet: Ratchet, time: number): boolean {
  return ratchet.charter === null && countedTime(ratchet, time) < ratchet.founding_ends;
}

/** A duration as people say it, rounded up to minutes. */
export function lasting(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} m` : `${hours} h`;
  return formatQuantity("duration", rest * 60_000);
}
