// The ratchet as a projection of ledger records: which spec is in force, which amendment is open and how far it got, how
// long it has to wait. Pure: records in, state out, so that every prefix of a ledger says the same to whoever replays it.
// What may happen next is ratchet-rules.ts.
import type { LedgerRecord } from "../../ledger/record.ts";
import { assert } from "../../stdx/assert.ts";
import type { Json, JsonObject } from "../../stdx/json.ts";

/** A spec that was put in force. */
export interface AdoptedAs {
  readonly spec_hash: string;
  readonly bytes_hash: string;
  /** Of its adoption record. */
  readonly sequence: number;
}

/** How an amendment stands. `cooling`: enough signatures, too early or not begun yet. The last three are the end. */
export type AmendmentState = "proposed" | "cooling" | "trial" | "confirmed" | "reverted" | "withdrawn";

/** An amendment that has not ended. All times are counted time, ms. */
export interface OpenAmendment {
  /** Of the record that proposed it: its name. */
  readonly sequence: number;
  readonly state: "proposed" | "cooling" | "trial";
  readonly spec_hash: string;
  readonly bytes_hash: string;
  /** What was in force when it was proposed, and is again if it ends without being confirmed. */
  readonly base: AdoptedAs;
  /** Proposed in the founding period. */
  readonly founding: boolean;
  /** When the bytes were seen first, and when they may be tried. */
  readonly since: number;
  readonly due: number;
  /** How long it is tried; null: it is confirmed by being adopted. */
  readonly trial: number | null;
  /** When its trial ends. */
  readonly until: number | null;
  readonly quorum: number;
  /** Canonical keys that signed. */
  readonly signers: readonly string[];
  readonly looser: readonly string[];
}

export interface Ratchet {
  /** The last boot and its clock that a governor wrote down, with the ledger time of that; `gaps`: time between runs that counts. */
  readonly clock: {
    readonly boot: string | null;
    readonly uptime: number;
    readonly time: number;
    readonly gaps: number;
  };
  /** The key that the home was made with, and when its founding period ends; null: before genesis. */
  readonly operator: string | null;
  readonly founding_ends: number;
  readonly genesis: AdoptedAs | null;
  /** The spec at the end of the founding period. */
  readonly charter: AdoptedAs | null;
  readonly in_force: AdoptedAs | null;
  readonly open: OpenAmendment | null;
  /** The amendment that ended last. */
  readonly ended: { readonly sequence: number; readonly state: AmendmentState } | null;
  /** Ids of signatures that stand in an adoption or amendment: none counts for another one. */
  readonly spent: ReadonlySet<string>;
  /** Counted time and fields of each proposed loosening. */
  readonly proposals: readonly { readonly at: number; readonly looser: readonly string[] }[];
  /** Counted time of the last refusal. */
  readonly refused_at: number | null;
  /** Decisions and checks so far. */
  readonly decisions: number;
  readonly build: {
    /** The last one that admits what the one before it admitted, or was confirmed; null: none governed yet. */
    readonly accepted: string | null;
    /** One that would admit what was refused, or gives known answers otherwise: since when, and which. It decides nothing. */
    readonly waits: {
      readonly build: string;
      readonly since: number;
      readonly admits: readonly number[];
      readonly answers: readonly string[];
    } | null;
  };
}

/** The ratchet of an empty ledger. */
export const NO_RATCHET: Ratchet = {
  clock: { boot: null, uptime: 0, time: 0, gaps: 0 },
  operator: null,
  founding_ends: 0,
  genesis: null,
  charter: null,
  in_force: null,
  open: null,
  ended: null,
  spent: new Set(),
  proposals: [],
  refused_at: null,
  decisions: 0,
  build: { accepted: null, waits: null },
};

/** As much of a record as the ratchet sees. */
export type RatchetRecord = Pick<LedgerRecord, "kind" | "sequence" | "time" | "core">;

/** Proposals that are remembered, to see small steps in a row. */
const PROPOSALS_MAX = 100;

/**
 * Ledger time with the time between two runs in one boot: there the kernel's clock went on, and nobody can set it. Between
 * two boots nothing counts. ms, never decreases.
 */
export function countedTime({ clock }: Ratchet, time: number): number {
  return time + clock.gaps;
}

/** The ratchet after `record`. A record that cannot stand there is a broken invariant: its ledger is not Writ's. */
export function afterRecord(ratchet: Ratchet, record: RatchetRecord): Ratchet {
  const { kind, core } = record;
  if (kind === "decision" || kind === "check") return afterDecision(ratchet, record);
  const clocked = kind === "software" ? afterSoftware(ratchet, record) : ratchet;
  const now = countedTime(clocked, record.time);
  const state = withCharter(clocked, now);
  switch (kind) {
    case "genesis":
      return {
        ...state,
        operator: textOf(core["operator"]),
        founding_ends: now + (numberOf(core["founding"]) ?? 0),
      };
    case "spec_adopted":
      return afterAdoption(state, record, now);
    case "amendment_proposed":
      return afterProposal(state, record, now);
    case "amendment_signed":
      return { ...afterSignatures(state, core), spent: spentWith(state, core) };
    case "amendment_confirmed":
      assert(state.open?.state === "trial", "only what is tried is confirmed");
      return { ...end(state, "confirmed"), spent: spentWith(state, core) };
    case "amendment_withdrawn":
      assert(state.open !== null && state.open.state !== "trial", "only what is not in force is withdrawn");
      return end(state, "withdrawn");
    case "build_confirmed":
      assert(core["build"] === state.build.waits?.build, "what is confirmed waits");
      return {
        ...state,
        build: { accepted: textOf(core["build"]), waits: null },
        spent: spentWith(state, core),
      };
    case "founding_closed":
      return withCharter({ ...state, founding_ends: Math.min(state.founding_ends, now) }, now);
    default:
      return state;
  }
}

function afterDecision(ratchet: Ratchet, { core, time, kind }: RatchetRecord): Ratchet {
  const refused = kind === "decision" && core["outcome"] === "refuse";
  const refused_at = refused ? countedTime(ratchet, time) : ratchet.refused_at;
  return { ...ratchet, decisions: ratchet.decisions + 1, refused_at };
}

function afterSoftware(ratchet: Ratchet, { core, time }: RatchetRecord): Ratchet {
  const boot = textOf(core["boot"]);
  const uptime = numberOf(core["uptime"]);
  const build = buildAfter(ratchet, core, countedTime(ratchet, time));
  if (boot === null || uptime === null) return { ...ratchet, build };
  const { clock } = ratchet;
  const passed = boot === clock.boot ? uptime - clock.uptime - (time - clock.time) : 0;
  return { ...ratchet, build, clock: { boot, uptime, time, gaps: clock.gaps + Math.max(0, passed) } };
}

/** What waits goes on waiting, whatever it says at its next start; another build may be accepted meanwhile. */
function buildAfter({ build }: Ratchet, core: JsonObject, now: number): Ratchet["build"] {
  const started = textOf(core["build"]);
  const { accepted, waits } = build;
  if (started === null) return build;
  if (started === accepted) return { accepted, waits: null };
  if (started === waits?.build) return build;
  const admits = listOf(core["admits"]).filter((one) => typeof one === "number");
  const answers = listOf(core["answers"]).filter((one) => typeof one === "string");
  if (admits.length === 0 && answers.length === 0) return { accepted: started, waits: null };
  return { accepted, waits: { build: started, since: now, admits, answers } };
}

/** The founding period ends by itself: what was in force when it did is the charter. */
function withCharter(state: Ratchet, now: number): Ratchet {
  if (state.charter !== null || state.in_force === null || now < state.founding_ends) return state;
  // A tightening of the same moment is not there yet.
  return { ...state, charter: state.in_force };
}

function afterAdoption(state: Ratchet, record: RatchetRecord, now: number): Ratchet {
  const { core, sequence } = record;
  const [spec_hash, bytes_hash] = [textOf(core["spec_hash"]), textOf(core["bytes_hash"])];
  assert(spec_hash !== null && bytes_hash !== null, "an adoption names its spec");
  const in_force: AdoptedAs = { spec_hash, bytes_hash, sequence };
  const next = { ...state, in_force, spent: spentWith(state, core) };
  const by = textOf(core["by"]) ?? (core["before"] === null ? "genesis" : "tightening");
  switch (by) {
    case "genesis":
      assert(state.in_force === null, "there is one genesis");
      return withCharter({ ...next, genesis: in_force }, now);
    case "tightening":
      return afterTightening(next, core["ends_trial"] === true);
    case "amendment":
      return afterBeginning(next, in_force, now);
    default:
      assert(by === "reverted" && state.open?.state === "trial", "only what is tried is taken back");
      assert(state.open.base.spec_hash === spec_hash, "what is taken back gives way to what it followed");
      return { ...end(next, "reverted"), in_force };
  }
}

function afterTightening(next: Ratchet, endsTrial: boolean): Ratchet {
  const { open } = next;
  if (open === null) return next;
  // What it was compared with is no longer in force.
  if (open.state !== "trial") return end(next, "withdrawn");
  return endsTrial ? end(next, "reverted") : next;
}

function afterBeginning(next: Ratchet, in_force: AdoptedAs, now: number): Ratchet {
  const { open } = next;
  assert(open !== null && open.state === "cooling", "only what has cooled is tried");
  assert(open.bytes_hash === in_force.bytes_hash && now >= open.due, "it is what was proposed, and in time");
  if (open.trial === null) return end(next, "confirmed");
  return { ...next, open: { ...open, state: "trial", until: now + open.trial } };
}

function afterProposal(state: Ratchet, { core, sequence }: RatchetRecord, now: number): Ratchet {
  const { in_force } = state;
  assert(in_force !== null && state.open === null, "one amendment is open at a time");
  assert(core["base"] === in_force.spec_hash, "an amendment follows what is in force");
  const [spec_hash, bytes_hash] = [textOf(core["spec_hash"]), textOf(core["bytes_hash"])];
  const [wait, quorum] = [numberOf(core["wait"]), numberOf(core["quorum"])];
  assert(
    spec_hash !== null && bytes_hash !== null && wait !== null && quorum !== null,
    "a proposal is whole",
  );
  const looser = listOf(core["looser"]).filter((field) => typeof field === "string");
  const open: OpenAmendment = {
    sequence,
    state: "proposed",
    spec_hash,
    bytes_hash,
    base: in_force,
    founding: core["founding"] === true,
    since: now,
    due: now + wait,
    trial: numberOf(core["trial"]),
    until: null,
    quorum,
    signers: [],
    looser,
  };
  const proposals = [...state.proposals, { at: now, looser }].slice(-PROPOSALS_MAX);
  return { ...afterSignatures({ ...state, open }, core), proposals, spent: spentWith(state, core) };
}

function afterSignatures(state: Ratchet, core: JsonObject): Ratchet {
  const { open } = state;
  assert(open !== null && open.state !== "trial", "what is signed waits");
  const signers = [...new Set([...open.signers, ...signaturesOf(core).map(({ signer }) => signer)])];
  return {
    ...state,
    open: { ...open, signers, state: signers.length >= open.quorum ? "cooling" : "proposed" },
  };
}

function end(state: Ratchet, as: AmendmentState): Ratchet {
  const { open } = state;
  return open === null ? state : { ...state, open: null, ended: { sequence: open.sequence, state: as } };
}

function spentWith(state: Ratchet, core: JsonObject): ReadonlySet<string> {
  const ids = signaturesOf(core).map(({ id }) => id);
  return ids.length === 0 ? state.spent : new Set([...state.spent, ...ids]);
}

function signaturesOf(core: JsonObject): readonly { readonly signer: string; readonly id: string }[] {
  return listOf(core["signatures"]).flatMap((one) => {
    const { signer, id } = (one ?? {}) as { readonly signer?: Json; readonly id?: Json };
    return typeof signer === "string" && typeof id === "string" ? [{ signer, id }] : [];
  });
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}
